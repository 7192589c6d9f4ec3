// Clients of OpenAI, unchanged and told nothing but an address: the relay answers them from DashScope, in Node and in workerd.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { promisify } from "node:util";
import { createOpenAI } from "@ai-sdk/openai";
import { transcribe } from "ai";
import OpenAI from "openai";
import { createRelay, toNodeHandler } from "../../dist/edge.js";
import { officialSdkMissing } from "../conformance/official-sdk.mjs";
import { writeWav } from "../emulator/audio/wav.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { bundle, start } from "../workerd/worker.mjs";

const TOKEN = "a-caller-s-own-credential";

/** The Worker does what the relay in Node does. */
const WORKER = `
import { createRelay } from "dashscope-asr/edge";
const relay = createRelay({
  apiKey: (env) => env.DASHSCOPE_API_KEY,
  baseURL: "UPSTREAM",
  limits: { perMinute: 1000 },
  authorize: (request) => request.headers.get("authorization") === "Bearer ${TOKEN}",
});
export default { fetch: relay };
`;

let emulator;
let worker;
let server;
/** Addresses that clients are given. */
const bases = {};

before(async () => {
  emulator = await startEmulator();
  const relay = createRelay({
    apiKey: "sk-test",
    baseURL: emulator.url,
    limits: { perMinute: 1000 },
    authorize: (request) => request.headers.get("authorization") === `Bearer ${TOKEN}`,
  });
  server = createServer(toNodeHandler(relay));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  bases.Node = `http://127.0.0.1:${server.address().port}/dashscope/v1`;
  const folder = await bundle("edge-openai", { "worker.js": WORKER.replace("UPSTREAM", emulator.url) });
  worker = await start(folder, { DASHSCOPE_API_KEY: "sk-test" });
  bases.workerd = `${worker.url}/dashscope/v1`;
});

after(async () => {
  await worker?.close();
  server?.closeAllConnections();
  server?.close();
  await emulator?.close();
});

beforeEach(() => {
  emulator.requests.length = 0;
});

const file = () => new File([jfk.read()], "jfk.wav", { type: "audio/wav" });

function assertHeard(text) {
  assert.ok(wordErrors(jfk.words, text).rate < 0.1, text);
}

for (const runtime of ["Node", "workerd"]) {
  const client = (options = {}) =>
    new OpenAI({ apiKey: TOKEN, baseURL: bases[runtime], maxRetries: 0, ...options }).audio.transcriptions;

  describe(`openai for Node, the relay in ${runtime}`, () => {
    test("json and text", async () => {
      const answer = await client().create({ file: file(), model: "whisper-1", temperature: 0, language: "en" });
      assertHeard(answer.text);
      assert.deepEqual(answer.usage, { type: "duration", seconds: 11 });
      assertHeard(await client().create({ file: file(), model: "gpt-4o-transcribe", response_format: "text" }));
      assert.equal(emulator.requests[0].body.model, "qwen3-asr-flash");
      assert.equal(emulator.requests[0].body.parameters.asr_options.language, "en");
    });

    test("subtitles", async () => {
      const srt = await client().create({ file: file(), model: "whisper-1", response_format: "srt" });
      assert.match(srt, /^1\n00:00:00,\d{3} --> 00:00:\d\d,\d{3}\nAnd so/);
      const vtt = await client().create({ file: file(), model: "whisper-1", response_format: "vtt" });
      assert.match(vtt, /^WEBVTT\n\n00:00:00\.\d{3} --> /);
    });

    test("verbose_json: sentences, words, or both", async () => {
      const ask = (...timestamp_granularities) =>
        client().create({
          file: file(),
          model: "whisper-1",
          response_format: "verbose_json",
          language: "en",
          ...(timestamp_granularities.length > 0 ? { timestamp_granularities } : {}),
        });
      const sentences = await ask();
      assert.equal(sentences.language, "english");
      assert.equal(sentences.duration, 11);
      assert.equal(sentences.segments.map(({ text }) => text).join(""), sentences.text);
      assert.ok(sentences.segments[0].end > sentences.segments[0].start);
      assert.equal(sentences.words, undefined);
      const words = await ask("word");
      assert.equal(words.segments, undefined);
      assertHeard(words.words.map(({ word }) => word).join(" "));
      assert.ok(words.words.every(({ start, end, word }) => end >= start && word === word.trim()));
      const both = await ask("word", "segment");
      assert.ok(both.words.length > 10 && both.segments.length > 0);
    });

    test("a stream", async () => {
      const events = [];
      const asked = { file: file(), model: "gpt-4o-mini-transcribe", stream: true };
      for await (const event of await client().create(asked)) events.push(event);
      const last = events.pop();
      assert.equal(last.type, "transcript.text.done");
      assertHeard(last.text);
      assert.ok(events.length > 3);
      assert.equal(events.map(({ delta }) => delta).join(""), last.text);
    });

    test("a file that is too large for a direct call goes by upload and task, in either order of fields", async () => {
      const silence = new Float32Array(16_000 * 250);
      const large = new File([writeWav([silence])], "large.wav", { type: "audio/wav" });
      for (const body of [
        { model: "whisper-1", file: large },
        { file: large, model: "whisper-1" },
      ]) {
        const answer = await client().create(body);
        assert.equal(answer.text, "");
      }
      const paths = emulator.requests.map(({ path }) => path);
      assert.ok(
        paths.some((path) => path.includes("/asr/transcription")),
        paths.join(" "),
      );
    });

    test("refusals are its error classes, with the field that is wrong", async () => {
      // workerd closes a connection whose body nobody has read, and the pool of fetch may offer it once more: clients try again.
      const create = (asked, options) => client({ maxRetries: 2, ...options }).create(asked);
      const fails = (promise) =>
        promise.then(
          () => assert.fail("it was answered"),
          (error) => error,
        );
      const short = new File([jfk.read().subarray(0, 10_000)], "short.wav", { type: "audio/wav" });
      const whisper = { file: short, model: "whisper-1" };
      for (const [asked, kind, param] of [
        [{ ...whisper, model: "gpt-4o" }, OpenAI.NotFoundError, "model"],
        [{ ...whisper, language: "tlh" }, OpenAI.BadRequestError, "language"],
        [{ ...whisper, include: ["logprobs"] }, OpenAI.BadRequestError, "include"],
        [{ ...whisper, timestamp_granularities: ["word"] }, OpenAI.BadRequestError, "timestamp_granularities"],
        [{ ...whisper, response_format: "srt", stream: true }, OpenAI.BadRequestError, "response_format"],
      ]) {
        const error = await fails(create(asked));
        assert.ok(error instanceof kind, String(error));
        assert.equal(error.param, param);
        assert.equal(error.type, "invalid_request_error");
      }
      assert.equal(emulator.requests.length, 0);
      const noAudio = new File(["<html>"], "a.wav");
      assert.ok((await fails(create({ ...whisper, file: noAudio }))) instanceof OpenAI.BadRequestError);
      const stranger = await fails(create(whisper, { apiKey: "x" }));
      assert.ok(stranger instanceof OpenAI.PermissionDeniedError, String(stranger));
      assert.ok((await create(whisper)).text !== undefined);
    });
  });

  describe(`AI SDK's provider for OpenAI, the relay in ${runtime}`, () => {
    test("text, sentences and language", async () => {
      const provider = createOpenAI({ apiKey: TOKEN, baseURL: bases[runtime] });
      const model = provider.transcription("whisper-1");
      const providerOptions = { openai: { language: "en", timestampGranularities: ["segment"] } };
      const answer = await transcribe({ model, audio: jfk.read(), providerOptions, maxRetries: 0 });
      assertHeard(answer.text);
      assert.equal(answer.language, "en");
      assert.equal(answer.durationInSeconds, 11);
      assert.ok(answer.segments[0].endSecond > 1);
    });
  });

  describe(`openai for Python, the relay in ${runtime}`, { skip: officialSdkMissing() }, () => {
    test("all formats, and a stream", async () => {
      const python = new URL("../../target/python-venv/bin/python", import.meta.url).pathname;
      const script = new URL("openai_client.py", import.meta.url).pathname;
      const { stdout } = await promisify(execFile)(python, [script, bases[runtime], TOKEN, jfk.path], {
        env: { NO_PROXY: "127.0.0.1" },
      });
      const told = JSON.parse(stdout);
      assertHeard(told.json);
      assertHeard(told.text);
      assert.match(told.srt, /^1\n00:00:00,/);
      assert.match(told.vtt, /^WEBVTT/);
      assertHeard(told.words.join(" "));
      assertHeard(told.deltas.join(""));
      assert.equal(told.deltas.join(""), told.done);
      assert.equal(told.error, "NotFoundError model");
    });
  });
}
