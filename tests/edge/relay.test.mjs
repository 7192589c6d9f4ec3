// The edge function in workerd, with a server of our own in the place of the speech service.

import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { serve } from "../../www/serve.mjs";
import { CHAT, chat, GENERATION, speech, speechOf, wav } from "./speech.mjs";
import { eventually, startUpstream } from "./upstream.mjs";

const KEY = "sk-the-secret-of-the-edge";

let upstream;
let site;
/** What the upstream does with the next requests. */
let answer;

before(async () => {
  upstream = await startUpstream((request, response) => answer(request, response));
  site = await serve({ upstream: upstream.url, apiKey: KEY, variables: { MAX_BODY_BYTES: "200000" } });
});

after(async () => {
  await site?.close();
  await upstream?.close();
});

beforeEach(() => {
  upstream.requests.length = 0;
  answer = async (request, response) => {
    await request.whole;
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"output":{}}');
  };
});

function post(path = GENERATION, { body = speech(), headers = {} } = {}) {
  return fetch(`${site.url}/api${path}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", origin: site.url, ...headers },
  });
}

async function assertRefused(response, status, code) {
  const body = await response.json();
  assert.equal(response.status, status, body.message);
  assert.equal(body.code, code);
  assert.equal(body.request_id, response.headers.get("x-request-id"));
  assert.match(body.message, /\S \S/);
  assert.equal(upstream.requests.length, 0, "nothing may reach the service");
  return body;
}

describe("what the service sees", () => {
  test("the request arrives with the key, its body and its length", async () => {
    const body = speech({ more: ',"parameters":{"language_hints":["wörld"]}' });
    const response = await post(GENERATION, { body });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { output: {} });
    const [arrived] = upstream.requests;
    assert.equal(arrived.url, GENERATION);
    assert.equal(arrived.headers.authorization, `Bearer ${KEY}`);
    assert.equal(arrived.headers["content-length"], String(Buffer.byteLength(body)));
    assert.equal(Buffer.concat(arrived.pieces).toString(), body);
    assert.match(arrived.headers["x-request-id"], /^[\w-]{36}$/);
  });

  test("OpenAI's dialect is one of the ways in, also without the service's own prefix", async () => {
    for (const path of [CHAT, "/v1/chat/completions"]) {
      assert.equal((await post(path, { body: chat() })).status, 200);
      assert.equal(upstream.requests.at(-1).url, CHAT);
    }
  });

  test("only the headers that the service needs are passed on", async () => {
    await post(GENERATION, {
      headers: {
        accept: "text/event-stream",
        "x-dashscope-sse": "enable",
        "x-dashscope-ossresourceresolve": "enable",
        "x-emulator-fault": "status=500",
        authorization: "Bearer sk-from-the-page",
        cookie: "session=1",
        referer: `${site.url}/secret`,
        "x-forwarded-for": "10.0.0.1",
        "x-dashscope-workspace": "somebody-elses",
        "user-agent": "the visitor's",
        "x-dashscope-async": "and\tmore",
        "content-type": "application/json; charset=utf-7",
      },
    });
    const { headers } = upstream.requests[0];
    const expected = [
      "accept",
      "authorization",
      "content-length",
      "content-type",
      "host",
      "x-dashscope-ossresourceresolve",
      "x-dashscope-sse",
      "x-emulator-fault",
      "x-request-id",
    ];
    // Cloudflare adds these two to whatever a Worker fetches.
    const own = Object.keys(headers).filter((name) => !["cf-worker", "accept-encoding", "connection"].includes(name));
    assert.deepEqual(own.sort(), expected);
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    assert.equal(headers["content-type"], "application/json");
  });

  test("the request's id is the caller's, if it is one", async () => {
    for (const [given, kept] of [
      ["req-1:a.B_c", true],
      ["x".repeat(129), false],
      ["a b", false],
    ]) {
      await post(GENERATION, { headers: { "x-request-id": given } });
      assert.equal(upstream.requests.at(-1).headers["x-request-id"] === given, kept, given);
    }
  });

  test("the query is dropped", async () => {
    await post(`${GENERATION}?api_key=x&fault=y`);
    assert.equal(upstream.requests[0].url, GENERATION);
  });
});

describe("what the page sees", () => {
  test("only the headers that the page needs, and the policy of an answer", async () => {
    answer = (_request, response) => {
      response.writeHead(429, {
        "content-type": "application/json",
        "retry-after": "7",
        "x-request-id": "r-1",
        "set-cookie": "a=b",
        server: "istio-envoy",
        "req-cost-time": "12",
        "x-echo-key": KEY,
      });
      response.end('{"code":"Throttling","message":"slow down","request_id":"r-1"}');
    };
    const response = await post();
    assert.equal(response.status, 429);
    assert.equal((await response.json()).code, "Throttling");
    const { headers } = response;
    assert.equal(headers.get("retry-after"), "7");
    assert.equal(headers.get("x-request-id"), "r-1");
    assert.match(headers.get("content-type"), /^application\/json/);
    for (const name of ["set-cookie", "server", "req-cost-time", "x-echo-key"])
      assert.equal(headers.get(name), null, name);
    assert.ok(!JSON.stringify([...headers]).includes(KEY));
    assert.match(headers.get("cache-control"), /no-store/);
    assert.match(headers.get("content-security-policy"), /default-src 'none'/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("access-control-allow-origin"), null);
  });

  test("a redirect is not followed, so that the key cannot be carried away", async () => {
    answer = (_request, response) => {
      response.writeHead(307, { location: "https://example.com/" });
      response.end();
    };
    const response = await post();
    assert.equal(response.status, 502);
    assert.equal(response.headers.get("location"), null);
    assert.equal(upstream.requests.length, 1);
    assert.match((await response.json()).message, /redirect/);
  });

  test("who listens", async () => {
    const response = await fetch(`${site.url}/api/about`);
    const models = {
      quick: "qwen3-asr-flash",
      long: "qwen3-asr-flash-filetrans",
      quickWithHotWords: "qwen-audio-3.1-asr-flash",
      longWithSpeakers: "qwen-audio-3.1-asr-flash-filetrans",
      live: "qwen-audio-3.1-asr-flash-streaming",
    };
    const expected = { upstream: "emulator", models, hasKey: true, maxUploadBytes: 1_073_758_208 };
    assert.deepEqual(await response.json(), expected);
  });
});

describe("streaming", () => {
  test("the answer's first bytes arrive before the service has finished", async () => {
    let finish;
    answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: first\n\n");
      finish = () => response.end("data: last\n\n");
    };
    const response = await post(GENERATION, { headers: { "accept-encoding": "gzip, br" } });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    assert.equal(decoder.decode((await reader.read()).value), "data: first\n\n");
    finish();
    assert.equal(decoder.decode((await reader.read()).value), "data: last\n\n");
    assert.equal((await reader.read()).done, true);
  });

  test("the service gets the first bytes of a long request before the page has sent the last", async () => {
    const body = speechOf(200_000);
    const { hostname, port } = new URL(site.url);
    const path = `/api${GENERATION}`;
    const headers = { "content-type": "application/json", "content-length": "200000", origin: site.url };
    const outgoing = httpRequest({ hostname, port, path, method: "POST", headers });
    const answered = new Promise((resolve, reject) => outgoing.on("response", resolve).on("error", reject));
    outgoing.write(body.slice(0, 100_000));
    const arrived = await eventually("the first half at the service", () =>
      upstream.requests.find((r) => r.pieces.length > 0),
    );
    const early = Buffer.concat(arrived.pieces).length;
    assert.ok(early > 0 && early <= 100_000, `${early} bytes`);
    outgoing.end(body.slice(100_000));
    const response = await answered;
    response.resume();
    assert.equal(response.statusCode, 200);
    assert.equal(Buffer.concat(arrived.pieces).toString(), body);
    assert.equal(arrived.headers["content-length"], "200000");
  });

  test("what turns out wrong at the end of a long request never arrives whole", async () => {
    const body = speechOf(199_981).replace(/\}$/, ',"model":"qwen-max"}');
    const response = await post(GENERATION, { body });
    assert.equal(response.status, 400);
    assert.match((await response.json()).message, /twice/);
    for (const { pieces } of upstream.requests) assert.ok(Buffer.concat(pieces).length < body.length);
  });

  test("when the visitor leaves, the service is let go at its next word", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const words = setInterval(() => response.write("data: word\n\n"), 100);
      response.on("close", () => clearInterval(words));
    };
    const leaving = new AbortController();
    const response = await fetch(`${site.url}/api${GENERATION}`, {
      method: "POST",
      body: speech(),
      headers: { origin: site.url, "content-type": "application/json" },
      signal: leaving.signal,
    });
    await response.body.getReader().read();
    leaving.abort();
    await eventually("the end of the upstream request", () => upstream.requests[0].closed);
  });
});

describe("what is refused", () => {
  test("paths that the page does not need", async () => {
    for (const path of [
      "/api/v1/services/audio/asr/customization",
      "/api/v1/services/aigc/text-generation/generation",
      `${GENERATION}/`,
      `${GENERATION}/../../../../files`,
      "/compatible-mode/v1/embeddings",
      "/",
    ]) {
      await assertRefused(await post(path), 404, "NotFound");
    }
    await assertRefused(await fetch(`${site.url}/api`), 404, "NotFound");
  });

  test("models that are not for speech, and those that the page does not ask for", async () => {
    for (const model of ["qwen-max", "fun-asr", "qwen3-asr-flash-2026-02-10", "qwen3-asr-flash/../qwen-max"]) {
      await assertRefused(await post(GENERATION, { body: speech({ model }) }), 403, "AccessDenied");
    }
  });

  test("bodies that are no request for speech", async () => {
    const twoAudios = [{ role: "user", content: [{ audio: wav() }, { audio: wav() }] }];
    for (const body of [
      "{}",
      "x".repeat(5000),
      '{"model":"qwen3-asr-flash","input":{}}',
      JSON.stringify({ model: "qwen3-asr-flash", input: { messages: twoAudios } }),
      speech({ more: ',"hello":1' }),
      speech({ more: ',"mod\\u0065l":"qwen-max"' }),
      `${speech()}{"model":"qwen-max"}`,
    ]) {
      await assertRefused(await post(GENERATION, { body }), 400, "InvalidParameter");
    }
    const text = await post(GENERATION, { body: speech({ audio: "data:text/html;base64,PGh0bWw+" }) });
    await assertRefused(text, 415, "BadRequest.UnsupportedFileFormat");
  });

  test("members in another order are the same request", async () => {
    const body = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(speech())).reverse()));
    assert.equal((await post(GENERATION, { body })).status, 200);
  });

  test("other types than JSON, which a page of another site could send without asking", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]) {
      const response = await post(GENERATION, { headers: { "content-type": type } });
      await assertRefused(response, 415, "BadRequest.UnsupportedFileFormat");
    }
  });

  test("other methods", async () => {
    const response = await fetch(`${site.url}/api${GENERATION}`, { headers: { origin: site.url } });
    assert.equal(response.headers.get("allow"), "POST");
    await assertRefused(response, 405, "MethodNotAllowed");
  });

  test("pages of other origins, and requests without an origin", async () => {
    for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { origin: "" }]) {
      await assertRefused(await post(GENERATION, { headers }), 403, "AccessDenied");
    }
    const json = { "content-type": "application/json" };
    const program = await fetch(`${site.url}/api${GENERATION}`, { method: "POST", body: speech(), headers: json });
    await assertRefused(program, 403, "AccessDenied");
    const preflight = await fetch(`${site.url}/api${GENERATION}`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    assert.equal(preflight.headers.get("access-control-allow-origin"), null);
    await assertRefused(preflight, 403, "AccessDenied");
  });

  test("bodies over the limit, by their announced length", async () => {
    const body = await assertRefused(await post(GENERATION, { body: "x".repeat(200_001) }), 413, "BadRequest.TooLarge");
    assert.match(body.message, /200001 .*200000/);
    assert.equal((await post(GENERATION, { body: speechOf(200_000) })).status, 200);
  });

  test("bodies of unknown length", async () => {
    const body = new Blob(["x".repeat(10)]).stream();
    const headers = { origin: site.url, "content-type": "application/json" };
    const response = await fetch(`${site.url}/api${GENERATION}`, { method: "POST", body, headers, duplex: "half" });
    await assertRefused(response, 411, "BadRequest.LengthRequired");
  });

  test("empty bodies", async () => {
    await assertRefused(await post(GENERATION, { body: "" }), 400, "BadRequest.EmptyInput");
  });
});
