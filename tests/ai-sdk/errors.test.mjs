// Failures as the AI SDK sees them: its own errors, repeated as its `maxRetries` says and never by both.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AISDKError, APICallError, RetryError, transcribe } from "ai";
import { createDashScope } from "../../dist/ai-sdk.js";
import { encodeWav, isAsrError, RateLimitError } from "../../dist/index.js";
import { audio, errorOf, fault, startService, until } from "../client/service.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const SUBMIT = "/api/v1/services/audio/asr/transcription";

let service;
let dashscope;
before(async () => {
  service = await startService({ pauseMs: 5 });
  dashscope = createDashScope({ apiKey: "sk-test-of-the-errors", baseURL: service.url });
});
after(() => service.close());

const hear = (options, model = "qwen3-asr-flash") =>
  transcribe({ model: dashscope.transcription(model), audio, ...options });
const paths = () => service.requests.map(({ path }) => path);

test("an error of the service is ours and the SDK's", async () => {
  service.forget();
  const error = await errorOf(hear(fault("error=rate-quota", { maxRetries: 0 })));
  assert.ok(isAsrError(error) && error instanceof RateLimitError && error.code === "rate_limit");
  assert.ok(APICallError.isInstance(error) && AISDKError.isInstance(error) && error.name === "AI_APICallError");
  const { isRetryable, statusCode, url, requestBodyValues } = error;
  assert.deepEqual([isRetryable, statusCode, url, requestBodyValues], [true, 429, service.url, {}]);
  assert.equal(service.requests.length, 1);
  for (const text of [error.message, error.stack, JSON.stringify(error)]) {
    assert.ok(!text.includes("sk-test") && !text.includes("base64"), text);
  }
});

test("what may be repeated is, as often as the SDK says and when the service says", async () => {
  service.forget();
  const began = performance.now();
  const switches = "status=429,retry-after=1,fail-times=2,fault-key=ai-sdk";
  assert.match((await hear(fault(switches))).text, /^Ask not/);
  const took = performance.now() - began;
  assert.equal(service.requests.length, 3);
  assert.ok(took >= 2_000 && took < 5_500, `twice a second, not the SDK's own two and four: ${took} ms`);
});

test("the last failure is in the SDK's error", async () => {
  service.forget();
  const error = await errorOf(hear(fault("status=503,retry-after=1", { maxRetries: 1 })));
  assert.ok(RetryError.isInstance(error) && APICallError.isInstance(error.lastError));
  assert.equal(error.lastError.code, "server_error");
  assert.equal(service.requests.length, 2, "once more by the SDK, and not by the client as well");
});

test("a limit of time is an error like others, and not the caller's leaving", async () => {
  service.forget();
  const providerOptions = { dashscope: { timeout: 500 } };
  const error = await errorOf(hear(fault("delay=2000", { maxRetries: 0, providerOptions })));
  assert.deepEqual([error.code, error.isRetryable], ["timeout", true]);
  assert.ok(APICallError.isInstance(error));
  service.arm({ fault: "delay=2000", times: 1 });
  assert.match((await hear({ maxRetries: 1, providerOptions })).text, /^Ask not/);
  assert.equal(service.requests.length, 3);
});

for (const [switches, code] of [
  ["error=wrong-key", "authentication"],
  ["error=arrears", "billing"],
  ["error=bad-url", "bad_request"],
]) {
  test(`${code} is not repeated`, async () => {
    service.forget();
    const error = await errorOf(hear(fault(switches)));
    assert.deepEqual([error.code, error.isRetryable, service.requests.length], [code, false, 1]);
  });
}

test("what was refused before it was sent is no error of an API", async () => {
  service.forget();
  const error = await errorOf(hear({ audio: new Uint8Array() }));
  assert.deepEqual([error.code, APICallError.isInstance(error), service.requests.length], ["empty_audio", false, 0]);
});

test("no connection", async () => {
  const nobody = createDashScope({ apiKey: "sk-test", baseURL: "http://127.0.0.1:9" });
  const error = await errorOf(transcribe({ model: nobody("qwen3-asr-flash"), audio, maxRetries: 0 }));
  assert.deepEqual([error.code, error.isRetryable, error.statusCode], ["connection_error", true, undefined]);
});

describe("the caller leaves", () => {
  test("while the service listens", async () => {
    service.forget();
    const leaving = new AbortController();
    const waiting = errorOf(hear(fault("delay=5000", { abortSignal: leaving.signal })));
    await until(() => service.requests.length > 0, "the request is there");
    leaving.abort(new Error("the page was closed"));
    const error = await waiting;
    assert.deepEqual([error.name, error.code, error.cause.message], ["AbortError", "aborted", "the page was closed"]);
    assert.equal(service.requests.length, 1);
  });

  test("while a task is waited for", async () => {
    service.forget();
    const leaving = new AbortController();
    const waiting = errorOf(hear({ abortSignal: leaving.signal }, "fun-asr"));
    await until(() => paths().some((path) => path.startsWith("/api/v1/tasks/")), "the task is asked about");
    leaving.abort();
    assert.equal((await waiting).name, "AbortError");
  });
});

describe("a task is submitted once", () => {
  test("whatever becomes of it", async () => {
    service.forget();
    service.arm({ fault: "status=500", times: 1, path: SUBMIT });
    const error = await errorOf(hear({}, "fun-asr"));
    assert.deepEqual([error.code, error.retryable, error.isRetryable], ["server_error", true, false]);
    assert.equal(paths().filter((path) => path === SUBMIT).length, 1);
  });

  test("by longAudio, too", async () => {
    service.forget();
    service.arm({ fault: "status=500", times: 1, path: SUBMIT });
    const tooLong = encodeWav([new Float32Array(8_000 * 301)], 8_000);
    const options = { audio: tooLong, providerOptions: { dashscope: { longAudio: "task" } } };
    const error = await errorOf(hear(options));
    assert.deepEqual([error.code, error.isRetryable], ["server_error", false]);
    assert.equal(paths().filter((path) => path === SUBMIT).length, 1);
  });

  test("while what is free is repeated by the client", async () => {
    service.forget();
    service.arm({ fault: "status=503", times: 1, path: "/api/v1/uploads" });
    assert.match((await hear({}, "fun-asr")).text, /^Ask not/);
    assert.equal(paths().filter((path) => path === "/api/v1/uploads").length, 2);
  });
});
