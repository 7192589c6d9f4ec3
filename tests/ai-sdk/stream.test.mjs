// The AI SDK's own `experimental_streamTranscribe()` with our models, against the emulator that really listens.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { experimental_streamTranscribe as streamTranscribe } from "ai";
import { createDashScope } from "../../dist/ai-sdk.js";
import { isAsrError, toVtt } from "../../dist/index.js";
import { errorOf } from "../client/service.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { SAID, SAMPLES } from "../live/speaking.mjs";
import { startWire } from "../live/wire.mjs";
import { block } from "../readme/blocks.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const STREAMING = "qwen-audio-3.1-asr-flash-streaming";
const SESSION = "qwen3-asr-flash-realtime";
const PCM = { type: "audio/pcm", rate: 16_000 };
const PAUSES = { providerOptions: { dashscope: { maxSentenceSilence: 600 } } };

let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.close());

/** A voice ten times as fast; a reader who leaves is told to `left`. */
function voice(samples = SAMPLES, { base64 = false, left = (_reason) => {} } = {}) {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= bytes.length) return controller.close();
      // Cut within samples.
      const piece = bytes.subarray(at, at + 3_201);
      at += piece.length;
      await sleep(10);
      controller.enqueue(base64 ? Buffer.from(piece).toString("base64") : piece);
    },
    cancel: left,
  });
}

const listen = (options = {}, model = STREAMING, baseURL = emulator.url) =>
  streamTranscribe({
    model: createDashScope({ apiKey: "sk-test", baseURL }).transcription(model),
    audio: voice(),
    inputAudioFormat: PCM,
    ...options,
  });

async function partsOf(result) {
  const parts = [];
  for await (const part of result.fullStream) parts.push(part);
  return parts;
}

const ofType = (parts, type) => parts.filter((part) => part.type === type);

test("sentences while they are spoken, and the whole at the end", async () => {
  const result = listen(PAUSES);
  const parts = await partsOf(result);
  const text = await result.text;
  assert.ok(wordErrors(SAID, text).rate < 0.12, text);

  const finals = ofType(parts, "transcript-final");
  const segments = await result.segments;
  assert.deepEqual(
    finals.map(({ text, startSecond, endSecond }) => ({ text, startSecond, endSecond })),
    segments,
  );
  assert.deepEqual([finals.map((part) => part.text).join(" "), finals.length > 2], [text, true]);
  // How many there are is a matter of how fast the recogniser is.
  const [partial] = ofType(parts, "transcript-partial");
  const final = finals.find(({ id }) => id === partial.id);
  assert.ok(parts.indexOf(partial) < parts.indexOf(final), "one id for both");
  assert.ok(Math.abs(partial.startSecond - final.startSecond) < 1 && partial.text.length > 3);

  const [{ providerMetadata }] = finals;
  assert.ok(providerMetadata.dashscope.words.length > 3);
  const { dashscope: transcript } = await result.providerMetadata;
  assert.equal(transcript.text, text);
  assert.match(toVtt(transcript), /^WEBVTT\n\n00:00:0\d/);
  assert.deepEqual(await result.warnings, []);
  const [response] = await result.responses;
  assert.equal(response.modelId, STREAMING);
  assert.deepEqual([ofType(parts, "raw"), ofType(parts, "error")], [[], []]);
});

test("the other protocol, at its pace, with language and emotion", async () => {
  const audio = voice(SAMPLES.subarray(0, 16 * 5_000), { base64: true });
  const result = listen({ audio, includeRawChunks: true }, SESSION);
  const parts = await partsOf(result);
  assert.ok((await result.text).length > 20);
  const [final] = ofType(parts, "transcript-final");
  const { language, emotion } = final.providerMetadata.dashscope;
  assert.deepEqual([language, typeof emotion, await result.language], ["en", "string", "en"]);
  assert.ok(final.endSecond > final.startSecond);
  const raw = ofType(parts, "raw").map(({ rawValue }) => rawValue);
  assert.deepEqual(
    raw.flatMap(({ state }) => state ?? []),
    ["connecting", "open", "closed"],
  );
  assert.ok(raw.some(({ type, speaking }) => type === "speech" && speaking));
  assert.equal(raw.filter(({ type }) => type === "done").length, 1);
});

test("the README's block does what it says", async () => {
  const run = Object.getPrototypeOf(async () => {}).constructor;
  const code = block("live ai-sdk").code.replaceAll(/^import .*$/gm, "");
  const sentences = new Map();
  const dashscope = createDashScope({ apiKey: "sk-test", baseURL: emulator.url });
  await run(
    "streamTranscribe",
    "dashscope",
    "microphone",
    "show",
    code,
  )(streamTranscribe, dashscope, voice(), (id, text) => sentences.set(id, text));
  const text = [...sentences.values()].join(" ");
  assert.ok(wordErrors(SAID, text).rate < 0.2, text);
});

test("a connection that is cut loses nothing", async () => {
  const said = () => voice(SAMPLES.subarray(0, 16 * 12_000));
  const whole = await listen({ ...PAUSES, audio: said() }).text;
  for (const cut of [
    { upwards: true, after: 200_000 },
    { upwards: false, after: 2_000 },
  ]) {
    const wire = await startWire(emulator.url);
    wire.state.cut = cut;
    const result = listen({ ...PAUSES, audio: said(), includeRawChunks: true }, STREAMING, wire.url);
    const parts = await partsOf(result);
    assert.equal(await result.text, whole, JSON.stringify(cut));
    assert.equal(wire.state.connections, 2);
    assert.ok(parts.some(({ rawValue }) => rawValue?.state === "reconnecting"));
    assert.deepEqual(
      ofType(parts, "transcript-final")
        .map(({ text }) => text)
        .join(" "),
      whole,
    );
    wire.close();
  }
});

test("a file that comes at once is taken no faster than it can be heard", async () => {
  let taken = 0;
  const second = new Uint8Array(SAMPLES.buffer, SAMPLES.byteOffset + 16_000, 32_000);
  const audio = new ReadableStream({
    pull(controller) {
      taken++;
      controller.enqueue(second);
    },
  });
  const leaving = new AbortController();
  const result = listen({ audio, abortSignal: leaving.signal }, SESSION);
  const over = errorOf(partsOf(result));
  for (let before = -1; taken < 60 || taken > before; await sleep(500)) {
    assert.ok(taken < 90, `${taken} seconds are taken`);
    before = taken;
  }
  leaving.abort();
  await over;
});

test("Opus in Ogg, as some recorders make it", async () => {
  const output = ["-c:a", "libopus", "-b:a", "32k", "-f", "ogg", "-"];
  const input = Buffer.from(SAMPLES.buffer, SAMPLES.byteOffset, SAMPLES.byteLength);
  const ogg = execFileSync("ffmpeg", ["-v", "error", "-f", "s16le", "-ar", "16000", "-i", "-", ...output], { input });
  const inputAudioFormat = { type: "audio/ogg; codecs=opus" };
  const text = await listen({ ...PAUSES, audio: new Blob([ogg]).stream(), inputAudioFormat }).text;
  assert.ok(wordErrors(SAID, text).rate < 0.2, text);
});

test("silence is what the SDK makes of it", async () => {
  const result = listen({ audio: voice(new Int16Array(16_000)) });
  assert.equal((await errorOf(result.text)).name, "AI_NoTranscriptGeneratedError");
});

describe("refused before anything is sent", () => {
  for (const [options, field, words, model] of [
    [{ inputAudioFormat: { type: "audio/pcmu", rate: 8_000 } }, "inputAudioFormat.type", /audio\/pcmu.*audio\/pcm/],
    [{ inputAudioFormat: { type: "audio/pcm" } }, "inputAudioFormat.rate", /16000/],
    [{ inputAudioFormat: { type: "audio/pcm", rate: 16 } }, "inputAudioFormat.rate", /samples per second/],
    [{ providerOptions: { dashscope: { lang: "en" } } }, "providerOptions.dashscope.lang", /lang: /],
    [{ providerOptions: { dashscope: { emotion: 1 } } }, "providerOptions.dashscope.emotion", /emotion: /],
    [{ providerOptions: { dashscope: { model: "x" } } }, "providerOptions.dashscope.model", /transcription\(/],
    [{ providerOptions: { dashscope: { format: "opus" } } }, "providerOptions.dashscope.format", /audio\/ogg/],
    [{ providerOptions: { dashscope: { sampleRate: 1 } } }, "providerOptions.dashscope.sampleRate", /inputAudioFormat/],
    [
      { providerOptions: { dashscope: { heartbeat: true } } },
      "providerOptions.dashscope.heartbeat",
      /qwen-audio-3\.1/,
      SESSION,
    ],
    [{}, "model", /gummy-realtime-v1/, "gummy-realtime-v1"],
  ]) {
    test(`${field}: ${JSON.stringify(options)}`, async () => {
      const left = new Promise((resolve) => {
        options.audio = voice(SAMPLES, { left: resolve });
      });
      const error = await errorOf(listen(options, model).text);
      assert.ok(isAsrError(error), error.stack);
      assert.deepEqual([error.code, error.field], ["invalid_option", field], error.message);
      assert.ok(error.message.startsWith(`${field}: `), error.message);
      assert.match(error.message, words);
      await left;
    });
  }

  test("a model that is not spoken to over a WebSocket has no stream", async () => {
    assert.equal(createDashScope().transcription("fun-asr").doStream, undefined);
    assert.throws(() => listen({}, "qwen3-asr-flash"), { name: "AI_UnsupportedFunctionalityError" });
  });
});

test("headers are warned about", async () => {
  const leaving = new AbortController();
  const result = listen({ headers: { "x-call": "1" }, abortSignal: leaving.signal });
  const over = errorOf(result.text);
  const [warning] = await result.warnings;
  leaving.abort();
  await over;
  assert.deepEqual([warning.type, warning.feature], ["unsupported", "headers"]);
  assert.match(warning.details, /x-call/);
});

describe("when something fails", () => {
  test("the service: the error is the last part, then the SDK's error, and the audio is let go", async () => {
    const wire = await startWire(emulator.url);
    let left = false;
    const audio = voice(SAMPLES, {
      left: () => {
        left = true;
      },
    });
    const options = { dashscope: { maxRetries: 0 } };
    wire.state.cut = { upwards: true, after: 100_000 };
    const result = listen({ audio, providerOptions: options }, STREAMING, wire.url);
    const parts = [];
    const thrown = await errorOf(
      (async () => {
        for await (const part of result.fullStream) parts.push(part);
      })(),
    );
    const { type, error } = parts.at(-1);
    assert.deepEqual([type, error.code, thrown], ["error", "connection_error", error]);
    assert.ok(error.unsentAudio.length > 16_000, "what was not heard is handed back");
    assert.equal(await errorOf(result.text), error);
    assert.ok(left);
    wire.close();
  });

  test("a key that is refused", async () => {
    const model = createDashScope({ apiKey: "not-a-key-at-all", baseURL: emulator.url }).transcription(STREAMING);
    const result = streamTranscribe({ model, audio: voice(), inputAudioFormat: PCM });
    const error = await errorOf(result.text);
    assert.ok(isAsrError(error) && /key/.test(error.message), error.message);
    assert.ok(!JSON.stringify([error.message, error.stack]).includes("not-a-key"));
  });

  test("the source of the audio", async () => {
    const broken = new Error("the microphone was unplugged");
    let pieces = 3;
    const audio = new ReadableStream({
      pull(controller) {
        if (pieces-- === 0) controller.error(broken);
        else controller.enqueue(new Uint8Array(3_200));
      },
    });
    assert.equal(await errorOf(listen({ audio }).text), broken);
  });

  test("a text that is no base64", async () => {
    const audio = new ReadableStream({ start: (controller) => controller.enqueue("no base64!") });
    assert.equal((await errorOf(listen({ audio }).text)).code, "invalid_audio");
  });
});

describe("the caller leaves", () => {
  test("by a signal", async () => {
    const leaving = new AbortController();
    const left = new Promise((resolve) => {
      const result = listen({ audio: voice(SAMPLES, { left: resolve }), abortSignal: leaving.signal });
      result.text.then(assert.fail, ({ code, name, cause }) => {
        assert.deepEqual([code, name, cause.message], ["aborted", "AbortError", "the page was closed"]);
      });
    });
    await sleep(300);
    leaving.abort(new Error("the page was closed"));
    await left;
  });

  test("by leaving the loop", async () => {
    const wire = await startWire(emulator.url);
    const left = new Promise((resolve) => {
      void (async () => {
        const audio = voice(SAMPLES, { left: resolve });
        const result = listen({ ...PAUSES, audio }, STREAMING, wire.url);
        for await (const part of result.fullStream) if (part.type.startsWith("transcript")) break;
      })();
    });
    await left;
    while (wire.state.open.size > 0) await sleep(10);
    wire.close();
  });
});
