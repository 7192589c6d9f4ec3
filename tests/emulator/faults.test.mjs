// The switches that are not about framing, the request log and the control routes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { parseFaults } from "./faults.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { CHAT, chatBody, dataUrl, GENERATION, generationBody, send, someAudio } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello world.") });
});
after(() => emulator.close());
beforeEach(() => {
  emulator.requests.length = 0;
});

const chat = (fault, more) => send(emulator.url + CHAT, { body: chatBody(more), fault });
const generate = (fault, more) => send(emulator.url + GENERATION, { body: generationBody(more), fault });

describe("refusals on order", () => {
  /** @type {[string, number, string, string, string][]} fault, status, native code, compatible code and type */
  const table = [
    ["status=400", 400, "InvalidParameter", "invalid_parameter_error", "invalid_request_error"],
    ["status=401", 401, "InvalidApiKey", "invalid_api_key", "invalid_request_error"],
    ["status=403", 403, "AccessDenied", "AccessDenied", "AccessDenied"],
    ["status=404", 404, "ModelNotFound", "model_not_found", "invalid_request_error"],
    ["status=409", 409, "Conflict", "Conflict", "Conflict"],
    ["status=429", 429, "Throttling.RateQuota", "limit_requests", "limit_requests"],
    ["status=500", 500, "InternalError", "internal_error", "internal_server_error"],
    ["status=503", 503, "ServiceUnavailable", "ServiceUnavailable", "ServiceUnavailable"],
    ["status=504", 504, "RequestTimeOut", "RequestTimeOut", "RequestTimeOut"],
    ["status=599", 599, "InternalError", "internal_error", "internal_server_error"],
    ["code=Arrearage", 400, "Arrearage", "Arrearage", "Arrearage"],
    [
      "code=AllocationQuota.FreeTierOnly",
      403,
      "AllocationQuota.FreeTierOnly",
      "AllocationQuota.FreeTierOnly",
      "AllocationQuota.FreeTierOnly",
    ],
    ["code=insufficient_quota", 429, "Throttling.AllocationQuota", "insufficient_quota", "insufficient_quota"],
    ["code=Throttling.AllocationQuota", 429, "Throttling.AllocationQuota", "insufficient_quota", "insufficient_quota"],
    ["code=Brand.New,status=418,message=new", 418, "Brand.New", "Brand.New", "Brand.New"],
    ["error=free-quota", 429, "Throttling.AllocationQuota", "insufficient_quota", "insufficient_quota"],
    ["error=audio-too-long", 400, "InvalidParameter", "invalid_parameter_error", "invalid_request_error"],
  ];
  for (const [fault, status, native, code, type] of table) {
    test(fault, async () => {
      const one = await generate(fault);
      assert.deepEqual([one.status, one.json().code], [status, native]);
      const other = await chat(fault);
      assert.deepEqual([other.status, other.json().error.code, other.json().error.type], [status, code, type]);
    });
  }

  test("a code or an error that the service does not have is the test's mistake", async () => {
    for (const fault of ["code=Brand.New,status=418", "code=constructor", "error=nope", "error=toString"]) {
      const answer = await generate(fault);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /^emulator: (the service has no code|no error) "/, fault);
    }
  });

  test("message= is percent-encoded", async () => {
    const answer = await generate("status=400,message=caf%C3%A9%2C%20closed");
    assert.equal(answer.json().message, "café, closed");
  });

  test("json-error-in-200, html-error, retry-after, retry-after-ms", async () => {
    const quiet = await generate("json-error-in-200,code=Arrearage");
    assert.deepEqual(
      [quiet.status, quiet.json().code, quiet.headers["content-type"]],
      [200, "Arrearage", "application/json"],
    );
    const gateway = await generate("html-error");
    assert.deepEqual([gateway.status, gateway.headers["content-type"]], [502, "text/html"]);
    assert.match(gateway.text, /^<html>.*502 Bad Gateway/s);
    const later = await generate("status=429,retry-after=7,retry-after-ms=250");
    assert.deepEqual([later.headers["retry-after"], later.headers["retry-after-ms"]], ["7", "250"]);
    const dated = await generate(`status=503,retry-after=${encodeURIComponent("Fri, 20 Nov 2026 16:26:05 GMT")}`);
    assert.equal(dated.headers["retry-after"], "Fri, 20 Nov 2026 16:26:05 GMT");
  });

  test("the query does what the header does", async () => {
    assert.equal((await send(`${emulator.url}${CHAT}?fault=status%3D429`, { body: chatBody() })).status, 429);
  });

  test("a switch that does not exist is named", async () => {
    const answer = await generate("statu=400");
    assert.equal(answer.status, 400);
    assert.match(answer.text, /^emulator: no fault switch "statu"; there are: status, /);
    assert.throws(() => parseFaults("nope"), /no fault switch "nope"/);
  });

  test("delay holds the headers back", async () => {
    const started = performance.now();
    await generate("delay=80");
    assert.ok(performance.now() - started >= 79);
  });
});

describe("failing only at first", () => {
  test("fail-times counts by fault-key", async () => {
    const statuses = async (fault) => [
      (await generate(fault)).status,
      (await generate(fault)).status,
      (await generate(fault)).status,
    ];
    assert.deepEqual(await statuses("status=503,fail-times=2,fault-key=one"), [503, 503, 200]);
    assert.deepEqual(await statuses("status=429,retry-after=1,fail-times=1,fault-key=two"), [429, 200, 200]);
  });

  test("any switch can be counted", async () => {
    assert.equal((await generate("cut=1,fail-times=1,fault-key=three")).broken, true);
    assert.equal((await generate("cut=1,fail-times=1,fault-key=three")).broken, false);
  });

  test("faults are armed for callers that cannot send a header", async () => {
    emulator.arm({ fault: "status=503", times: 2, path: "/api/v1/" });
    assert.equal((await chat()).status, 200);
    assert.deepEqual(
      [(await generate()).status, (await generate()).status, (await generate()).status],
      [503, 503, 200],
    );
    await send(`${emulator.url}/_emulator/faults`, { body: { fault: "status=500" } });
    assert.equal((await generate()).status, 500);
    await send(`${emulator.url}/_emulator/faults`, { body: { fault: "status=500" } });
    await send(`${emulator.url}/_emulator/faults`, { method: "DELETE" });
    assert.equal((await generate()).status, 200);
  });
});

describe("other shapes of success", () => {
  test("no speech: empty array, empty string, an error", async () => {
    const content = async (fault) => (await generate(fault)).json().output.choices[0].message.content;
    assert.deepEqual(await content("empty-content"), []);
    assert.deepEqual(await content("no-speech=content-empty-array"), []);
    assert.deepEqual(await content("no-speech=empty-string"), [{ text: "" }]);
    const refused = await generate("no-speech=error");
    assert.deepEqual([refused.status, refused.json().code], [400, "ASR_RESPONSE_HAVE_NO_WORDS"]);
    assert.equal((await chat("empty-content")).json().choices[0].message.content, "");
    assert.equal((await chat("no-speech=error")).json().error.code, "ASR_RESPONSE_HAVE_NO_WORDS");
    const streamed = await chat("empty-content", { stream: true });
    assert.equal(streamed.text.match(/"content":/g)?.length, 1);
  });

  test("no annotations; finish reasons; every usage variant", async () => {
    assert.equal((await generate("no-annotations")).json().output.choices[0].message.annotations, undefined);
    assert.equal((await generate("finish-reason=length")).json().output.choices[0].finish_reason, "length");
    const usage = async (variant) => (await generate(`usage=${variant}`)).json().usage;
    assert.deepEqual(await usage("audio-tokens"), { audio_tokens: 25 });
    assert.deepEqual(await usage("seconds-total"), { seconds: 1, total_tokens: 28 });
    assert.deepEqual(await usage("2024"), { audio_tokens: 25, input_tokens: 0, output_tokens: 3 });
    assert.equal((await usage("2025")).input_tokens_details.audio_tokens, 25);
    assert.equal(await usage("none"), undefined);
    assert.equal(await usage("null"), null);
  });
});

describe("the request log", () => {
  test("keeps what was sent, without the key and with the audio described", async () => {
    const audio = someAudio();
    const url = dataUrl(audio, "audio/wav;codecs=1");
    await send(`${emulator.url}${GENERATION}?a=b`, {
      body: generationBody({ audio: url }),
      key: "sk-secret-1",
      headers: { "x-mine": "1" },
    });
    const [entry] = emulator.requests;
    assert.deepEqual(
      [entry.method, entry.path, entry.query, entry.status, entry.headers["x-mine"], entry.headers.authorization],
      ["POST", GENERATION, { a: "b" }, 200, "1", "Bearer sk-…"],
    );
    assert.equal(entry.keySha256, createHash("sha256").update("sk-secret-1").digest("hex"));
    const described = {
      mediaType: "audio/wav;codecs=1",
      bytes: audio.length,
      sha256: createHash("sha256").update(audio).digest("hex"),
    };
    assert.deepEqual(entry.body, generationBody({ audio: /** @type {any} */ (described) }));
    assert.doesNotMatch(JSON.stringify(emulator.requests), /secret/);
  });

  test("is read and emptied over HTTP", async () => {
    await chat("status=429");
    const listed = await send(`${emulator.url}/_emulator/requests`);
    assert.deepEqual(
      listed.json().map(({ path, status }) => [path, status]),
      [[CHAT, 429]],
    );
    await send(`${emulator.url}/_emulator/requests`, { method: "DELETE" });
    assert.equal(emulator.requests.length, 0);
  });
});
