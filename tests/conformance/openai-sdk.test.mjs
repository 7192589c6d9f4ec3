// Independent proof of dialect A: the official openai SDK, pointed at the emulator, understands everything it says.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";

/** @type {import("../emulator/server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.close());

const client = (options = {}) => {
  return new OpenAI({ apiKey: "sk-test", baseURL: `${emulator.url}/compatible-mode/v1`, maxRetries: 0, ...options });
};
const call = (more = {}) =>
  /** @type {any} */ ({
    model: "qwen3-asr-flash",
    messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: jfk.dataUrl() } }] }],
    ...more,
  });
const faults = (fault) => ({ headers: { "x-emulator-fault": fault } });

describe("openai SDK", () => {
  test("a whole answer", async () => {
    const { data, request_id: requestId } = await client().chat.completions.create(call()).withResponse();
    const [choice] = data.choices;
    assert.equal(choice.finish_reason, "stop");
    assert.ok(wordErrors(jfk.words, choice.message.content ?? "").rate < 0.1, choice.message.content ?? "");
    assert.equal(/** @type {any} */ (choice.message).annotations[0].language, "en");
    assert.equal(data.usage?.prompt_tokens, 275);
    assert.equal(data.id, `chatcmpl-${requestId}`);
  });

  test("a stream with usage, also when its bytes come one by one", async () => {
    for (const fault of ["", "split=7", "crlf,no-space"]) {
      const body = call({ stream: true, stream_options: { include_usage: true }, asr_options: { language: "en" } });
      const stream = await client().chat.completions.create(body, fault ? faults(fault) : {});
      let text = "";
      let usage;
      const reasons = [];
      for await (const chunk of /** @type {any} */ (stream)) {
        text += chunk.choices[0]?.delta.content ?? "";
        usage = chunk.usage ?? usage;
        if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
      }
      assert.ok(wordErrors(jfk.words, text).rate < 0.1, text);
      assert.deepEqual(reasons, ["stop"]);
      assert.equal(usage.seconds, 11);
    }
  });

  test("refusals become its error classes, with code and request id", async () => {
    const cases = [
      ["status=400", OpenAI.BadRequestError, "invalid_parameter_error"],
      ["status=401", OpenAI.AuthenticationError, "invalid_api_key"],
      ["code=AllocationQuota.FreeTierOnly", OpenAI.PermissionDeniedError, "AllocationQuota.FreeTierOnly"],
      ["status=404", OpenAI.NotFoundError, "model_not_found"],
      ["status=409", OpenAI.ConflictError, "Conflict"],
      ["code=insufficient_quota", OpenAI.RateLimitError, "insufficient_quota"],
      ["status=500", OpenAI.InternalServerError, "internal_error"],
    ];
    for (const [fault, kind, code] of cases) {
      const error = await client()
        .chat.completions.create(call(), faults(fault))
        .catch((cause) => cause);
      assert.ok(error instanceof /** @type {any} */ (kind), `${fault}: ${error}`);
      assert.equal(error.code, code);
      assert.equal(typeof error.requestID, "string");
    }
    const wrongKey = await client({ apiKey: "sk-invalid" })
      .chat.completions.create(call())
      .catch((cause) => cause);
    assert.ok(wrongKey instanceof OpenAI.AuthenticationError);
  });

  test("it retries as it does with any server", async () => {
    emulator.requests.length = 0;
    const twice = faults("status=429,retry-after-ms=5,fail-times=2,fault-key=openai-retries");
    const { choices } = await client({ maxRetries: 2 }).chat.completions.create(call(), twice);
    assert.equal(choices[0].finish_reason, "stop");
    assert.deepEqual(
      emulator.requests.map(({ status }) => status),
      [429, 429, 200],
    );
  });

  test("an error in the middle of a stream is raised", async () => {
    const stream = await client().chat.completions.create(
      call({ stream: true }),
      faults("error-mid=2,code=DataInspectionFailed"),
    );
    const pieces = [];
    const read = async () => {
      for await (const chunk of /** @type {any} */ (stream)) pieces.push(chunk.choices[0]?.delta.content);
    };
    await assert.rejects(
      read,
      (/** @type {any} */ error) => error instanceof OpenAI.APIError && error.code === "data_inspection_failed",
    );
    assert.equal(pieces.length, 3);
  });

  test("its extra_body is sent literally and ignored, as by the service", async () => {
    emulator.requests.length = 0;
    await client().chat.completions.create(call({ extra_body: { asr_options: { language: "de" } } }));
    const body = /** @type {any} */ (emulator.requests[0].body);
    assert.deepEqual(body.extra_body, { asr_options: { language: "de" } });
    assert.equal(body.messages[0].content[0].input_audio.data.bytes, jfk.read().length);
  });
});
