// What the package makes of every error that the emulator can give, in the service's own words: in both shapes, streamed or not,
// with its status or inside an answer that claims success; of failed files; of the object store.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FILE_ERRORS, OURS, SERVICE_ERRORS } from "../emulator/service-errors.mjs";
import { audio, errorOf, fault, PROTOCOLS, startService, WAYS } from "./service.mjs";

/** What each is to the package. */
const CODES = {
  authentication: ["no-key", "wrong-key"],
  permission_denied: [
    ...["access-denied", "unpurchased", "model-access", "workspace-access", "endpoint-access", "free-tier-only"],
    ...["too-many-lists", "free-quota"],
  ],
  billing: ["arrears", "not-purchased", "prepaid", "postpaid"],
  not_found: ["no-such-path", "unknown-model", "not-compatible", "no-workspace", "no-such-list"],
  audio_too_long: ["audio-too-long", "audio-over-process", "file-length", "file-duration"],
  audio_too_large: ["data-url-too-large", "string-too-long", "file-too-large", "file-size"],
  empty_audio: ["audio-empty"],
  invalid_audio: ["audio-not-opened", "file-not-opened", "media-not-supported", "file-open"],
  unsupported_format: ["unsupported-file", "file-format"],
  content_filtered: ["inspection"],
  conflict: ["conflict"],
  timeout: ["request-timeout"],
  rate_limit: ["throttled", "rate-quota", "limit-requests", "burst", "concurrency", "token-quota"],
  server_error: [
    ...["internal", "algorithm", "internal-timeout", "result-upload", "system", "model-service", "unavailable"],
    ...["model-unavailable", "model-serving"],
  ],
  bad_request: [
    ...[
      "wrong-method",
      "not-json",
      "no-model",
      "no-input",
      "no-parameters",
      "wrong-parameter",
      "tasks-only",
      "no-tasks",
    ],
    ...["no-messages", "no-user", "bad-role", "bad-content", "stream-options", "bad-url", "bad-data-url"],
    ...["download-failed", "download-multimodal", "inspection-download", "connection-refused", "download-timeout"],
    ...["missing-url", "upload-not-found", "no-file-urls", "not-pending", "unsupported", "disconnected"],
  ],
  silence: ["no-words", "no-fragment"],
};
/** Told by their code or their path only, which the OpenAI-compatible door does not have. */
const BY_CODE_ONLY = new Set([
  "unsupported-file",
  "file-length",
  "file-size",
  "file-duration",
  "file-open",
  "file-format",
  "no-such-list",
]);
const RETRYABLE = new Set(["rate_limit", "server_error", "conflict", "timeout"]);
const codeOf = (name) => Object.keys(CODES).find((code) => CODES[code].includes(name));

let service;
before(async () => {
  service = await startService();
});
after(() => service.close());

test("every error of the table is somebody's", () => {
  assert.deepEqual(Object.values(CODES).flat().sort(), Object.keys(SERVICE_ERRORS).sort());
});

for (const [protocol] of PROTOCOLS) {
  for (const [way, ask] of Object.entries(WAYS)) {
    for (const packing of ["", "sse-on-error", "error-in-200", "json-error-in-200"]) {
      test(`${protocol}, ${way}, ${packing || "plain"}`, async () => {
        const client = service.client({ protocol, maxRetries: 0 });
        for (const name of Object.keys(SERVICE_ERRORS)) {
          const code = codeOf(name);
          if (code === "silence") {
            const { text, noSpeech } = await ask(client, audio, fault(`error=${name},${packing}`));
            assert.deepEqual([text, noSpeech], ["", true], name);
            continue;
          }
          const error = await errorOf(ask(client, audio, fault(`error=${name},${packing}`)));
          const isVague = protocol === "openai" && BY_CODE_ONLY.has(name);
          const expected = isVague ? "bad_request" : code;
          assert.deepEqual(
            [name, error.code, error.retryable],
            [name, expected, RETRYABLE.has(expected)],
            error.message,
          );
          assert.doesNotMatch(error.message, /[\r\n]|\(key\)|\(data\)|undefined/);
        }
      });
    }
  }
}

test("words that nobody has published decide nothing", async () => {
  const ours = Object.keys(SERVICE_ERRORS).filter((name) => SERVICE_ERRORS[name].source === OURS);
  for (const name of ours) {
    for (const [protocol] of PROTOCOLS) {
      const client = service.client({ protocol, maxRetries: 0 });
      const codes = [];
      for (const message of ["", ",message=other%20words"]) {
        codes.push((await errorOf(client.transcribe(audio, fault(`error=${name}${message}`)))).code);
      }
      assert.equal(codes[0], codes[1], name);
    }
  }
});

describe("failed files", () => {
  const EXPECTED = {
    bad_request: [
      ...["InvalidFile.DownloadFailed", "InvalidParameter", "FILE_403_FORBIDDEN", "FILE_404_NOT_FOUND"],
      ...["FILE_DOWNLOAD_FAILED", "REQUEST_INVALID_FILE_URL_VALUE", "CONTENT_LENGTH_CHECK_FAILED"],
    ],
    server_error: ["InternalError", "FILE_SERVER_ERROR"],
    silence: ["ASR_RESPONSE_HAVE_NO_WORDS", "SUCCESS_WITH_NO_VALID_FRAGMENT"],
    audio_too_large: ["FILE_TOO_LARGE"],
    audio_too_long: ["AUDIO_DURATION_TOO_LONG"],
    invalid_audio: [
      ...["FILE_NORMALIZE_FAILED", "FILE_PARSE_FAILED", "MKV_PARSE_FAILED", "DECODE_ERROR", "NO_VALID_AUDIO_ERROR"],
    ],
    unsupported_format: ["FILE_CHECK_FAILED"],
    not_found: ["FILE_TRANS_TASK_EXPIRED"],
  };
  const ADDRESS = /The service fetches the URL itself/;

  test("every code of the table is somebody's", () => {
    assert.deepEqual(Object.values(EXPECTED).flat().sort(), Object.keys(FILE_ERRORS).sort());
  });

  for (const [model, how] of [
    ["qwen3-asr-flash-filetrans", "task-fail"],
    ["fun-asr", "subtask-fail"],
  ]) {
    test(`${model}: kind, advice, and whether trying again helps`, { concurrency: true }, async () => {
      await Promise.all(
        Object.entries(EXPECTED).flatMap(([code, names]) =>
          names.map(async (name) => {
            const headers = { "x-emulator-fault": `${how}=${name},task-pending=0,task-running=0` };
            const task = await service.client().submit("http://127.0.0.1:9/a.mp3", { model, headers });
            if (code === "silence") {
              assert.equal((await task.result()).noSpeech, true, name);
              return;
            }
            const error = await errorOf(task.result());
            assert.deepEqual([name, error.code, error.retryable], [name, code, RETRYABLE.has(code)], error.message);
            assert.equal(error.serviceCode, name);
            const isAboutAddress = code === "bad_request" && name !== "InvalidParameter";
            assert.equal(ADDRESS.test(error.message), isAboutAddress, error.message);
          }),
        ),
      );
    });
  }
});

test("gateways: their words, and the status that they name inside a success", async () => {
  const answers = [
    [404, '{"detail":"Not Found"}', "not_found", /^Not Found/],
    [400, '{"code":400,"message":"No such channel"}', "bad_request", /^No such channel/],
    [
      404,
      '{"event_id":"30","error_msg":"Not Found. Please check the configuration."}',
      "not_found",
      /^Not Found\. Please/,
    ],
    [403, '{"msg":"IP not allowed"}', "permission_denied", /^IP not allowed/],
    [503, "upstream connect error or disconnect/reset before headers", "server_error", /^upstream connect error/],
    [
      502,
      "<html><head><title>502 Bad Gateway</title></head></html>",
      "server_error",
      /^HTTP status 502 without words$/,
    ],
    [200, 'data: {"error":{"code":429,"message":"Slow down"}}\n\n', "rate_limit", /^Slow down/],
    [200, '{"error":{"code":"429","message":"Slow down"}}', "rate_limit", /^Slow down/],
  ];
  for (const [protocol] of PROTOCOLS) {
    for (const ask of Object.values(WAYS)) {
      for (const [status, body, code, words] of answers) {
        const client = service.client({ protocol, maxRetries: 0, fetch: async () => new Response(body, { status }) });
        const error = await errorOf(ask(client, audio));
        assert.deepEqual([error.code, error.status], [code, status === 200 ? 429 : status], body);
        assert.match(error.message, words);
        assert.equal(error.retryable, RETRYABLE.has(code), body);
      }
    }
  }
});

test('a gateway\'s "slow down" inside a success is tried again', async () => {
  for (const [protocol] of PROTOCOLS) {
    for (const ask of Object.values(WAYS)) {
      let refusals = 1;
      const slowly = async (request) =>
        refusals-- > 0 ? new Response('data: {"error":{"code":429,"message":"Slow down"}}\n\n') : fetch(request);
      const { text } = await ask(service.client({ protocol, fetch: slowly }), audio);
      assert.ok(text.startsWith("Ask not"), text);
    }
  }
});

test("Retry-After in each of the three forms of a date", async () => {
  const soon = new Date(Math.ceil(Date.now() / 1000 + 1) * 1000);
  const [day, date, month, year, time] = soon.toUTCString().replace(",", "").split(" ");
  const weekday = soon.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  for (const value of [
    soon.toUTCString(),
    `${weekday}, ${date}-${month}-${year.slice(2)} ${time} GMT`,
    `${day} ${month} ${String(Number(date)).padStart(2, " ")} ${time} ${year}`,
  ]) {
    const options = fault(`status=503,retry-after=${encodeURIComponent(value)},fail-times=1,fault-key=${value.length}`);
    await service.client().transcribe(audio, options);
    // Our own first pause would be over after half a second.
    assert.ok(Date.now() >= soon.getTime() - 50, value);
  }
});

describe("models that are spoken over WebSocket", () => {
  const MODELS = [
    ...["qwen-audio-3.1-asr-flash-message", "qwen-audio-3.1-asr-flash-live", "qwen-audio-3.0-asr-flash-streaming"],
    ...["qwen3-asr-flash-realtime", "fun-asr-realtime", "paraformer-realtime-v2", "gummy-realtime-v1", "gummy-chat-v1"],
    "qwen-audio-3.1-live",
  ];
  test("are refused by name, by every verb, and nothing is sent", async () => {
    service.forget();
    const client = service.client();
    for (const model of MODELS) {
      for (const call of [
        () => client.transcribe(audio, { model }),
        () => client.transcribe(audio, { longAudio: { model } }),
        () => client.stream(audio, { model }).final(),
        () => client.buildRequest(audio, { model }),
        () => client.submit("https://x.example/a.mp3", { model }),
        () => client.submitBatch(["https://x.example/a.mp3"], { model }),
        () => client.upload(audio, { model }),
      ]) {
        const error = await errorOf((async () => call())());
        assert.deepEqual([error.code, error.field], ["invalid_option", "model"], `${model}: ${call} ${error.message}`);
        assert.match(error.message, /WebSocket/);
      }
    }
    assert.equal(service.requests.length, 0);
  });
});
