// longAudio: "auto" behind a relay: it keeps to what that allows, says no before anything is sent, and needs no answer.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, before, describe, test } from "node:test";
import { createRelay, toNodeHandler } from "../../dist/edge.js";
import { Transcriber } from "../../dist/index.js";
import { errorOf, startService } from "../client/service.mjs";
import { reading, utterances } from "./speaking.mjs";

const QUESTION = "/dashscope/capabilities";
const MODEL = "qwen-audio-3.1-asr-flash"; // ten requests a second
const AUTO = /** @type {const} */ ({ longAudio: "auto", model: MODEL });
/** Eight utterances with pauses: a minute and a bit. */
const recording = utterances(8);

/** What no runtime of Node decodes, and no model takes at once. */
const ogg = new Uint8Array(16_000_000);
ogg.set(new TextEncoder().encode("OggS"));

let service;
const servers = [];
before(async () => {
  service = await startService({ words: (samples) => `Takes ${samples.length}.` });
});
after(() => service.close());
afterEach(async () => {
  service.forget();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/**
 * A relay in front of the service, or something else, and a client of it.
 * @param {object} options of the relay; or a listener of its own
 */
async function behind(options) {
  const asked = [];
  const relay = { apiKey: "sk-test", baseURL: service.url, authorize: () => true, ...options };
  const listener = typeof options === "function" ? options : toNodeHandler(createRelay(relay));
  const server = createServer((request, response) => {
    asked.push({ path: request.url, key: request.headers.authorization, at: performance.now() });
    return listener(request, response);
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${server.address().port}/dashscope`;
  const client = (more) => new Transcriber({ baseURL, ...more });
  const questions = () => asked.filter(({ path }) => path === QUESTION);
  const others = () => asked.filter(({ path }) => path !== QUESTION);
  return { asr: client(), client, asked, questions, others };
}

/** How many samples each request had, by the texts. */
const lengths = ({ text }) => [...text.matchAll(/Takes (\d+)\./g)].map(([, samples]) => Number(samples));

describe("a relay that allows everything", () => {
  test("is asked once, by the first call, with what the client says of itself", async () => {
    const { client, questions, others } = await behind({});
    const asr = client({ apiKey: "of-the-caller", defaultHeaders: { "x-page": "1" } });
    const short = recording.subarray(0, 90_000);
    const ways = await Promise.all([1, 2, 3].map(async () => (await asr.transcribe(short, AUTO)).way));
    assert.deepEqual(ways, ["direct", "direct", "direct"]);
    assert.equal((await asr.transcribe(recording, AUTO)).way, "direct");
    assert.deepEqual(
      questions().map(({ key }) => key),
      ["Bearer of-the-caller"],
    );
    assert.equal(others().length, 4);
  });

  test("is not asked by calls that do not want to know", async () => {
    const { asr, questions } = await behind({});
    await asr.transcribe(recording.subarray(0, 90_000), { model: MODEL });
    await asr.transcribe(recording, { longAudio: "split", model: MODEL });
    assert.deepEqual(questions(), []);
  });

  test("a caller who leaves takes the question of the others along no more", async () => {
    const { asr, questions } = await behind({});
    const caller = new AbortController();
    const left = errorOf(asr.transcribe(recording, { ...AUTO, signal: caller.signal }));
    const stays = asr.transcribe(recording, AUTO);
    caller.abort();
    assert.equal((await left).code, "aborted");
    assert.equal((await stays).way, "direct");
    assert.ok(questions().length <= 1);
  });
});

describe("a relay that allows less", () => {
  test("seconds: what lasts longer goes in pieces that do not", async () => {
    const { asr } = await behind({ limits: { seconds: 20, perMinute: 600 } });
    const spoken = reading(2);
    const transcript = await asr.transcribe(spoken, AUTO);
    const pieces = lengths(transcript);
    assert.equal(transcript.way, "split");
    assert.ok(pieces.length >= 3 && Math.max(...pieces) <= 20 * 16_000, String(pieces));
    assert.deepEqual(transcript.gaps, []);
    assert.equal((await asr.transcribe(utterances(1), AUTO)).way, "direct");
  });

  test("bytes: what has more goes in pieces that have less", async () => {
    const { asr } = await behind({ limits: { bytes: 400_000, perMinute: 600 } });
    const transcript = await asr.transcribe(reading(2), AUTO);
    const pieces = lengths(transcript);
    // Four letters for three bytes of samples, and some for the rest.
    assert.ok(pieces.length >= 3 && Math.max(...pieces) * 2 * (4 / 3) < 400_000, String(pieces));
    assert.deepEqual([transcript.way, transcript.gaps], ["split", []]);
  });

  test("requests in a minute: it goes no faster, and is never refused", async () => {
    const { asr, others } = await behind({ limits: { seconds: 8, perMinute: 120 } });
    const { way, gaps } = await asr.transcribe(recording, AUTO);
    assert.deepEqual([way, gaps], ["split", []]);
    const begun = others().map(({ at }) => at);
    assert.equal(begun.length, 8);
    assert.ok(begun.at(-1) - begun[0] > 7 * 500 - 250, `within ${begun.at(-1) - begun[0]} ms`);
  });

  test("what is too much, cannot be cut here and may be no task is refused in words before anything is sent", async () => {
    const { asr, others } = await behind({ models: [MODEL], limits: { bytes: 2_000_000, seconds: 60 } });
    const error = await errorOf(asr.transcribe(ogg, AUTO));
    assert.equal(error.code, "audio_too_large");
    assert.match(
      error.message,
      /16000000 bytes.*the models qwen-audio-3\.1-asr-flash, requests of at most 2000000 bytes/,
    );
    assert.match(error.message, /60 seconds, and no tasks of qwen-audio-3\.1-asr-flash-filetrans; to be cut/);
    const unknown = await errorOf(asr.transcribe(recording, { longAudio: "auto" }));
    assert.deepEqual([unknown.code, unknown.retryable], ["permission_denied", false]);
    assert.match(unknown.message, /one request of qwen3-asr-flash,/);
    assert.deepEqual(others(), []);
  });

  test("no tasks: what can be cut is cut", async () => {
    const { asr } = await behind({ models: [MODEL], limits: { seconds: 30, perMinute: 600 } });
    assert.equal((await asr.transcribe(recording, AUTO)).way, "split");
  });

  test("tasks only: nothing is tried before", async () => {
    const { asr, others } = await behind({ models: ["qwen-audio-3.1-asr-flash-filetrans"] });
    const { way, text } = await asr.transcribe(recording, AUTO);
    assert.deepEqual([way, lengths({ text }).length > 0], ["task", true]);
    assert.match(others()[0].path, /^\/dashscope\/api\/v1\/uploads\?/);
    assert.ok(others().every(({ path }) => !path.includes("generation")));
  });
});

describe("what does not say what it allows", () => {
  const passed = (request, response) => {
    const target = new URL(request.url.replace("/dashscope", ""), service.url);
    const headers = { ...request.headers, authorization: "Bearer sk-test" };
    fetch(target, { method: request.method, headers, body: request, duplex: "half" })
      .catch(() => new Response(null, { status: 502 }))
      .then(async (answer) => {
        response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
  };
  const answering = (answer) => (request, response) =>
    request.url === QUESTION ? answer(response) : passed(request, response);

  for (const [name, answer, times] of [
    ["404, as an older relay says", (response) => response.writeHead(404).end("{}"), 1],
    [
      "the page of an app",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>"),
      1,
    ],
    ["JSON of something else", (response) => response.writeHead(200).end('{"limits":{"bytes":1}}'), 1],
    ["a redirect", (response) => response.writeHead(302, { location: "https://elsewhere.example/" }).end(), 1],
    ["more than anybody reads", (response) => response.writeHead(200).end("[".repeat(1_000_000)), 1],
    ["too many requests", (response) => response.writeHead(429).end("{}"), 2],
    ["nobody is let in", (response) => response.writeHead(401).end("{}"), 2],
    ["nothing at all", (response) => response.destroy(), 2],
  ]) {
    test(`${name}: everything is as it was`, async () => {
      const { asr, questions } = await behind(answering(answer));
      for (let call = 0; call < 2; call += 1) {
        assert.equal((await asr.transcribe(recording, AUTO)).way, "direct");
      }
      assert.equal(questions().length, times, times === 1 ? "it is known" : "it may say so another time");
    });
  }

  test("silence: it waits for three seconds, once", async () => {
    const { asr, questions } = await behind(answering(() => {}));
    const began = performance.now();
    assert.equal((await asr.transcribe(recording, AUTO)).way, "direct");
    const waited = performance.now() - began;
    assert.ok(waited > 2_900 && waited < 20_000, `${waited}`);
    assert.equal((await asr.transcribe(recording, AUTO)).way, "direct");
    assert.equal(questions().length, 1);
  });

  test("options that make no sense are refused before it is asked", async () => {
    const { asr, asked } = await behind({});
    const error = await errorOf(asr.transcribe(recording, { ...AUTO, concurrency: 0 }));
    assert.deepEqual([error.code, error.field, asked.length], ["invalid_option", "concurrency", 0]);
  });
});
