// What goes over the wire, to the letter: paths, headers and bodies as the service documents them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { sha256 } from "../emulator/request-log.mjs";
import { audio, PROTOCOLS, startService, WAYS } from "./service.mjs";

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

const AUDIO = { mediaType: "audio/wav", bytes: audio.length, sha256: sha256(audio) };
const OPTIONS = {
  language: "zh",
  enableItn: false,
  context: 'Bulge "Bracket", Boutique\n',
  asrOptions: { enable_lid: true },
};
const asr_options = { language: "zh", enable_itn: false, enable_lid: true };
const system = { role: "system", content: [{ text: OPTIONS.context }] };

/** Options, whether streamed, and the body they must make. */
const BODIES = {
  dashscope: [
    [{}, false, {}],
    [{}, true, { parameters: { incremental_output: true } }],
    [OPTIONS, false, { system, parameters: { asr_options } }],
    [
      { ...OPTIONS, incrementalOutput: false, resultFormat: "message" },
      true,
      {
        system,
        parameters: { asr_options, incremental_output: false, result_format: "message" },
      },
    ],
    [
      { parameters: { seed: 5, nested: { a: [1, null] } } },
      false,
      { parameters: { seed: 5, nested: { a: [1, null] } } },
    ],
    [
      { model: "qwen3-asr-flash-2026-02-10", enableItn: true },
      false,
      {
        model: "qwen3-asr-flash-2026-02-10",
        parameters: { asr_options: { enable_itn: true } },
      },
    ],
    [{ context: "" }, false, { system: { role: "system", content: [{ text: "" }] } }],
  ],
  openai: [
    [{}, false, { stream: false }],
    [{}, true, { stream: true, stream_options: { include_usage: true } }],
    [{ ...OPTIONS }, false, { system, asr_options, stream: false }],
    [
      { ...OPTIONS, includeUsage: false },
      true,
      { system, asr_options, stream: true, stream_options: { include_usage: false } },
    ],
    [{ parameters: { seed: 5 } }, false, { seed: 5, stream: false }],
  ],
};

function bodyOf(protocol, { system: first, model = "qwen3-asr-flash", ...more }) {
  const before = first ? [first] : [];
  if (protocol === "dashscope") {
    const messages = [...before, { role: "user", content: [{ audio: AUDIO }] }];
    return { model, input: { messages }, parameters: {}, ...more };
  }
  const content = [{ type: "input_audio", input_audio: { data: AUDIO } }];
  return { model, messages: [...before, { role: "user", content }], ...more };
}

for (const [protocol, path] of PROTOCOLS) {
  describe(protocol, () => {
    for (const [options, streamed, expected] of BODIES[protocol]) {
      test(`${JSON.stringify(options)}${streamed ? ", streamed" : ""}`, async () => {
        service.forget();
        await WAYS[streamed ? "stream" : "transcribe"](service.client({ protocol }), audio, options);
        const [{ method, path: sentTo, body, headers }] = service.requests;
        assert.deepEqual([method, sentTo], ["POST", path]);
        assert.deepEqual(body, bodyOf(protocol, expected));
        assert.equal(headers["content-type"], "application/json");
        assert.equal(headers.accept, streamed ? "text/event-stream" : "application/json");
        const sse = protocol === "dashscope" && streamed ? "enable" : undefined;
        assert.equal(headers["x-dashscope-sse"], sse);
        assert.equal(headers.authorization, "Bearer sk-…");
      });
    }

    test("a call's protocol wins over the client's", async () => {
      service.forget();
      const other = protocol === "openai" ? "dashscope" : "openai";
      await service.client({ protocol: other }).transcribe(audio, { protocol });
      assert.equal(service.requests[0].path, path);
    });

    test("nothing is sent that the service does not need: every header is one we know", async () => {
      service.forget();
      await service.client({ protocol }).stream(audio).final();
      const ours = [
        "accept",
        "authorization",
        "content-type",
        ...(protocol === "dashscope" ? ["x-dashscope-sse"] : []),
      ];
      const fetchs = [
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "host",
        "sec-fetch-mode",
        "user-agent",
      ];
      const unknown = Object.keys(service.requests[0].headers).filter((name) => ![...ours, ...fetchs].includes(name));
      assert.deepEqual(unknown, []);
    });

    test("parameters cannot change what the request stands on", async () => {
      service.forget();
      const parameters = {
        model: "x",
        messages: [],
        stream: true,
        asr_options: {},
        incremental_output: true,
        input: {},
      };
      await service.client({ protocol }).transcribe(audio, { parameters, language: "en" });
      const { body } = service.requests[0];
      assert.equal(body.model, "qwen3-asr-flash");
      assert.equal(JSON.stringify(body).split('"sha256"').length, 2, "the audio is there, once");
      assert.deepEqual((protocol === "openai" ? body : body.parameters).asr_options, { language: "en" });
    });
  });
}

describe("where requests go", () => {
  /** @param {import("../../dist/index.js").TranscriberOptions} options */
  async function request(options, call) {
    return new Transcriber({ apiKey: "sk-test", ...options }).buildRequest(audio, call);
  }
  const [[, native], [, compatible]] = PROTOCOLS;

  test("regions", async () => {
    for (const [options, host] of [
      [{}, "https://dashscope-intl.aliyuncs.com"],
      [{ region: "singapore" }, "https://dashscope-intl.aliyuncs.com"],
      [{ region: "beijing" }, "https://dashscope.aliyuncs.com"],
      [{ region: "virginia" }, "https://dashscope-us.aliyuncs.com"],
      [{ region: "hongkong" }, "https://cn-hongkong.dashscope.aliyuncs.com"],
    ]) {
      assert.equal((await request(options)).url, host + native);
      if (options.region === "virginia") continue;
      assert.equal((await request({ ...options, protocol: "openai" })).url, host + compatible);
    }
  });

  test("Virginia's model ends in -us, and there is no OpenAI-compatible door", async () => {
    const sent = await (await request({ region: "virginia" })).json();
    assert.equal(sent.model, "qwen3-asr-flash-us");
    await assert.rejects(request({ region: "virginia", protocol: "openai" }), { field: "protocol" });
  });

  test("a workspace has its own host; with a baseURL it is a header", async () => {
    const own = await request({ workspaceId: "ws-1", region: "frankfurt" });
    assert.match(own.url, /^https:\/\/ws-1\.eu-central-1\.maas\.aliyuncs\.com\/api\/v1\//u);
    const behind = await request({ workspaceId: "ws-1", baseURL: "https://relay.example" });
    assert.equal(behind.headers.get("x-dashscope-workspace"), "ws-1");
  });

  test("a baseURL may have a prefix, a slash at the end, or either API's path already", async () => {
    for (const [baseURL, prefix] of [
      ["https://relay.example", "https://relay.example"],
      ["https://relay.example/", "https://relay.example"],
      ["https://relay.example/a/b", "https://relay.example/a/b"],
      ["https://relay.example/a/b///", "https://relay.example/a/b"],
      ["https://relay.example/api/v1", "https://relay.example"],
      ["https://relay.example/x/api/v1/", "https://relay.example/x"],
      ["https://relay.example/compatible-mode/v1", "https://relay.example"],
      ["http://localhost:8787/asr", "http://localhost:8787/asr"],
    ]) {
      assert.equal((await request({ baseURL })).url, prefix + native, baseURL);
      assert.equal((await request({ baseURL, protocol: "openai" })).url, prefix + compatible, baseURL);
      assert.equal((await request({ baseUrl: baseURL })).url, prefix + native);
    }
  });

  test("a relative baseURL is the page's business; where there is no page it is refused by name", async () => {
    await assert.rejects(request({ baseURL: "/dashscope" }), { name: "InvalidOptionError", field: "baseURL" });
  });
});

describe("headers", () => {
  test("the client's and the call's are added, the call's win, and undefined ones are left out", async () => {
    service.forget();
    const client = service.client({ defaultHeaders: { "X-One": "client", "x-two": "client" } });
    await client.transcribe(audio, { headers: { "x-two": "call", "X-THREE": "call", "x-none": undefined } });
    const { headers } = service.requests[0];
    assert.deepEqual([headers["x-one"], headers["x-two"], headers["x-three"]], ["client", "call", "call"]);
    assert.equal(headers["x-none"], undefined);
  });

  test("the key wins over an authorization header; without a key that header counts", async () => {
    const headers = { Authorization: "Bearer sk-mine" };
    service.forget();
    await service.client().transcribe(audio, { headers });
    await service.client({ apiKey: undefined }).transcribe(audio, { headers });
    const digests = service.requests.map(({ keySha256 }) => keySha256);
    assert.deepEqual(digests, [sha256("sk-test"), sha256("sk-mine")]);
  });
});

describe("fetch", () => {
  test("gets a standard Request, and what it returns is read", async () => {
    const seen = [];
    const client = service.client({
      fetch: (request) => {
        seen.push(request);
        return globalThis.fetch(request);
      },
    });
    await client.transcribe(audio);
    assert.equal(seen.length, 1);
    assert.ok(seen[0] instanceof Request && seen[0].signal instanceof AbortSignal);
  });

  test("the global one is looked up at each call", async () => {
    const client = service.client();
    const original = globalThis.fetch;
    let calls = 0;
    globalThis.fetch = (...given) => {
      calls++;
      return original(...given);
    };
    try {
      await client.transcribe(audio);
    } finally {
      globalThis.fetch = original;
    }
    assert.equal(calls, 1);
  });

  test("one that throws, or answers with nothing of use, is a connection error with the cause", async () => {
    const boom = new Error("boom");
    for (const fetch of [
      () => Promise.reject(boom),
      () => {
        throw boom;
      },
    ]) {
      const error = await service
        .client({ fetch, maxRetries: 0 })
        .transcribe(audio)
        .catch((caught) => caught);
      assert.deepEqual([error.code, error.cause], ["connection_error", boom]);
    }
    for (const answer of [undefined, null, {}, "text"]) {
      const fetch = () => Promise.resolve(answer);
      const error = await service
        .client({ fetch, maxRetries: 0 })
        .transcribe(audio)
        .catch((caught) => caught);
      assert.ok(
        ["connection_error", "invalid_response"].includes(error.code),
        `${answer}: ${error.code} ${error.message}`,
      );
    }
  });
});

describe("building and reading apart", () => {
  for (const [protocol] of PROTOCOLS) {
    test(`${protocol}: what buildRequest makes is what transcribe sends, and readResponse reads the answer`, async () => {
      const client = service.client({ protocol });
      service.forget();
      const whole = await client.transcribe(audio, { language: "en" });
      const request = await client.buildRequest(audio, { language: "en" });
      const apart = await client.readResponse(await fetch(request), { language: "en" });
      const [first, second] = service.requests.map(({ body, path, headers }) => ({ body, path, headers }));
      assert.deepEqual(second, first);
      assert.deepEqual({ ...apart, requestId: "" }, { ...whole, requestId: "" });
    });

    test(`${protocol}: and streamed`, async () => {
      const client = service.client({ protocol });
      service.forget();
      const whole = await Array.fromAsync(client.stream(audio));
      const request = await client.buildRequest(audio, { stream: true });
      const apart = await Array.fromAsync(client.readStream(await fetch(request)));
      assert.deepEqual(service.requests[1].body, service.requests[0].body);
      const texts = (events) => events.filter(({ type }) => type === "delta").map(({ delta }) => delta);
      assert.equal(texts(apart).join(""), texts(whole).join(""));
      assert.equal(apart.at(-1).type, "done");
    });

    test(`${protocol}: errors are read too`, async () => {
      const client = service.client({ protocol });
      const request = await client.buildRequest(audio, { headers: { "x-emulator-fault": "code=Arrearage" } });
      await assert.rejects(client.readResponse(await fetch(request.clone())), { name: "BillingError" });
      await assert.rejects(client.readStream(await fetch(request)).final(), { name: "BillingError" });
    });
  }

  test("a Response that was read already is refused in words", async () => {
    const response = await fetch(await service.client().buildRequest(audio));
    await response.text();
    await assert.rejects(service.client().readResponse(response), /read/);
  });
});
