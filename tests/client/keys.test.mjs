// The key: where it comes from, that it is asked for before each attempt, and that it never turns up anywhere else.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import { Transcriber } from "../../dist/index.js";
import { sha256 } from "../emulator/request-log.mjs";
import { audio, errorOf, fault, PROTOCOLS, startService, WAYS } from "./service.mjs";

const SECRET = "sk-0f1e2d3c4b5a69788796a5b4c3d2e1f0";
let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

/** The key or any telling part of it. */
const LEAK = /0f1e2d3c|e1f0/u;

describe("where it comes from", () => {
  test("a string, with white space around it dropped", async () => {
    service.forget();
    await service.client({ apiKey: ` ${SECRET}\n` }).transcribe(audio);
    assert.equal(service.requests[0].keySha256, sha256(SECRET));
  });

  test("a function, asked before each attempt", async () => {
    for (const ask of Object.values(WAYS)) {
      service.forget();
      let asked = 0;
      const apiKey = async () => `sk-token-${++asked}`;
      const options = fault(`status=503,retry-after-ms=1,fail-times=2,fault-key=${crypto.randomUUID()}`);
      await ask(service.client({ apiKey }), audio, options);
      const used = service.requests.map(({ keySha256 }) => keySha256);
      assert.deepEqual(used, ["sk-token-1", "sk-token-2", "sk-token-3"].map(sha256));
    }
  });

  test("a function that fails, or gives no key", async () => {
    service.forget();
    const cause = new Error("vault is shut");
    const thrown = await errorOf(service.client({ apiKey: () => Promise.reject(cause) }).transcribe(audio));
    assert.deepEqual([thrown.name, thrown.cause], ["AuthenticationError", cause]);
    for (const key of [undefined, 5, "", "two words", "schl\u00fcssel"]) {
      const error = await errorOf(service.client({ apiKey: () => key }).transcribe(audio));
      assert.deepEqual([error.name, error.field], ["InvalidOptionError", "apiKey"], String(key));
    }
    assert.equal(service.requests.length, 0);
  });

  test("without a key, a baseURL is called without one", async () => {
    service.forget();
    const error = await errorOf(service.client({ apiKey: undefined }).transcribe(audio));
    assert.equal(error.name, "AuthenticationError");
    assert.equal(service.requests[0].headers.authorization, undefined);
  });

  test("without a key, the service itself is not called at all", async () => {
    const saved = process.env.DASHSCOPE_API_KEY;
    delete process.env.DASHSCOPE_API_KEY;
    try {
      let called = false;
      const fetch = async () => {
        called = true;
        return new Response();
      };
      const error = await errorOf(new Transcriber({ fetch }).transcribe(audio));
      assert.deepEqual([error.name, error.field, called], ["InvalidOptionError", "apiKey", false]);
    } finally {
      if (saved !== undefined) process.env.DASHSCOPE_API_KEY = saved;
    }
  });

  test("DASHSCOPE_API_KEY counts for the service itself, and never for a baseURL", async () => {
    const saved = process.env.DASHSCOPE_API_KEY;
    process.env.DASHSCOPE_API_KEY = SECRET;
    try {
      const direct = await new Transcriber().buildRequest(audio);
      assert.equal(direct.headers.get("authorization"), `Bearer ${SECRET}`);
      for (const options of [{ baseURL: service.url }, { baseUrl: service.url }]) {
        const relayed = await new Transcriber(options).buildRequest(audio);
        assert.equal(relayed.headers.get("authorization"), null);
      }
    } finally {
      if (saved === undefined) delete process.env.DASHSCOPE_API_KEY;
      else process.env.DASHSCOPE_API_KEY = saved;
    }
  });
});

describe("it never turns up", () => {
  const everything = (value) => [inspect(value, { depth: 20, showHidden: true, getters: true }), JSON.stringify(value)];

  test("in a client", () => {
    for (const apiKey of [SECRET, () => SECRET]) {
      const client = service.client({ apiKey });
      for (const text of [...everything(client), String(client), inspect(client.stream(audio), { showHidden: true })]) {
        assert.doesNotMatch(text ?? "", LEAK);
      }
    }
  });

  test("in an error, its causes, or on the console", async (context) => {
    const printed = [];
    for (const name of ["log", "info", "warn", "error", "debug"]) {
      context.mock.method(console, name, (...given) => printed.push(inspect(given)));
    }
    const errors = [];
    const quoting = async () =>
      Response.json({ code: "InvalidApiKey", message: `Invalid API-key provided: ${SECRET}.` }, { status: 401 });
    for (const [protocol] of PROTOCOLS) {
      for (const ask of Object.values(WAYS)) {
        for (const [client, input, options] of [
          [{}, audio, fault("status=401")],
          [{}, audio, fault("status=500", { maxRetries: 0 })],
          [{}, audio, fault("cut=1", { maxRetries: 0 })],
          [{}, audio, fault("delay=1000", { maxRetries: 0, timeout: 20 })],
          [{}, audio, { signal: AbortSignal.timeout(1) }],
          [{}, audio, { prompt: "x" }],
          [{}, new Uint8Array(), {}],
          [{ baseURL: "http://127.0.0.1:9", maxRetries: 0 }, audio, {}],
          [{ apiKey: `${SECRET} ${SECRET}` }, audio, {}],
          [{ apiKey: `${SECRET}\u00e9` }, audio, {}],
          [{ fetch: quoting }, audio, {}],
        ]) {
          const call = async () => ask(service.client({ apiKey: SECRET, protocol, ...client }), input, options);
          errors.push(await errorOf(call()));
        }
      }
    }
    assert.equal(errors.length, 44);
    for (const error of errors) {
      for (let at = error; at instanceof Error; at = at.cause) {
        for (const text of [...everything(at), String(at), at.stack]) assert.doesNotMatch(text ?? "", LEAK);
      }
    }
    assert.deepEqual(printed, [], "and nothing is printed at all");
  });

  test("in an error of an upstream that echoes it: words, code, id, text so far, plain or in base64", async () => {
    for (const secret of [SECRET, "own-gateway-0f1e2d3c/key"]) {
      const forms = [secret, ...["", "k", "Bearer ", '{"key":"'].map((before) => btoa(`${before}${secret}"}`))];
      for (const form of forms) {
        const facts = { code: `Bad.${form}`, message: `no key "${form}"\r\nSet-Cookie: x`, request_id: form };
        const said = { output: { choices: [{ message: { content: [{ text: `heard ${form}` }] } }] } };
        const answers = [
          () => Response.json(facts, { status: 400, headers: { "x-request-id": form } }),
          () => new Response(form, { status: 403, headers: { "x-request-id": form } }),
          () => Response.json({ error: { ...facts, type: form }, id: form }),
          () => new Response(`data:${JSON.stringify(said)}\n\nevent:error\ndata:${JSON.stringify(facts)}\n\n`),
        ];
        for (const answer of answers) {
          const client = service.client({ apiKey: secret, fetch: async () => answer(), maxRetries: 0 });
          const calls = [
            ...Object.values(WAYS).map((ask) => () => ask(client, audio)),
            () => client.submit("https://x.example/a.mp3", { model: "fun-asr" }),
            () => client.task("0123").status(),
          ];
          for (const call of calls) {
            const error = await errorOf(call());
            const texts = [...everything(error), error.stack, error.message, error.partialText ?? ""];
            for (const text of texts) {
              // Of base64, at most two letters at either end of the key may stay.
              assert.ok(!text.includes(form) && !LEAK.test(text), text);
              assert.doesNotMatch(text, /MGYxZTJk|BmMWUyZD|wZjFlMm/, text);
            }
            assert.doesNotMatch(error.message, /[\r\n]/);
          }
        }
      }
    }
  });
});
