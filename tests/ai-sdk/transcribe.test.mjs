// The AI SDK's own `transcribe()` with our models, against the emulator that really listens.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createProviderRegistry, transcribe } from "ai";
import { createDashScope } from "../../dist/ai-sdk.js";
import { encodeWav, toVtt } from "../../dist/index.js";
import { startSite } from "../client/site.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const SILENCE = encodeWav([new Float32Array(16_000)], 16_000);
const WORDS = { model: "fun-asr-flash-2026-06-15", asked: ["word", "segment"] };

let emulator;
let site;
let dashscope;

before(async () => {
  emulator = await startEmulator({ port: 0 });
  site = await startSite({ "jfk.wav": jfk.read() });
  dashscope = createDashScope({ apiKey: "sk-test", baseURL: emulator.url });
});
after(() => Promise.all([emulator.close(), site.close()]));

/** @param {string} model @param {object} [options] */
const hear = (model, options) => transcribe({ model: dashscope.transcription(model), audio: jfk.read(), ...options });
const isHeard = (text) => assert.ok(wordErrors(jfk.words, text).rate < 0.2, text);
const sent = (from) => emulator.requests.slice(from).map(({ path }) => path);

test("a recording", async () => {
  const result = await hear("qwen3-asr-flash");
  isHeard(result.text);
  assert.deepEqual([result.language, result.durationInSeconds], ["en", 11]);
  assert.deepEqual([result.segments, result.words, result.warnings], [[], undefined, []]);
  const { dashscope: told } = result.providerMetadata;
  assert.deepEqual([told.text, told.emotion, told.language, told.noSpeech], [result.text, "neutral", "en", false]);
  assert.match(told.requestId, /^[0-9a-f-]{36}$/);
  const [response] = result.responses;
  assert.equal(response.modelId, "qwen3-asr-flash");
  assert.ok(Date.now() - response.timestamp < 60_000);
  assert.equal(response.headers["content-type"], "application/json");
});

test("what the service has counted is in the result that the SDK's telemetry gets", async () => {
  const model = dashscope.transcription("qwen3-asr-flash");
  const { usage } = await model.doGenerate({ audio: jfk.dataUrl().split(",")[1], mediaType: "audio/wav" });
  assert.equal(usage.seconds, 11);
  assert.ok(usage.outputTextTokens > 10);
});

test("sentences and words with their times, in seconds", async () => {
  const { text, segments, words, warnings, providerMetadata } = await hear(WORDS.model, {
    timestampGranularities: WORDS.asked,
  });
  isHeard(text);
  assert.deepEqual(warnings, []);
  assert.equal(segments.map(({ text }) => text).join(" "), text);
  assert.equal(words.map(({ text }) => text).join(" "), text);
  let before = 0;
  for (const { startSecond, endSecond } of words) {
    assert.ok(before <= startSecond && startSecond <= endSecond && endSecond <= 11);
    before = endSecond;
  }
  assert.match(toVtt(providerMetadata.dashscope), /^WEBVTT\n\n00:00:00\.\d{3} --> /);
});

test("times that a model does not tell are warned about", async () => {
  const { warnings } = await hear("qwen3-asr-flash", { timestampGranularities: ["word", "segment"] });
  assert.deepEqual(
    warnings.map(({ type, feature, details }) => [type, feature, details]),
    ["words", "sentences"].map((what) => [
      "unsupported",
      "timestampGranularities",
      `qwen3-asr-flash told no times of ${what}`,
    ]),
  );
});

for (const model of ["qwen3-asr-flash", WORDS.model]) {
  test(`nobody speaks, to ${model}`, async () => {
    const result = await hear(model, { audio: SILENCE, timestampGranularities: WORDS.asked });
    assert.deepEqual([result.text, result.segments, result.words, result.warnings], ["", [], undefined, []]);
    assert.equal(result.providerMetadata.dashscope.noSpeech, true);
  });
}

test("an address goes to the service as it is", async () => {
  const from = emulator.requests.length;
  const url = new URL(site.url("jfk.wav"));
  const { text, providerMetadata } = await hear("qwen3-asr-flash", { audio: url });
  isHeard(text);
  assert.equal(providerMetadata.dashscope.emotion, "neutral");
  const [{ body }] = emulator.requests.slice(from);
  assert.equal(body.input.messages[0].content[0].audio, url.href);
});

test("a download of the caller's own is not passed over", async () => {
  const seen = [];
  const download = async ({ url }) => {
    seen.push(url.href);
    return { data: jfk.read(), mediaType: "audio/wav" };
  };
  isHeard((await hear("qwen3-asr-flash", { audio: new URL("https://nowhere.example/a.wav"), download })).text);
  assert.deepEqual(seen, ["https://nowhere.example/a.wav"]);
});

describe("models for files", { concurrency: true }, () => {
  test("bytes go by upload and task, and words are asked for", async () => {
    const from = emulator.requests.length;
    const { text, words, language, warnings, responses } = await hear("qwen3-asr-flash-filetrans", {
      timestampGranularities: ["word"],
    });
    isHeard(text);
    assert.equal(words.map((word) => word.text).join(" "), text);
    assert.deepEqual([language, warnings, responses[0].modelId], ["en", [], "qwen3-asr-flash-filetrans"]);
    const submission = emulator.requests.slice(from).find(({ body }) => body?.input?.file_url?.startsWith("oss://"));
    assert.deepEqual(submission.body.parameters, { enable_words: true });
  });

  test("an address is submitted, and what the caller says of words counts", async () => {
    const audio = new URL(site.url("jfk.wav"));
    const options = { timestampGranularities: ["word"], providerOptions: { dashscope: { enableWords: false } } };
    const { text, words, warnings } = await hear("qwen3-asr-flash-filetrans", { audio, ...options });
    isHeard(text);
    assert.deepEqual([words, warnings.length], [undefined, 1]);
  });

  test("speakers are in the metadata", async () => {
    const providerOptions = { dashscope: { diarizationEnabled: true } };
    const { words, providerMetadata } = await hear("fun-asr", { providerOptions });
    assert.ok(words.length > 10, "given without being asked for");
    assert.deepEqual(new Set(providerMetadata.dashscope.segments.map(({ speakerId }) => speakerId)), new Set([0]));
  });
});

test("what is too long for one call goes by a task, if the caller says so", async () => {
  const audio = encodeWav([new Float32Array(8_000 * 301)], 8_000);
  const from = emulator.requests.length;
  const tooLong = await hear("qwen3-asr-flash", { audio }).catch((error) => error);
  assert.deepEqual([tooLong.code, sent(from)], ["audio_too_long", []]);
  const { text, responses } = await hear("qwen3-asr-flash", {
    audio,
    providerOptions: { dashscope: { longAudio: "task" } },
  });
  assert.deepEqual([text, responses[0].headers !== undefined], ["", true]);
  assert.ok(sent(from).includes("/api/v1/uploads"));
});

test("a registry of providers knows the models by name", async () => {
  const registry = createProviderRegistry({ dashscope });
  const { text } = await transcribe({
    model: registry.transcriptionModel("dashscope:qwen3-asr-flash"),
    audio: jfk.read(),
  });
  isHeard(text);
  assert.throws(() => registry.languageModel("dashscope:qwen-max"), { code: "invalid_option", field: "modelId" });
});
