// Who is slow, or never ends: the relay's patience, on a clock that runs two hundred times as fast.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GENERATION, SUBMIT, speech, speechOf, task } from "../speech.mjs";
import { eventually } from "../upstream.mjs";
import { answersJson, RUNTIMES, staged } from "./stage.mjs";

const JSON_TYPE = { "content-type": "application/json" };

for (const runtime of RUNTIMES) {
  describe(runtime, { timeout: 120_000 }, () => {
    const stage = staged(runtime, { environment: { HURRY: "200" } });

    const head = (length, path = GENERATION, type = "application/json") =>
      `POST /open${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`;
    const call = (path = GENERATION, body = speech()) =>
      stage.send({ path: `/open${path}`, headers: JSON_TYPE, body, patienceMs: 30_000 });
    /** Writes a letter again and again. */
    const drip = (letter) => (socket) => {
      const drops = setInterval(() => socket.write(letter), 20);
      for (const end of ["close", "error", "end"]) socket.on(end, () => clearInterval(drops));
    };

    for (const [name, sent] of [
      ["a body that never begins", { raw: head(100) }],
      ["a body that stops", { raw: head(100) + speech().slice(0, 40) }],
      ["a body that drips", { raw: head(60_000) + speechOf(60_000).slice(0, 100), meanwhile: drip("A") }],
      ["a long body that stops", { raw: head(200_000) + speechOf(200_000).slice(0, 100_000) }],
    ]) {
      test(name, async () => {
        stage.upstreamAnswers(answersJson({ output: {} }));
        const { status, json, raw } = await stage.send({ ...sent, patienceMs: 20_000 });
        assert.equal(status, 408, raw.toString().slice(0, 300));
        assert.equal(json.code, "RequestTimeOut");
        stage.assertUntouched();
      });
    }

    test("audio as it is that never comes", async () => {
      stage.upstreamAnswers(answersJson({ output: {} }));
      const raw = head(1000, "/transcribe?model=qwen3-asr-flash", "audio/wav");
      const { status } = await stage.send({ raw, patienceMs: 20_000 });
      assert.ok(status >= 400, String(status));
      stage.assertUntouched();
    });

    test("fifty bodies held open at once", async () => {
      stage.upstreamAnswers(answersJson({ output: {} }));
      const sent = { raw: `${head(100)}{`, patienceMs: 20_000 };
      const answers = await Promise.all(Array.from({ length: 50 }, () => stage.send(sent)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [408]);
      stage.assertUntouched();
    });

    test("an upstream that is silent", async () => {
      stage.upstreamAnswers(() => {});
      const { status, json } = await call();
      // Node's own fetch has the same patience, and may lose it first.
      assert.ok(status === 504 || (runtime === "node" && status === 502), `${status} ${json.message}`);
      await eventually("the end of the request upstream", () => stage.upstream.requests[0].closed);
    });

    test("a store that is silent", async () => {
      stage.upstreamAnswers(answersJson({ output: { transcription_url: `${stage.upstream.url}/a` } }));
      const { json } = await call(SUBMIT, task());
      stage.upstreamAnswers(() => {});
      const path = `/open/result?url=${encodeURIComponent(json.output.transcription_url)}`;
      const { status } = await stage.send({ method: "GET", path, patienceMs: 20_000 });
      assert.equal(status, 502);
    });

    for (const [name, goesOn] of [
      ["stops in the middle", () => {}],
      [
        "drips for ever",
        (response) => {
          const drops = setInterval(() => response.write(": drip\n\n"), 50);
          response.on("close", () => clearInterval(drops));
        },
      ],
    ]) {
      test(`an answer that ${name}`, async () => {
        const answer = async (request, response) => {
          await request.whole;
          response.writeHead(200, { "content-type": "text/event-stream" });
          response.write("data: word\n\n");
          goesOn(response);
        };
        stage.upstreamAnswers(answer);
        const { status, text, isOver } = await call();
        assert.deepEqual([status, isOver], [200, false], "the end is no end");
        assert.match(text, /^data: word/);
        await eventually("the end of the request upstream", () => stage.upstream.requests[0].closed);
      });

      test(`an answer with names in it that ${name}`, async () => {
        stage.upstreamAnswers(async (request, response) => {
          await request.whole;
          response.writeHead(200, JSON_TYPE);
          response.write('{"output":');
          goesOn(response);
        });
        assert.equal((await call(SUBMIT, task())).status, 502);
        await eventually("the end of the request upstream", () => stage.upstream.requests[0].closed);
      });
    }
  });
}
