// Audio as it is, by way of the relay: what the service gets is what it would have got without one.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { createRelay, toNodeHandler } from "../../dist/edge.js";
import { Transcriber } from "../../dist/index.js";
import { startUpstream } from "./upstream.mjs";

const KEY = "sk-the-secret-of-the-edge";

let upstream;
let server;
let base;
let audio;
let answer;
/** What pages send to the relay. */
const sent = [];

before(async () => {
  audio = await readFile(new URL("../fixtures/speech/jfk.wav", import.meta.url));
  upstream = await startUpstream((request, response) => answer(request, response));
  const relay = createRelay({ apiKey: KEY, baseURL: upstream.url, authorize: () => true });
  server = createServer((request, response) => {
    sent.push({ url: request.url, headers: request.headers });
    return toNodeHandler(relay)(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}/dashscope`;
});

after(async () => {
  server?.closeAllConnections();
  server?.close();
  await upstream?.close();
});

beforeEach(() => {
  upstream.requests.length = 0;
  sent.length = 0;
  answer = async (request, response) => {
    await request.whole;
    response.writeHead(200, { "content-type": "application/json" });
    const message = { content: [{ text: "Ask not." }] };
    response.end(JSON.stringify({ output: { choices: [{ message, finish_reason: "stop" }] }, usage: { seconds: 11 } }));
  };
});

/** What arrived at the service: path, length and body. */
const arrived = () =>
  upstream.requests.map(({ url, headers, pieces }) => {
    const body = Buffer.concat(pieces);
    assert.equal(Number(headers["content-length"]), body.length, "the length is told, and exact");
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    return { url, accept: headers.accept, sse: headers["x-dashscope-sse"], body: body.toString() };
  });

describe("the client", () => {
  for (const options of [
    { language: "en", context: "Ask — “not” 问" },
    { model: "qwen-audio-3.1-asr-flash", vocabulary: { Kennedy: 5 } },
    { protocol: "openai" },
  ]) {
    test(`sends audio as it is once it knows the relay, and the service gets the same: ${JSON.stringify(options)}`, async () => {
      const { protocol = "dashscope", ...call } = options;
      const asr = new Transcriber({ baseURL: base, protocol, maxRetries: 0 });
      for (let time = 0; time < 2; time += 1) await asr.transcribe(audio, call).catch(() => {});
      const [first, second] = arrived();
      assert.deepEqual(second, first);
      assert.ok(first.body.includes(audio.toString("base64")));
      assert.equal(sent[1].url, "/dashscope/transcribe");
      assert.equal(sent[1].headers["content-type"], "audio/wav");
      assert.equal(Number(sent[1].headers["content-length"]), audio.length);
      assert.ok(Number(sent[0].headers["content-length"]) > audio.length * 1.33);
    });
  }

  test("tries again with the same audio", async () => {
    const asr = new Transcriber({ baseURL: base, maxRetries: 1 });
    await asr.transcribe(audio);
    const good = answer;
    answer = async (request, response) => {
      answer = good;
      await request.whole;
      response
        .writeHead(503, { "content-type": "application/json" })
        .end('{"code":"ServiceUnavailable","message":"busy"}');
    };
    assert.equal((await asr.transcribe(audio)).text, "Ask not.");
    const [, second, third] = arrived();
    assert.deepEqual(third, second);
  });

  test("sends a stream, which it cannot read twice, as base64", async () => {
    const asr = new Transcriber({ baseURL: base });
    await asr.transcribe(audio);
    await asr.transcribe(new Blob([audio]).stream());
    assert.match(sent[1].url, /generation$/);
    assert.equal(arrived()[1].body, arrived()[0].body);
  });

  test("sends a long context as base64: headers are short", async () => {
    const asr = new Transcriber({ baseURL: base });
    await asr.transcribe(audio);
    await asr.transcribe(audio, { context: "word ".repeat(2000) });
    assert.match(sent[1].url, /generation$/);
    assert.equal(upstream.requests.length, 2);
  });

  test("does not, where an upstream that is no relay of ours says nothing of it", async () => {
    const asr = new Transcriber({ baseURL: upstream.url });
    for (let time = 0; time < 2; time += 1) await asr.transcribe(audio);
    assert.deepEqual(
      upstream.requests.map(({ url }) => url.endsWith("/generation")),
      [true, true],
    );
  });
});

describe("anybody else", () => {
  const post = (query, headers = {}, body = audio) =>
    fetch(`${base}/transcribe${query}`, { method: "POST", body, headers: { "content-type": "audio/wav", ...headers } });

  test("posts audio and gets a transcript", async () => {
    const response = await post("?language=en&enableItn=true");
    assert.equal(response.status, 200);
    assert.equal((await response.json()).text, "Ask not.");
    const [{ body }] = arrived();
    assert.deepEqual(JSON.parse(body).parameters, { asr_options: { language: "en", enable_itn: true } });
  });

  test("names options in a header, too", async () => {
    await post("?model=qwen-audio-3.1-asr-flash", { "x-dashscope-options": '{"vocabulary":{"Kennedy":5}}' });
    assert.deepEqual(JSON.parse(arrived()[0].body).parameters.vocabulary, { Kennedy: 5 });
  });

  test("gets events with ?stream=true", async () => {
    const text = await (await post("?stream=true")).text();
    assert.match(text, /^event: delta\ndata: \{"type":"delta".*\n\nevent: done\ndata: \{"type":"done",.*\n\n$/);
  });

  test("is told what is wrong, with a status", async () => {
    for (const [query, headers, body, status, words] of [
      ["?langauge=en", {}, audio, 400, /language/],
      ["?language=en&language=de", {}, audio, 400, /twice/],
      ["?model=qwen-max", {}, audio, 403, /speech/],
      ["", { "x-dashscope-options": "{" }, audio, 400, /JSON/],
      ["", {}, Buffer.from("%PDF-1.7 and so on and so on and so on"), 415, /PDF/],
      ["", { "x-dashscope-route": "/api/v1/tokens", "x-dashscope-before": "e30=" }, audio, 400, /x-dashscope-route/],
      ["", { "x-dashscope-route": "/api/v1/services/audio/asr/transcription" }, audio, 400, /x-dashscope-route/],
    ]) {
      const response = await post(query, headers, body);
      const { code, message } = await response.json();
      assert.equal(response.status, status, `${query} ${message}`);
      assert.match(message, words);
      assert.ok(code);
    }
    assert.equal(upstream.requests.length, 0);
  });
});

describe("a recipe", () => {
  const generation = "/api/v1/services/aigc/multimodal-generation/generation";
  const base64 = (text) => Buffer.from(text).toString("base64");

  test("goes through the gate like any body", async () => {
    for (const [head, tail] of [
      [
        '{"model":"qwen-max","input":{"messages":[{"role":"user","content":[{"audio":"data:audio/wav;base64,',
        '"}]}]}}',
      ],
      [
        '{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"audio":"data:audio/wav;base64,',
        '"}]}]},"model":"qwen-max"}',
      ],
      [
        '{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"text":"data:audio/wav;base64,',
        '"}]}]}}',
      ],
      ["", ""],
    ]) {
      const headers = { "content-type": "audio/wav", "x-dashscope-route": generation };
      const recipe = { "x-dashscope-before": base64(head), "x-dashscope-after": base64(tail) };
      const response = await fetch(`${base}/transcribe`, {
        method: "POST",
        body: audio,
        headers: { ...headers, ...recipe },
      });
      assert.ok([400, 403].includes(response.status), `${response.status}`);
      assert.ok(
        !upstream.requests.some(
          ({ pieces, headers }) => Buffer.concat(pieces).length === Number(headers["content-length"]),
        ),
      );
    }
  });
});
