// The rules of the session protocol, event by event.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { appends, connect, openSession, SESSIONS, silence, sound, update } from "./live-client.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello, world.") });
});
after(() => emulator.close());

const SPOKEN = Buffer.concat([silence(500), sound(1500), silence(1500), sound(900), silence(200)]);
const FINISH = { event_id: "event_end", type: "session.finish" };
const TRANSCRIPTION = "conversation.item.input_audio_transcription";
const open = (more) => openSession(emulator.url, more);

async function spoken(client, bytes = SPOKEN) {
  for (const message of appends(bytes)) client.say(message);
  client.say(FINISH);
  await client.until("session.finished");
  return client.events;
}

describe("a session", () => {
  test("from session.created to session.finished, with speech found by the service", async () => {
    const client = await open({ fault: "every-partial" });
    const events = await spoken(client);
    const drafts = (count) => Array(count).fill(`${TRANSCRIPTION}.text`);
    const item = (count) => [
      "input_audio_buffer.speech_started",
      ...drafts(count),
      ...[
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.created",
        `${TRANSCRIPTION}.completed`,
      ],
    ];
    assert.deepEqual(client.names(), [
      "session.created",
      "session.updated",
      ...item(4),
      ...item(2),
      "session.finished",
    ]);
    assert.equal(new Set(events.map((event) => event.event_id)).size, events.length);

    const [created] = events;
    assert.match(created.session.id, /^sess_/);
    assert.deepEqual(
      { ...created.session, id: "" },
      {
        ...{ id: "", object: "realtime.session", model: "qwen3-asr-flash-realtime", modalities: ["text"] },
        ...{ input_audio_format: "pcm16", input_audio_transcription: null },
        turn_detection: { type: "server_vad", threshold: 0.2, silence_duration_ms: 800 },
      },
    );
    const of = (name) => events.filter((event) => event.type === name);
    const [begun, again] = of("input_audio_buffer.speech_started");
    const [stopped] = of("input_audio_buffer.speech_stopped");
    assert.ok(Math.abs(begun.audio_start_ms - 500) <= 15 && Math.abs(stopped.audio_end_ms - 2000) <= 15);
    assert.notEqual(begun.item_id, again.item_id);
    const [one, two] = of("input_audio_buffer.committed");
    assert.deepEqual([one.previous_item_id, one.item_id, two.previous_item_id], [null, begun.item_id, begun.item_id]);
    assert.deepEqual(of("conversation.item.created")[0].item, {
      ...{ id: begun.item_id, object: "realtime.item", type: "message", status: "in_progress", role: "user" },
      content: [{ type: "input_audio", transcript: null }],
    });
    const said = of(`${TRANSCRIPTION}.text`);
    assert.deepEqual(Object.keys(said[0]), [
      "event_id",
      "type",
      "item_id",
      "content_index",
      "language",
      "emotion",
      "text",
      "stash",
    ]);
    assert.ok(said.every(({ text, stash }) => text + stash === "Hello, world."));
    assert.deepEqual(
      said.slice(0, 2).map(({ text }) => text),
      ["", "Hello,"],
    );
    const { event_id: _, type: __, ...completed } = of(`${TRANSCRIPTION}.completed`)[0];
    assert.deepEqual(completed, {
      item_id: begun.item_id,
      content_index: 0,
      language: "en",
      emotion: "neutral",
      transcript: "Hello, world.",
    });
    client.close();
  });

  test("silence only: session.finished and nothing else", async () => {
    const client = await open();
    await spoken(client, silence(2000));
    assert.deepEqual(client.names(), ["session.created", "session.updated", "session.finished"]);
    client.close();
  });

  test("by hand: nothing until commit; clear forgets", async () => {
    const client = await open({ session: { turn_detection: null } });
    for (const message of appends(SPOKEN)) client.say(message);
    client.say({ event_id: "a", type: "input_audio_buffer.clear" });
    client.say({ event_id: "b", type: "input_audio_buffer.commit" });
    assert.equal((await client.until("error")).error.event_id, "b");
    for (const message of appends(SPOKEN)) client.say(message);
    client.say({ event_id: "c", type: "input_audio_buffer.commit" });
    await client.until(`${TRANSCRIPTION}.completed`);
    client.say(FINISH);
    await client.until("session.finished");
    assert.deepEqual(client.names().slice(3), [
      ...[
        "input_audio_buffer.committed",
        "conversation.item.created",
        `${TRANSCRIPTION}.text`,
        `${TRANSCRIPTION}.completed`,
      ],
      "session.finished",
    ]);
    assert.equal(client.events.at(-2).transcript, "Hello, world. Hello, world.");
    client.close();
  });

  test("what is wrong with a message is said, and the session lives", async () => {
    const client = await open();
    /** @type {[object, string][]} */
    const table = [
      [update({ input_audio_format: "mp3" }), "session.input_audio_format"],
      [update({ sample_rate: 44100 }), "session.sample_rate"],
      [
        update({ turn_detection: { type: "server_vad", silence_duration_ms: 100 } }),
        "session.turn_detection.silence_duration_ms",
      ],
      [update({ turn_detection: { type: "server_vad", threshold: 2 } }), "session.turn_detection.threshold"],
      [{ event_id: "event_update", type: "response.create" }, "type"],
      [{ event_id: "event_update", type: "input_audio_buffer.append", audio: "?" }, "audio"],
      [{ event_id: "event_update", type: "input_audio_buffer.commit" }, "input_audio_buffer"],
    ];
    for (const [message, param] of table) {
      client.events.length = 0;
      client.say(message);
      const { error } = await client.until("error");
      assert.deepEqual(
        [error.type, error.code, error.param, error.event_id],
        ["invalid_request_error", "invalid_value", param, "event_update"],
      );
    }
    await spoken(client);
    assert.equal(client.names().filter((name) => name === `${TRANSCRIPTION}.completed`).length, 2);
    client.close();
  });

  test("a burst that is far ahead of the clock loses words", async () => {
    const long = Buffer.concat(Array(12).fill(SPOKEN));
    const client = await open();
    const events = await spoken(client, long);
    const heard = events.filter((event) => event.type === `${TRANSCRIPTION}.completed`).length;
    assert.ok(heard < 12 && heard >= 3, `${heard}`);
    client.close();
    const fast = await open({ fault: "time-scale=100000" });
    const all = await spoken(fast, long);
    assert.equal(all.filter((event) => event.type === `${TRANSCRIPTION}.completed`).length, 13);
    fast.close();
  });

  test("the handshake wants a key and a model that speaks this protocol", async () => {
    const refused = async (path, more) => (await connect(emulator.url, path, more).catch((cause) => cause)).status;
    assert.equal(await refused(SESSIONS, { key: "sk-invalid" }), 401);
    assert.equal(await refused("/api-ws/v1/realtime"), 400);
    assert.equal(await refused("/api-ws/v1/realtime?model=qwen-audio-3.1-asr-flash-streaming"), 404);
    (await connect(emulator.url, `${SESSIONS}&api_key=sk-a`, { key: null })).close();
  });
});
