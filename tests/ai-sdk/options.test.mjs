// What callers say: options of the provider and of a call, headers, the key; what is refused, with the path to it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { transcribe } from "ai";
import { createDashScope, dashscope } from "../../dist/ai-sdk.js";
import { isAsrError } from "../../dist/index.js";
import { audio, errorOf, startService } from "../client/service.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

let service;
let provider;
before(async () => {
  service = await startService();
  provider = createDashScope({ apiKey: "sk-test", baseURL: service.url, headers: { "x-app": "notes" } });
});
after(() => service.close());

const call = (options, model = "qwen3-asr-flash") => ({ model: provider(model), audio, maxRetries: 0, ...options });

test("options reach the service under its names", async () => {
  service.forget();
  const options = { language: "yue", enableItn: true, context: "Bulge Bracket" };
  const result = await transcribe(call({ providerOptions: { dashscope: options } }));
  const [{ body }] = service.requests;
  assert.deepEqual(body.parameters, { asr_options: { language: "yue", enable_itn: true } });
  assert.deepEqual(body.input.messages[0], { role: "system", content: [{ text: "Bulge Bracket" }] });
  // ISO 639-1 has no word for Cantonese alone.
  assert.deepEqual([result.language, result.providerMetadata.dashscope.language], ["zh", "yue"]);
});

test("headers of the provider, of the call and of the SDK are sent", async () => {
  service.forget();
  await transcribe(call({ headers: { "x-call": "1" } }));
  const [{ headers }] = service.requests;
  assert.deepEqual([headers["x-app"], headers["x-call"]], ["notes", "1"]);
  assert.match(headers["user-agent"], /\bai\/7\./);
});

test("options of other providers are none of ours", async () => {
  await transcribe(call({ providerOptions: { openai: { temperature: 0 } } }));
});

describe("refused before anything is sent", () => {
  const REFUSALS = [
    ["qwen3-asr-flash", { languge: "en" }, "providerOptions.dashscope.languge", /languge: .*language/],
    ["qwen3-asr-flash", { language: 7 }, "providerOptions.dashscope.language", /language: /],
    ["qwen3-asr-flash", { keepDialect: true }, "providerOptions.dashscope.keepDialect", /qwen-audio-3\.1-asr-flash/],
    ["qwen3-asr-flash", { enableWords: true }, "providerOptions.dashscope.enableWords", /filetrans/],
    ["qwen3-asr-flash", { longAudio: "upload" }, "providerOptions.dashscope.longAudio", /"task"/],
    ["qwen3-asr-flash", { longAudio: { keepDialect: 7 } }, "providerOptions.dashscope.longAudio.keepDialect", /true/],
    ["qwen3-asr-flash-filetrans", { format: "wav" }, "providerOptions.dashscope.format", /fun-asr-flash/],
    ["fun-asr", { languge: "en" }, "providerOptions.dashscope.languge", /languge: /],
    ["fun-asr", { longAudio: "task" }, "providerOptions.dashscope.longAudio", /longAudio: /],
    ["qwen3-asr-flash", { model: "fun-asr" }, "providerOptions.dashscope.model", /transcription\(/],
    ["qwen3-asr-flash", { maxRetries: 1 }, "providerOptions.dashscope.maxRetries", /transcribe\(\)/],
    ["qwen3-asr-flash", { headers: {} }, "providerOptions.dashscope.headers", /transcribe\(\)/],
    ["qwen3-asr-flash", ["en"], "providerOptions.dashscope", /object/],
    ["qwen3-asr-flash-realtime", {}, "model", /WebSocket/],
  ];
  for (const [model, dashscope, field, words] of REFUSALS) {
    test(`${JSON.stringify(dashscope)} for ${model}`, async () => {
      service.forget();
      const error = await errorOf(transcribe(call({ providerOptions: { dashscope } }, model)));
      assert.ok(isAsrError(error), error.stack);
      assert.deepEqual([error.code, error.field], ["invalid_option", field], error.message);
      assert.ok(error.message.startsWith(`${field}: `), error.message);
      assert.match(error.message, words);
      const uploads = service.requests.filter(({ path }) => path !== "/api/v1/uploads" && path !== "/");
      assert.deepEqual(uploads, []);
    });
  }

  test("settings of the provider, when a model is made", () => {
    for (const [settings, field] of [
      [{ region: "mars" }, "region"],
      [{ nonsense: 1 }, "nonsense"],
      [{ model: "fun-asr" }, "model"],
      [{ maxRetries: 1 }, "maxRetries"],
      [{ fetch: 7 }, "fetch"],
    ]) {
      const made = createDashScope(settings);
      assert.throws(() => made.transcription("fun-asr"), { code: "invalid_option", field });
    }
  });
});

test("what inherits is not said", async () => {
  const inherited = { maxRetries: 1, model: "fun-asr", dashscope: { nonsense: 1 }, longAudio: "upload", apiKey: 7 };
  for (const [name, value] of Object.entries(inherited)) Object.prototype[name] = value;
  try {
    for (const providerOptions of [undefined, {}, { dashscope: {} }]) {
      await provider("qwen3-asr-flash").doGenerate({ audio, mediaType: "audio/wav", providerOptions });
    }
  } finally {
    for (const name of Object.keys(inherited)) delete Object.prototype[name];
  }
});

describe("the key", () => {
  const { DASHSCOPE_API_KEY: before } = process.env;
  after(() => {
    if (before === undefined) delete process.env.DASHSCOPE_API_KEY;
    else process.env.DASHSCOPE_API_KEY = before;
  });

  test("of the environment is looked for at each call", async () => {
    delete process.env.DASHSCOPE_API_KEY;
    const keys = [];
    const fetch = async (request) => {
      keys.push(request.headers.get("authorization"));
      return Response.json({ output: { choices: [{ message: { content: [] }, finish_reason: "stop" }] } });
    };
    const model = createDashScope({ fetch }).transcription("qwen3-asr-flash");
    for (const key of ["sk-first", "sk-second"]) {
      process.env.DASHSCOPE_API_KEY = key;
      await transcribe({ model, audio });
    }
    assert.deepEqual(keys, ["Bearer sk-first", "Bearer sk-second"]);
  });

  test("that is missing is told of in words, by the default provider", async () => {
    delete process.env.DASHSCOPE_API_KEY;
    const error = await errorOf(transcribe({ model: dashscope.transcription("qwen3-asr-flash"), audio }));
    assert.deepEqual([error.code, error.field], ["invalid_option", "apiKey"]);
    assert.match(error.message, /DASHSCOPE_API_KEY/);
  });
});

describe("audio", () => {
  test("of a kind that the SDK does not know goes under its own name, not as WAV", async () => {
    service.forget();
    const amr = Buffer.concat([Buffer.from("#!AMR\n"), Buffer.alloc(400, 0x3c)]);
    await transcribe(call({ audio: amr })).catch(() => {});
    assert.equal(service.requests[0].body.input.messages[0].content[0].audio.mediaType, "audio/amr");
  });

  test("of no kind is refused, unless the caller says what it is", async () => {
    const noise = Uint8Array.from({ length: 64 }, (_, at) => (at * 37) % 251);
    assert.equal((await errorOf(transcribe(call({ audio: noise })))).code, "unsupported_format");
    service.forget();
    await transcribe(call({ audio: noise, providerOptions: { dashscope: { mediaType: "audio/mpeg" } } })).catch(
      () => {},
    );
    assert.equal(service.requests[0].body.input.messages[0].content[0].audio.mediaType, "audio/mpeg");
  });

  test("in base64, of either alphabet, as models may be given it", async () => {
    const model = provider("qwen3-asr-flash");
    for (const encoding of ["base64", "base64url"]) {
      const { text } = await model.doGenerate({ audio: Buffer.from(audio).toString(encoding), mediaType: "audio/wav" });
      assert.match(text, /^Ask not/);
    }
    const error = await errorOf(model.doGenerate({ audio: "no base64!", mediaType: "audio/wav" }));
    assert.equal(error.code, "invalid_audio");
  });
});
