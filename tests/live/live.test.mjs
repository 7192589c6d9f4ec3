// live() in Node, against the emulator: both protocols, every way to end, and what goes wrong.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Transcriber, toVtt } from "../../dist/index.js";
import { pcmOf } from "../emulator/live-client.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { recordings } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { block } from "../readme/blocks.mjs";
import { listen, OPTIONS, SAID, SAMPLES, speak } from "./speaking.mjs";
import { startWire } from "./wire.mjs";

/** @type {import("../emulator/server.mjs").Emulator} */
let emulator;
/** @type {Transcriber} */
let asr;
before(async () => {
  emulator = await startEmulator();
  asr = new Transcriber({ baseURL: emulator.url, apiKey: async () => "sk-test" });
});
after(() => emulator.close());

describe("live", () => {
  test("the README's block does what it says", async () => {
    const run = Object.getPrototypeOf(async () => {}).constructor;
    const shown = [];
    const program = new run("asr", "samples", "show", `${block("live").code}\nreturn text;`);
    const text = await program(asr, SAMPLES, (words) => shown.push(words));
    assert.equal(shown.at(-1), text);
    assert.ok(wordErrors(SAID, text).rate < 0.2, text);
  });

  test("words come while they are spoken, and become a transcript like any other", async () => {
    // However busy the machine is, the emulator leaves out no look at a sentence.
    emulator.arm({ fault: "every-partial,partial-every=1500", path: "/api-ws" });
    const live = asr.live(OPTIONS);
    const { events, over, states } = listen(live);
    await speak(live, { faster: 5 });
    const before = () => events.filter(({ type }) => type === "partial").length;
    while (before() < 4) await sleep(20); // and nobody has said that this was the end
    const transcript = await live.finish();
    await over;
    assert.ok(wordErrors(SAID, transcript.text).rate < 0.12, transcript.text);
    assert.equal(transcript.model, "qwen-audio-3.1-asr-flash-streaming");
    assert.deepEqual(states(), ["connecting", "open", "closed"]);
    const finals = events.flatMap((event) => (event.type === "final" ? [event] : []));
    assert.deepEqual(finals.at(-1)?.text, transcript.text);
    assert.deepEqual(
      finals.map(({ segment: { id, ...segment } }) => segment),
      transcript.segments,
    );
    const done = events.find((event) => event.type === "done");
    assert.deepEqual(done, { type: "done", transcript });
    assert.match(toVtt(transcript), /^WEBVTT\n\n00:00:0\d/);
  });

  test("other rates and bytes cut anywhere are the same audio", async () => {
    const one = SAMPLES.subarray(0, 16 * 8_000);
    const text = async (/** @type {import("../../dist/index.js").LiveTranscript} */ live, pieces) => {
      for (const piece of pieces) live.send(piece);
      return (await live.finish()).text;
    };
    const expected = await text(asr.live(OPTIONS), [one]);
    const bytes = new Uint8Array(one.slice().buffer);
    const odd = Array.from({ length: Math.ceil(bytes.length / 3_333) }, (_, index) =>
      bytes.subarray(index * 3_333, (index + 1) * 3_333),
    );
    assert.equal(await text(asr.live(OPTIONS), odd), expected);
    const floats = new Float32Array(one.length * 3);
    for (let index = 0; index < floats.length; index++) {
      const [a, b] = [one[Math.floor(index / 3)], one[Math.min(Math.floor(index / 3) + 1, one.length - 1)]];
      floats[index] = (a + ((b - a) * (index % 3)) / 3) / 32_768;
    }
    const heard = await text(asr.live({ ...OPTIONS, sampleRate: 48_000 }), [floats]);
    assert.ok(wordErrors(expected, heard).rate < 0.12, `${heard} / ${expected}`);
  });

  test("Qwen3-ASR speaks the other protocol, at the pace of the voice", async () => {
    const live = asr.live({ model: "qwen3-asr-flash-realtime", language: "en" });
    const { events, over } = listen(live);
    const began = performance.now();
    live.send(SAMPLES.subarray(0, 16 * 5_000));
    const transcript = await live.finish();
    await over;
    assert.ok(performance.now() - began > 4_500, "it was sent faster than it was spoken");
    assert.ok(transcript.text.length > 20 && transcript.segments[0].endMs > 2_000, JSON.stringify(transcript));
    assert.ok(events.some((event) => event.type === "speech" && event.speaking));
  });

  test("turns end where the caller says, in the protocol that has that", async () => {
    const live = asr.live({ model: "qwen3-asr-flash-realtime", language: "en", turnDetection: null });
    const turns = [2, 5].map((which) => ({ ...recordings[which], pcm: pcmOf([recordings[which].read()], 0) }));
    live.send(turns[0].pcm);
    live.commit();
    live.send(turns[1].pcm);
    const { segments } = await live.finish(); // ends the last one, too
    assert.equal(segments.length, 2, JSON.stringify(segments));
    let end = 0;
    for (const [index, { text, beginMs, endMs }] of segments.entries()) {
      assert.ok(wordErrors(turns[index].words, text).rate < 0.3, text);
      assert.equal(beginMs, end);
      end += turns[index].pcm.length / 32;
      assert.ok(Math.abs(endMs - end) <= 1, `${endMs} instead of ${end}`);
    }
    const other = asr.live(OPTIONS);
    other.commit();
    await assert.rejects(other.finish(), { code: "invalid_option", field: "turnDetection" });
  });

  test("the network goes and comes back, and nothing is missing", async () => {
    const wire = await startWire(emulator.url);
    const live = new Transcriber({ baseURL: wire.url, apiKey: "sk-test" }).live(OPTIONS);
    const { states } = listen(live);
    const speaking = speak(live, { faster: 5 });
    await sleep(1_500);
    wire.network(true);
    await sleep(1_000);
    assert.ok(live.bufferedMs > 3_000, `${live.bufferedMs}`);
    wire.network(false);
    await speaking;
    const { text } = await live.finish();
    assert.ok(wordErrors(SAID, text).rate < 0.12, text);
    assert.ok(states().includes("reconnecting"));
    wire.close();
  });

  test("a new connection by hand, and another context, while somebody speaks", async () => {
    const before = emulator.requests.length;
    const live = asr.live(OPTIONS);
    const { events, over, states } = listen(live);
    const half = 16 * 10_000;
    await speak(live, { samples: SAMPLES.subarray(0, half) });
    while (!events.some(({ type }) => type === "final")) await sleep(20);
    live.setContext([{ role: "user", text: "Sense and Sensibility" }]);
    const six = Array.from({ length: 6 }, () => ({ role: /** @type {const} */ ("user"), text: "x" }));
    assert.throws(() => live.setContext(six), { code: "invalid_option", field: "messages" });
    live.reconnect();
    await speak(live, { samples: SAMPLES.subarray(half) });
    while (states().at(-1) !== "open") await sleep(20);
    const { text } = await live.finish();
    await over;
    assert.ok(wordErrors(SAID, text).rate < 0.12, text);
    assert.deepEqual(states(), ["connecting", "open", "reconnecting", "open", "closed"]);
    const [first, second] = emulator.requests.slice(before).map(({ live }) => live?.messages ?? []);
    const context = [{ role: "user", content: [{ type: "input_text", text: "Sense and Sensibility" }] }];
    assert.deepEqual([first[0].payload.input, first[1].header.action], [{}, "continue-task"]);
    assert.deepEqual([first[1].payload.input, second[0].payload.input], [{ context }, { context }]);
    const late = asr.live(OPTIONS);
    late.setContext(six);
    await assert.rejects(late.finish(), { code: "invalid_option", field: "messages" });
  });

  test("what could not be sent is handed back, and can be transcribed", async () => {
    const wire = await startWire(emulator.url);
    const live = new Transcriber({ baseURL: wire.url, apiKey: "sk-test" }).live({ ...OPTIONS, maxRetries: 1 });
    const { over } = listen(live);
    live.send(SAMPLES.subarray(0, 16 * 2_000));
    await sleep(700);
    wire.network(true);
    live.send(SAMPLES.subarray(16 * 2_000, 16 * 6_000));
    const error = await live.finish().then(
      () => assert.fail("it worked"),
      (thrown) => thrown,
    );
    assert.equal(error.code, "connection_error");
    await assert.rejects(over, error);
    const { text } = await asr.transcribe(error.unsentAudio);
    assert.ok(text.length > 20, text);
    wire.close();
  });

  test("ways to give up", async () => {
    const live = asr.live(OPTIONS);
    const { over } = listen(live);
    live.send(SAMPLES);
    live.close();
    await assert.rejects(live.finish(), { code: "aborted" });
    await over;
    const controller = new AbortController();
    const aborted = asr.live({ ...OPTIONS, signal: controller.signal });
    const heard = listen(aborted);
    await sleep(100);
    controller.abort();
    await assert.rejects(heard.over, { code: "aborted" });
  });

  test("a wrong option is named, and a wrong key too", async () => {
    await assert.rejects(asr.live({ model: "qwen3-asr-flash" }).finish(), { code: "invalid_option", field: "model" });
    await assert.rejects(asr.live(/** @type {any} */ ({ lang: "en" })).finish(), { field: "lang" });
    const wire = await startWire(emulator.url);
    const early = new Transcriber({ baseURL: wire.url, apiKey: "sk-test" }).live({ model: "qwen3-asr-flash-realtime" });
    early.setContext([{ role: "user", text: "What did he ask?" }]);
    await assert.rejects(early.finish(), { code: "invalid_option", field: "messages" });
    await sleep(300);
    assert.equal(wire.state.open.size, 0, "nobody holds the connection");
    wire.close();
    assert.throws(() => asr.live().send(/** @type {any} */ ("audio")), { field: "audio" });
    const live = new Transcriber({ baseURL: emulator.url, apiKey: "not-a-key-at-all" }).live();
    const { events } = listen(live);
    live.send(SAMPLES);
    const error = await live.finish().then(
      () => assert.fail("it worked"),
      (thrown) => thrown,
    );
    assert.match(error.message, /key/);
    assert.ok(!JSON.stringify([error.message, error.stack, events]).includes("not-a-key-at-all"));
  });

  test("a pause ends the connection, not the recording", async () => {
    const live = asr.live(OPTIONS);
    const { states, over } = listen(live);
    const half = 16 * 9_000;
    await speak(live, { samples: SAMPLES.subarray(0, half) });
    live.pause();
    live.send(SAMPLES); // nobody hears it
    await sleep(500);
    live.resume();
    await speak(live, { samples: SAMPLES.subarray(half) });
    const transcript = await live.finish();
    await over;
    assert.deepEqual(states(), ["connecting", "open", "paused", "connecting", "open", "closed"]);
    const end = transcript.segments.at(-1)?.endMs ?? 0;
    assert.ok(end > SAMPLES.length / 16 - 2_000 && end <= SAMPLES.length / 16, `${end}`);
  });
});
