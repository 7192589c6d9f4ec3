// What the emulator refuses, and in whose words.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { writeWav } from "./audio/wav.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { CHAT, chatBody, dataUrl, GENERATION, generationBody, send, someAudio } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
/** @type {import("node:http").Server} */
let files;
let filesUrl = "";
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello.") });
  files = createServer((request, response) => {
    if (request.url === "/speech.wav") return void response.end(someAudio());
    if (request.url === "/away") return void response.writeHead(302, { location: "/speech.wav" }).end();
    response.writeHead(request.url === "/forbidden.wav" ? 403 : 404).end();
  });
  await new Promise((resolve) => files.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (files.address());
  filesUrl = `http://127.0.0.1:${address.port}`;
});
after(async () => {
  await emulator.close();
  files.close();
});

const chat = (body, more) => send(emulator.url + CHAT, { body, ...more });
const generate = (body, more) => send(emulator.url + GENERATION, { body, ...more });

describe("keys", () => {
  test("the native 401 has a JSON body and no content type", async () => {
    for (const key of ["sk-invalid-1", "pk-1", "st-made-up"]) {
      const answer = await generate(generationBody(), { key });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers["content-type"], undefined);
      const requestId = answer.headers["x-request-id"];
      assert.deepEqual(answer.json(), {
        code: "InvalidApiKey",
        message: "Invalid API-key provided.",
        request_id: requestId,
      });
    }
    assert.equal((await generate(generationBody(), { key: "" })).json().message, "No API-key provided.");
  });

  test("the compatible 401 is OpenAI's shape", async () => {
    const answer = await chat(chatBody(), { key: "sk-invalid" });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.deepEqual(answer.json(), {
      error: {
        message:
          "Incorrect API key provided. For details, see: https://help.aliyun.com/zh/model-studio/error-code#apikey-error",
        type: "invalid_request_error",
        param: null,
        code: "invalid_api_key",
      },
      request_id: answer.headers["x-request-id"],
    });
  });

  test("an emulator that was started with one key takes no other", async () => {
    const strict = await startEmulator({ key: "sk-only", recogniser: createScriptedRecogniser("Hello.") });
    assert.equal((await send(strict.url + GENERATION, { body: generationBody(), key: "sk-other" })).status, 401);
    assert.equal((await send(strict.url + GENERATION, { body: generationBody(), key: "sk-only" })).status, 200);
    await strict.close();
  });
});

describe("browsers are locked out", () => {
  test("OPTIONS gets 401, and no answer has a CORS header", async () => {
    const headers = { origin: "https://example.com", "access-control-request-method": "POST" };
    for (const path of [CHAT, GENERATION, "/anything"]) {
      const answer = await send(emulator.url + path, { method: "OPTIONS", headers });
      assert.equal(answer.status, 401);
      assert.deepEqual(corsHeaders(answer), []);
    }
    assert.deepEqual(corsHeaders(await generate(generationBody(), { headers })), []);
  });
  const corsHeaders = ({ headers }) => Object.keys(headers).filter((name) => name.startsWith("access-control"));
});

describe("paths and methods", () => {
  test("what does not exist is 404, a wrong method a wrong parameter", async () => {
    assert.equal((await send(`${emulator.url}/compatible-mode/v1/audio/transcriptions`, { body: {} })).status, 404);
    const wrong = await send(emulator.url + GENERATION);
    assert.deepEqual([wrong.status, wrong.json().message], [400, "Request method 'GET' is not supported."]);
  });
});

/** @type {[string, any, number, string, RegExp][]} */
const NATIVE = [
  ["no JSON", "hello", 400, "BadRequest.IllegalInput", /json/],
  ["no model", { input: {} }, 400, "BadRequest.EmptyModel", /model/],
  ["an unknown model", generationBody({ model: "whisper-1" }), 404, "ModelNotFound", /Model/],
  ["no input", { model: "qwen3-asr-flash" }, 400, "BadRequest.EmptyInput", /input/],
  ["no messages", { model: "qwen3-asr-flash", input: { messages: [] } }, 400, "InvalidParameter", /^Role must be user/],
  [
    "a model for files",
    generationBody({ model: "qwen3-asr-flash-filetrans" }),
    403,
    "AccessDenied",
    /synchronous calls/,
  ],
  [
    "two users",
    { ...generationBody(), input: { messages: [{ role: "user" }, { role: "user" }] } },
    400,
    "InvalidParameter",
    /: The item of content should be a message of a certain modal\.$/,
  ],
  [
    "a prompt beside the audio",
    {
      ...generationBody(),
      input: { messages: [{ role: "user", content: [{ audio: dataUrl(someAudio()) }, { text: "What?" }] }] },
    },
    400,
    "InvalidParameter",
    /: The item of content should be a message of a certain modal\.$/,
  ],
  [
    "an empty recording",
    generationBody({ audio: "data:audio/wav;base64," }),
    400,
    "InvalidParameter",
    /The audio is empty/,
  ],
  [
    "broken base64",
    generationBody({ audio: "data:audio/wav;base64,a*b=" }),
    400,
    "InvalidParameter",
    /URL does not appear to be valid/,
  ],
  [
    "no base64",
    generationBody({ audio: "data:audio/wav,abc" }),
    400,
    "InvalidParameter",
    /URL does not appear to be valid/,
  ],
  [
    "a local path",
    generationBody({ audio: "file:///tmp/a.wav" }),
    400,
    "InvalidParameter",
    /^url error, please check url！$/,
  ],
  ["no URL at all", generationBody({ audio: "hello" }), 400, "InvalidParameter", /^url error, please check url！$/],
  ["oss:// without the header", generationBody({ audio: "oss://a/b.wav" }), 400, "InvalidParameter", /^url error/],
  [
    "a host elsewhere",
    generationBody({ audio: "https://example.com/a.wav" }),
    400,
    "BadRequest.InputDownloadFailed",
    /Failed/,
  ],
  [
    "nobody listening",
    generationBody({ audio: "http://127.0.0.1:9/a.wav" }),
    400,
    "InvalidURL.ConnectionRefused",
    /refused/,
  ],
  [
    "bytes that are no audio",
    generationBody({ audio: dataUrl(Buffer.from("hello, this is text")) }),
    400,
    "InvalidParameter",
    /^<400> InternalError\.Algo\.InvalidParameter: The audio format is illegal and cannot be opened$/,
  ],
  [
    "a language that is not on the list",
    generationBody({ parameters: { asr_options: { language: "tlh" } } }),
    400,
    "InvalidParameter",
    /^Required parameter\(language\) missing or invalid/,
  ],
];

describe("dialect B refuses", () => {
  for (const [name, body, status, code, message] of NATIVE) {
    test(name, async () => {
      const answer = await generate(body);
      const error = answer.json();
      assert.deepEqual([answer.status, error.code, error.request_id], [status, code, answer.headers["x-request-id"]]);
      assert.match(error.message, message);
      assert.deepEqual(Object.keys(error), ["code", "message", "request_id"]);
    });
  }

  test("a file that is not there, forbidden or behind a redirect", async () => {
    for (const path of ["/missing.wav", "/forbidden.wav", "/away"]) {
      assert.equal((await generate(generationBody({ audio: filesUrl + path }))).status, 400);
    }
    assert.equal((await generate(generationBody({ audio: `${filesUrl}/speech.wav` }))).status, 200);
  });

  test("an asynchronous call", async () => {
    const answer = await generate(generationBody(), { headers: { "x-dashscope-async": "enable" } });
    assert.equal(answer.status, 403);
    assert.equal(answer.json().message, "Current user api does not support asynchronous calls.");
  });

  test("a data URL of more than 10485760 characters, and takes one of that many", async () => {
    const head = "data:audio/wav;base64,";
    // One channel of 8 kHz 8-bit silence would do, but the length has to be met to the character.
    const longest = (length) => {
      const bytes = Buffer.alloc(Math.floor((length - head.length) / 4) * 3);
      bytes.set(writeWav([new Float32Array(1)], 48000).subarray(0, 44));
      bytes.writeUInt32LE(bytes.length - 44, 40);
      return (head + bytes.toString("base64")).padEnd(length, "=").slice(0, length);
    };
    const over = await generate(generationBody({ audio: longest(10485764) }));
    assert.deepEqual([over.status, over.json().code], [400, "BadRequest.TooLarge"]);
    assert.equal(over.json().message, "Exceeded limit on max bytes per data-uri item : 10485760");
    assert.equal((await generate(generationBody({ audio: longest(10485758) }))).status, 200);
  });

  test("a string of more than 28 million characters", async () => {
    const answer = await generate(generationBody({ audio: `data:audio/wav;base64,${"A".repeat(28_000_000)}` }));
    assert.deepEqual([answer.status, answer.json().code], [400, "InvalidParameter"]);
    assert.match(answer.json().message, /^String value length \(28000022\) exceeds the maximum allowed \(28000000, /);
  });

  test("more than 300 seconds, and takes 300", async () => {
    const wav = (seconds) => dataUrl(writeWav([new Float32Array(seconds * 8000)], 8000));
    assert.equal((await generate(generationBody({ audio: wav(300) }))).status, 200);
    const words = "<400> InternalError.Algo.InvalidParameter: The audio is too long";
    const native = await generate(generationBody({ audio: wav(301) }));
    assert.deepEqual([native.status, native.json().code, native.json().message], [400, "InvalidParameter", words]);
    const compatible = await chat(chatBody({ audio: wav(301) }));
    const { error } = compatible.json();
    assert.deepEqual([compatible.status, error.code, error.message], [400, "invalid_parameter_error", words]);
    const content = [{ type: "input_audio", input_audio: { data: wav(301) } }];
    const input = { messages: [{ role: "user", content }] };
    const flash = await generate({ model: "fun-asr-flash-2026-06-15", input, parameters: { format: "wav" } });
    assert.deepEqual(
      [flash.status, flash.json().code, flash.json().message],
      [400, "AUDIO_DURATION_TOO_LONG", "audio duration (301000.0ms) over service process (300s)"],
    );
  });
});

/** @type {[string, any, number, string, string, RegExp][]} */
const COMPATIBLE = [
  ["no model", { messages: [] }, 400, "invalid_parameter_error", "invalid_request_error", /model/],
  [
    "an unknown model",
    chatBody({ model: "whisper-1" }),
    404,
    "model_not_found",
    "invalid_request_error",
    /`whisper-1` does not exist/,
  ],
  [
    "another dialect's model",
    chatBody({ model: "fun-asr" }),
    404,
    "model_not_supported",
    "invalid_request_error",
    /`fun-asr`/,
  ],
  ["no messages", { model: "qwen3-asr-flash" }, 400, "invalid_parameter_error", "invalid_request_error", /messages/],
  [
    "stream_options without stream",
    chatBody({ stream_options: { include_usage: true } }),
    400,
    "invalid_parameter_error",
    "invalid_request_error",
    /stream_options/,
  ],
  [
    "no audio",
    { model: "qwen3-asr-flash", messages: [{ role: "user", content: "hello" }] },
    400,
    "invalid_parameter_error",
    "invalid_request_error",
    /: The item of content should be a message of a certain modal\.$/,
  ],
  [
    "bytes that are no audio",
    chatBody({ audio: dataUrl(Buffer.from("hello, this is text")) }),
    400,
    "invalid_parameter_error",
    "invalid_request_error",
    /^<400> InternalError\.Algo\.InvalidParameter: The audio format is illegal and cannot be opened$/,
  ],
];

describe("dialect A refuses", () => {
  for (const [name, body, status, code, type, message] of COMPATIBLE) {
    test(name, async () => {
      const answer = await chat(body);
      const { error, request_id: requestId } = answer.json();
      assert.deepEqual([answer.status, error.code, error.type, error.param], [status, code, type, null]);
      assert.equal(requestId, answer.headers["x-request-id"]);
      assert.match(error.message, message);
    });
  }
});

describe("taken as the service takes it", () => {
  test("unknown members, extra_body, a system message first or last, any label on the audio", async () => {
    const system = { role: "system", content: [{ text: "" }] };
    const body = generationBody({ audio: dataUrl(someAudio(), "audio/webm;codecs=opus"), parameters: { nonsense: 1 } });
    for (const messages of [
      [system, ...body.input.messages],
      [...body.input.messages, system],
    ]) {
      assert.equal((await generate({ ...body, input: { messages } })).status, 200);
    }
    assert.equal(
      (await chat(chatBody({ extra_body: { asr_options: { language: "tlh" } }, temperature: 0 }))).status,
      200,
    );
  });

  test("the caller's language comes back in the annotation", async () => {
    const native = await generate(
      generationBody({ parameters: { asr_options: { language: "de", enable_itn: true } } }),
    );
    assert.equal(native.json().output.choices[0].message.annotations[0].language, "de");
    const compatible = await chat(chatBody({ asr_options: { language: "yue" } }));
    assert.equal(compatible.json().choices[0].message.annotations[0].language, "yue");
  });

  test("events also start on the Accept header alone, unless X-DashScope-SSE says disable", async () => {
    const type = async (headers) => (await generate(generationBody(), { headers })).headers["content-type"];
    assert.match(await type({ accept: "text/event-stream" }), /event-stream/);
    assert.equal(await type({ accept: "text/event-stream", "x-dashscope-sse": "disable" }), "application/json");
  });
});
