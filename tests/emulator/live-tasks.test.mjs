// The rules of the task protocol, message by message.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  command,
  connect,
  finalsOf,
  nameOf,
  recogniseTask,
  runTask,
  sentencesOf,
  silence,
  sound,
  TASKS,
} from "./live-client.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { send } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello, world.") });
});
after(() => emulator.close());

const open = (more) => connect(emulator.url, TASKS, more);
/** @param {string} id @param {{ fault?: string, wish?: object }} [more] */
async function started(id, { fault, wish } = {}) {
  const client = await open({ fault });
  client.say(runTask(id, wish));
  await client.until("task-started");
  return client;
}
const SPOKEN = Buffer.concat([silence(500), sound(1500), silence(1500), sound(900), silence(200)]);

describe("a task", () => {
  test("from run-task to task-finished: partial sentences, whole ones, times, usage", async () => {
    const { events } = await recogniseTask(emulator.url, SPOKEN, { fault: "every-partial" });
    const names = events.map(nameOf);
    assert.equal(names[0], "task-started");
    assert.equal(names.at(-1), "task-finished");
    assert.deepEqual(Object.keys(events[0]), ["header", "payload"]);
    assert.deepEqual(Object.keys(events[0].header), ["task_id", "event", "attributes"]);
    assert.ok(events.every((event) => event.header.task_id === events[0].header.task_id));
    assert.deepEqual(events.at(-1).payload, { output: {}, usage: null });

    const sentences = sentencesOf(events);
    assert.deepEqual(
      sentences.map(({ sentence_id: id, sentence_end: end }) => [id, end]),
      [
        [1, false],
        [1, false],
        [1, false],
        [1, false],
        [1, true],
        [2, false],
        [2, false],
        [2, true],
      ],
    );
    const [first, second] = sentences;
    assert.deepEqual(Object.keys(first), [
      ...["sentence_id", "begin_time", "end_time", "text", "heartbeat", "sentence_begin", "sentence_end", "words"],
    ]);
    assert.deepEqual([first.end_time, first.sentence_begin, second.sentence_begin], [null, true, false]);
    assert.deepEqual(Object.keys(first.words[0]), ["begin_time", "end_time", "text", "punctuation", "fixed"]);

    const [one, two] = finalsOf(events);
    assert.equal(one.text, "Hello, world.");
    assert.equal(one.words.map((word) => word.text + word.punctuation).join(""), "Hello, world.");
    assert.deepEqual(Object.keys(one.words[0]), ["begin_time", "end_time", "text", "punctuation"]);
    for (const [time, expected] of [
      [one.begin_time, 500],
      [one.end_time, 2000],
      [two.begin_time, 3500],
      [two.end_time, 4400],
    ]) {
      assert.ok(Math.abs(time - expected) <= 15, `${time} is not ${expected}`);
    }
    const usages = events.map((event) => event.payload.usage).filter(Boolean);
    assert.deepEqual(
      usages.map(({ duration }) => duration),
      [3, 5],
    );
    assert.ok(usages[1].input_tokens > usages[0].input_tokens);
  });

  test("other models count seconds only", async () => {
    const { events } = await recogniseTask(emulator.url, SPOKEN, { model: "paraformer-realtime-v2" });
    assert.deepEqual(events.map((event) => event.payload.usage).filter(Boolean), [{ duration: 3 }, { duration: 5 }]);
  });

  test("the message model has no partial sentences and no marks, unless asked for them", async () => {
    const model = "qwen-audio-3.1-asr-flash-message";
    const plain = await recogniseTask(emulator.url, SPOKEN, { model, fault: "every-partial" });
    assert.equal(sentencesOf(plain.events).length, plain.finals.length);
    assert.equal(plain.finals[0].text, "Hello world");
    const parameters = { intermediate_result_enabled: true, disfluency_removal_enabled: true };
    const asked = await recogniseTask(emulator.url, SPOKEN, { model, parameters, fault: "every-partial" });
    assert.ok(sentencesOf(asked.events).length > asked.finals.length);
    assert.equal(asked.finals[0].text, "Hello, world.");
  });

  test("max_sentence_silence decides where a sentence ends", async () => {
    const parameters = { max_sentence_silence: 2000 };
    assert.equal((await recogniseTask(emulator.url, SPOKEN, { parameters })).finals.length, 1);
  });

  test("silence alone: nothing is generated", async () => {
    const { events } = await recogniseTask(emulator.url, silence(3000));
    assert.deepEqual(events.map(nameOf), ["task-started", "task-finished"]);
  });

  test("one socket takes one task after the other, each with an id of its own", async () => {
    const client = await started("first");
    client.sendAudio(SPOKEN);
    client.say(command("finish-task", "first"));
    await client.until("task-finished");
    client.events.length = 0;
    client.say(runTask("second"));
    await client.until("task-started");
    client.sendAudio(SPOKEN);
    client.say(
      command("continue-task", "second", {
        input: { context: [{ role: "user", content: [{ type: "input_text", text: "x" }] }] },
      }),
    );
    client.say(command("finish-task", "second"));
    await client.until("task-finished");
    const [one] = finalsOf(client.events);
    assert.ok(client.events.every((event) => event.header.task_id === "second"));
    assert.deepEqual([one.sentence_id, Math.round(one.begin_time / 100)], [1, 5]);
    client.events.length = 0;
    client.say(runTask("first"));
    assert.equal((await client.until("task-failed")).header.error_code, "InvalidParameter");
  });

  test("audio that does not wait for task-started is lost", async () => {
    const client = await open({ fault: "start-delay=100" });
    client.say(runTask("early"));
    client.sendAudio(SPOKEN);
    await client.until("task-started");
    client.say(command("finish-task", "early"));
    await client.until("task-finished");
    assert.deepEqual(finalsOf(client.events), []);
    client.close();
  });
});

describe("what ends a task, and the socket with it", () => {
  async function failure(client) {
    const { header, payload } = await client.until("task-failed");
    assert.deepEqual(Object.keys(header), ["task_id", "event", "error_code", "error_message", "attributes"]);
    assert.deepEqual(payload, {});
    await client.closed;
    return [header.error_code, header.error_message];
  }

  test("23 seconds without audio", async () => {
    const client = await started("quiet", { fault: "time-scale=200" });
    assert.deepEqual(await failure(client), ["CLIENT_ERROR", "request timeout after 23 seconds."]);
  });

  test("60 seconds without speech, but not with heartbeat", async () => {
    const client = await started("silent");
    client.sendAudio(silence(61_000), 320_000);
    assert.equal((await failure(client))[0], "CLIENT_ERROR");

    const kept = await started("kept", { wish: { parameters: { heartbeat: true } } });
    kept.sendAudio(silence(61_000), 320_000);
    kept.sendAudio(SPOKEN);
    kept.say(command("finish-task", "kept"));
    await kept.until("task-finished");
    const beats = sentencesOf(kept.events).filter((sentence) => sentence.heartbeat);
    assert.ok(
      beats.length >= 12 &&
        beats.every(({ sentence_id: id, text, end_time: end }) => id === 0 && text === "" && end === null),
    );
    assert.equal(finalsOf(kept.events).length, 2);
    kept.close();
  });

  test("60 seconds without a task: no failure, a goodbye", async () => {
    const client = await open({ fault: "time-scale=400" });
    assert.deepEqual([(await client.closed).code, client.events], [1000, []]);
  });

  /** @type {[string, any, string][]} what is said after task-started, and the code */
  const wrong = [
    ["another id", command("finish-task", "other"), "InvalidParameter"],
    ["a second run-task", runTask("other"), "InvalidParameter"],
    ["finish-task without input", command("finish-task", "id", {}), "BadRequest.EmptyInput"],
    ["an unknown action", command("stop-task", "id"), "InvalidParameter"],
    ["no JSON", "{", "BadRequest.IllegalInput"],
    [
      "streaming is not duplex",
      { header: { action: "finish-task", task_id: "id" }, payload: { input: {} } },
      "InvalidParameter",
    ],
    [
      "too much context",
      command("continue-task", "id", {
        input: { context: [{ role: "user", content: [{ type: "input_text", text: "x".repeat(401) }] }] },
      }),
      "InvalidParameter",
    ],
  ];
  for (const [name, message, code] of wrong) {
    test(name, async () => {
      const client = await started("id");
      client.say(message);
      assert.equal((await failure(client))[0], code);
    });
  }

  /** @type {[string, object, string][]} */
  const refused = [
    ["an unknown model", { model: "whisper-1" }, "ModelNotFound"],
    ["a model of the other protocol", { model: "qwen3-asr-flash-realtime" }, "ModelNotFound"],
    ["no format", { parameters: { format: undefined } }, "InvalidParameter"],
    ["a container that is not taken", { parameters: { format: "webm" } }, "InvalidParameter"],
    [
      "the message model at 8 kHz",
      { model: "qwen-audio-3.1-asr-flash-message", parameters: { sample_rate: 8000 } },
      "InvalidParameter",
    ],
    [
      "two hints for Fun-ASR",
      { model: "fun-asr-realtime", parameters: { language_hints: ["en", "zh"] } },
      "InvalidParameter",
    ],
    ["silence out of range", { parameters: { max_sentence_silence: 100 } }, "InvalidParameter"],
    ["a weight of 6", { parameters: { vocabulary: { Bailian: 6 } } }, "InvalidParameter"],
    ["a list that is not there", { parameters: { vocabulary_id: "vocab-none" } }, "InvalidParameter"],
    [
      "six turns",
      { input: { context: Array(6).fill({ role: "user", content: [{ type: "input_text", text: "x" }] }) } },
      "InvalidParameter",
    ],
  ];
  for (const [name, wish, code] of refused) {
    test(`run-task: ${name}`, async () => {
      const client = await open();
      client.say(runTask("id", wish));
      assert.equal((await failure(client))[0], code);
      assert.deepEqual(client.names(), ["task-failed"]);
    });
  }

  test("run-task: every parameter that is documented is taken", async () => {
    const parameters = {
      ...{ language_hints: ["zh", "en"], vocabulary: { Bailian: 5, Qwen: 50 }, semantic_punctuation_enabled: false },
      ...{
        max_sentence_silence: 1300,
        multi_threshold_mode_enabled: false,
        heartbeat: true,
        speech_noise_threshold: 0,
      },
      ...{
        special_word_filter: '{"filter_with_signed":{"word_list":["world"]}}',
        keep_dialect: false,
        vad_model: "near_meeting_16k",
      },
    };
    const { finals } = await recogniseTask(emulator.url, SPOKEN, { parameters });
    assert.equal(finals[0].text, "Hello, *****.");
  });

  test("bytes that are not what format says", async () => {
    for (const format of ["wav", "opus"]) {
      const client = await started("junk", { wish: { parameters: { format } } });
      client.sendAudio(Buffer.alloc(100_000, "junk"));
      assert.match((await failure(client))[1], /audio format is illegal/);
    }
  });
});

describe("the handshake", () => {
  const refusal = (path, more) =>
    connect(emulator.url, path, more).then(
      () => assert.fail("it opened"),
      (cause) => [cause.status, JSON.parse(cause.body).message],
    );

  test("a key in the header or as api_key, a token; else 401 with the reason", async () => {
    const { token } = (await send(`${emulator.url}/api/v1/tokens`, { method: "POST" })).json();
    for (const [path, key] of [
      [TASKS, "sk-a"],
      [`${TASKS}/`, "sk-a"],
      [`${TASKS}?api_key=sk-a`, null],
      [`${TASKS}?api_key=${token}`, null],
    ]) {
      (await connect(emulator.url, /** @type {string} */ (path), { key })).close();
    }
    assert.deepEqual(await refusal(TASKS, { key: null }), [401, "No API-key provided."]);
    assert.deepEqual(await refusal(`${TASKS}?token=sk-a`, { key: null }), [401, "No API-key provided."]);
    assert.deepEqual(await refusal(`${TASKS}?api_key=sk-invalid`, { key: null }), [401, "Invalid API-key provided."]);
    assert.deepEqual(await refusal("/api-ws/v1/nothing"), [404, "Not found!"]);
  });

  test("the log shows what came, and no key", async () => {
    emulator.requests.length = 0;
    const client = await connect(emulator.url, `${TASKS}?api_key=sk-secret`, { key: null });
    client.say(runTask("logged"));
    await client.until("task-started");
    client.sendAudio(sound(500));
    client.say(command("finish-task", "logged"));
    await client.until("task-finished");
    const [entry] = emulator.requests;
    assert.deepEqual([entry.status, entry.query], [101, { api_key: "sk-…" }]);
    assert.doesNotMatch(JSON.stringify(emulator.requests), /secret/);
    assert.deepEqual(
      entry.live?.messages.map((message) => /** @type {any} */ (message).header.action),
      ["run-task", "finish-task"],
    );
    assert.equal(entry.live?.audioBytes, 16_000);
    client.close();
  });
});
