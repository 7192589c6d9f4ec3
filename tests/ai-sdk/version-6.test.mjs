// AI SDK 6, which knows models of its own version only.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { APICallError, NoTranscriptGeneratedError, experimental_transcribe as transcribe } from "ai-6";
import { createDashScope } from "../../dist/ai-sdk.js";
import { audio, errorOf, fault, startService } from "../client/service.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

let heard = "Ask not.";
let service;
let model;
before(async () => {
  service = await startService({ words: () => heard });
  model = createDashScope({ apiKey: "sk-test", baseURL: service.url }).transcription("fun-asr-flash-2026-06-15");
});
after(() => service.close());

test("it refuses a model of version 4", async () => {
  const error = await errorOf(transcribe({ model, audio }));
  assert.match(error.message, /version v4/);
});

test("it takes a copy that calls itself version 3", async () => {
  const { text, segments, providerMetadata } = await transcribe({
    model: { ...model, specificationVersion: "v3" },
    audio,
    providerOptions: { dashscope: { languageHints: ["en"] } },
  });
  assert.deepEqual([text, segments.length, providerMetadata.dashscope.noSpeech], ["Ask not.", 1, false]);
});

test("its errors are ours, too", async () => {
  service.forget();
  const options = fault("error=rate-quota", { maxRetries: 0 });
  const error = await errorOf(transcribe({ model: { ...model, specificationVersion: "v3" }, audio, ...options }));
  assert.deepEqual([APICallError.isInstance(error), error.isRetryable], [true, true]);
});

test("it takes silence for a failure, as it always does", async () => {
  heard = "";
  const error = await errorOf(transcribe({ model: { ...model, specificationVersion: "v3" }, audio }));
  assert.ok(NoTranscriptGeneratedError.isInstance(error));
});
