// live() with Opus in Ogg, made and decoded by ffmpeg: the same words, also when the connection is cut.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Transcriber } from "../../dist/index.js";
import { startEmulator } from "../emulator/server.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { transcribedOverWire } from "./over-wire.mjs";
import { listen, OPTIONS, SAID, SAMPLES } from "./speaking.mjs";
import { startWire } from "./wire.mjs";

const OPUS = { ...OPTIONS, format: /** @type {const} */ ("opus") };
/** Cuts in the middle of pages and of headers. */
const PIECE = 777;
const FASTER = 10;

/** Pages as short as recorders make them. @param {Int16Array} samples */
function encoded(samples) {
  const input = ["-v", "error", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "pipe:0"];
  const output = ["-c:a", "libopus", "-b:a", "32k", "-page_duration", "200000", "-f", "ogg", "pipe:1"];
  return execFileSync("ffmpeg", [...input, ...output], {
    input: Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
  });
}

const RECORDING = encoded(SAMPLES);

/** @param {import("../../dist/index.js").LiveTranscript} live @param {Uint8Array} bytes */
async function speak(live, bytes = RECORDING) {
  const perByte = SAMPLES.length / 16 / RECORDING.length / FASTER;
  const began = performance.now();
  for (let at = 0; at < bytes.length; at += PIECE) {
    live.send(bytes.subarray(at, at + PIECE));
    await sleep(Math.max(0, began + at * perByte - performance.now()));
  }
}

describe("live, of Opus", () => {
  /** @type {import("../emulator/server.mjs").Emulator} */
  let emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  /** @param {import("./wire.mjs").Cut} [cut] */
  const transcribed = (cut) => transcribedOverWire(emulator.url, OPUS, speak, cut);

  test("wherever the connection is cut, words and times are those of the recording", async () => {
    const whole = await transcribed();
    assert.ok(wordErrors(SAID, whole.transcript.text).rate < 0.12, whole.transcript.text);
    assert.ok(whole.state.bytes[1] < SAMPLES.byteLength / 5, `${whole.state.bytes[1]} bytes went up`);
    const sentences = whole.transcript.segments;
    await Promise.all(
      [0.02, 0.4, 0.8].map(async (part) => {
        const cut = { upwards: true, after: Math.round(whole.state.bytes[1] * part) };
        const { transcript, state } = await transcribed(cut);
        assert.ok(state.connections >= 2, `${part}: it was not cut`);
        assert.equal(transcript.text, whole.transcript.text, `${part}`);
        for (const [index, { beginMs, endMs }] of transcript.segments.entries()) {
          const off = Math.max(Math.abs(beginMs - sentences[index].beginMs), Math.abs(endMs - sentences[index].endMs));
          assert.ok(off <= 50, `${part}: sentence ${index} is ${off} ms off`);
        }
      }),
    );
  });

  test("what could not be sent is handed back as a file that can be transcribed", async () => {
    const wire = await startWire(emulator.url);
    const live = new Transcriber({ baseURL: wire.url, apiKey: "sk-test" }).live({ ...OPUS, maxRetries: 1 });
    const { events } = listen(live);
    const half = RECORDING.length / 2;
    await speak(live, RECORDING.subarray(0, half));
    while (!events.some(({ type }) => type === "final")) await sleep(20);
    wire.network(true);
    live.send(RECORDING.subarray(half));
    const error = await live.finish().then(
      () => assert.fail("it worked"),
      (thrown) => thrown,
    );
    wire.close();
    assert.equal(error.code, "connection_error");
    const asr = new Transcriber({ baseURL: emulator.url, apiKey: "sk-test" });
    const { text } = await asr.transcribe(error.unsentAudio);
    const finals = events.flatMap((event) => (event.type === "final" ? [event.segment.text] : []));
    const heard = [...finals, text].join(" ");
    assert.ok(wordErrors(SAID, heard).rate < 0.2, heard);
  });

  test("the other protocol takes it at the pace of the voice", async () => {
    const asr = new Transcriber({ baseURL: emulator.url, apiKey: "sk-test" });
    const live = asr.live({ model: "qwen3-asr-flash-realtime", language: "en", format: "opus" });
    const began = performance.now();
    live.send(encoded(SAMPLES.subarray(0, 16 * 4_000)));
    assert.ok(live.bufferedMs === 0 || Math.abs(live.bufferedMs - 4_000) < 50, `${live.bufferedMs}`);
    const { text } = await live.finish();
    assert.ok(performance.now() - began > 3_500, "it was sent faster than it was spoken");
    assert.ok(text.length > 20, text);
  });

  test("what is no Ogg is refused in words", async () => {
    const asr = new Transcriber({ baseURL: emulator.url, apiKey: "sk-test" });
    const live = asr.live(OPUS);
    live.send(new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 1, 2, 3]));
    await assert.rejects(live.finish(), { code: "unsupported_format", message: /it is WebM; send samples/ });
  });
});
