// What the upstream does: nothing of it passes but transcripts and words about them, and nobody waits for ever.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { GENERATION, SUBMIT, speech, speechOf, task } from "../speech.mjs";
import { eventually } from "../upstream.mjs";
import { answersJson, KEY, RUNTIMES, staged } from "./stage.mjs";

const JSON_TYPE = { "content-type": "application/json" };

/** Writes an answer by hand, with a status that Node would not write. */
const byHand = (text) => async (request) => {
  await request.whole;
  request.socket.end(text);
};

for (const runtime of RUNTIMES) {
  describe(runtime, () => {
    const stage = staged(runtime);

    const call = (more = {}) => stage.send({ path: `/open${GENERATION}`, headers: JSON_TYPE, body: speech(), ...more });

    for (const status of [101, 204, 205, 300, 301, 302, 303, 304, 307, 308, 600, 999]) {
      test(`the status ${status}`, async () => {
        const headers = `location: http://127.0.0.1:1/\r\ncontent-type: application/json\r\nconnection: close`;
        stage.upstreamAnswers(byHand(`HTTP/1.1 ${status} Odd\r\n${headers}\r\n\r\n`));
        const response = await call();
        assert.equal(response.status, [204, 205].includes(status) ? status : 502, response.text);
        assert.equal(response.headers.get("location"), null);
        assert.match(response.headers.get("cache-control"), /no-store/);
        if (response.status === 502) assert.match(response.json.message, /\S \S/);
      });
    }

    for (const [name, answer] of [
      ["HTML", answersJson("<script>alert(1)</script>", { "content-type": "text/html" })],
      ["a script", answersJson("alert(1)", { "content-type": "text/javascript" })],
      ["a picture", answersJson("<svg/>", { "content-type": "image/svg+xml" })],
      ["no type", answersJson("{}", { "content-type": "" })],
      ["an HTML error", answersJson("<h1>nginx</h1>", { "content-type": "text/html" }, 503)],
    ]) {
      test(`${name} is no answer`, async () => {
        stage.upstreamAnswers(answer);
        const response = await call();
        assert.ok([502, 503].includes(response.status), String(response.status));
        assert.match(response.headers.get("content-type"), /^application\/json/);
        assert.doesNotMatch(response.text, /script|alert|svg|nginx/);
      });
    }

    test("headers that are not for callers", async () => {
      const bad = {
        ...{
          "set-cookie": ["a=b", "c=d"],
          refresh: "0;url=https://evil.example",
          location: "https://evil.example",
          link: "<x>",
        },
        ...{
          "access-control-allow-origin": "*",
          "content-disposition": "attachment",
          "clear-site-data": '"*"',
          server: "x",
        },
        ...{
          "x-echo": KEY,
          "service-worker-allowed": "/",
          "strict-transport-security": "max-age=1",
          "x-request-id": "r-1",
        },
      };
      stage.upstreamAnswers(answersJson({ output: {} }, bad));
      const { status, headers } = await call();
      assert.equal(status, 200);
      for (const name of Object.keys(bad)) if (name !== "x-request-id") assert.equal(headers.get(name), null, name);
      assert.equal(headers.get("x-request-id"), "r-1");
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.match(headers.get("content-security-policy"), /default-src 'none'/);
    });

    test("a hundred headers, and some of 10 kB", async () => {
      const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`x-${at}`, "x".repeat(40)]));
      stage.upstreamAnswers(answersJson({ output: {} }, { ...many, "x-request-id": "r".repeat(9000) }));
      const { status, headers } = await call();
      assert.equal(status, 200);
      assert.ok(headers.get("x-request-id").length < 130);
      assert.equal(headers.get("x-1"), null);
    });

    test("the key, as it is and in base64, in body, headers and ids", async () => {
      // Whatever comes back is looked through for it by the stage.
      const base64 = (text) => Buffer.from(text).toString("base64");
      const forms = [KEY, base64(KEY), base64(`x${KEY}`), base64(`xx${KEY}`), base64(`Bearer ${KEY}`)];
      for (const form of forms) {
        for (const [type, text] of [
          ["application/json", JSON.stringify({ output: { text: `you sent ${form}!` }, code: form, message: form })],
          ["text/event-stream", `data: {"output":{"text":"${form}"}}\n\ndata: ${form}\n\n`],
        ]) {
          const told = { "content-type": type, "x-request-id": form, "retry-after": form };
          stage.upstreamAnswers(answersJson(text, told, 400));
          const response = await call();
          assert.equal(response.status, 400);
          assert.match(response.text, /\*{8}/);
        }
      }
    });

    test("the key cut into single bytes", async () => {
      stage.upstreamAnswers(async (request, response) => {
        await request.whole;
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const letter of `data: ${KEY}\n\n`) {
          response.write(letter);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        response.end();
      });
      assert.match((await call()).text, /^data: \*+\n\n$/);
    });

    test("a bomb: a gigabyte in a megabyte of gzip", { timeout: 60_000 }, async () => {
      const letters = gzipSync(Buffer.alloc(64 * 1024 * 1024, "a"));
      stage.upstreamAnswers(async (request, response) => {
        await request.whole;
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
        for (let at = 0; at < 16 && !response.destroyed; at += 1) response.write(letters);
        response.end();
      });
      for (const path of [GENERATION, SUBMIT]) {
        const body = path === SUBMIT ? task() : speech();
        const { raw, status, isOver } = await call({ path: `/open${path}`, body, patienceMs: 30_000 });
        assert.ok(raw.length < 80 * 1024 * 1024, `${raw.length} bytes`);
        assert.ok(status === 502 || !isOver, `${status}: the end is no end`);
      }
      stage.upstreamAnswers(answersJson({ output: {} }));
      assert.equal((await call()).status, 200);
    });

    test("names of places that are nobody's in public go to nobody", async () => {
      for (const url of [
        "http://169.254.169.254/",
        "https://10.0.0.1/x",
        "javascript:alert(1)",
        "https://a:b@c.example/",
        "//x",
      ]) {
        for (const member of ["transcription_url", "upload_host"]) {
          stage.upstreamAnswers(answersJson({ output: { results: [{ [member]: url }] } }));
          const { status, text } = await call({ path: `/open${SUBMIT}`, body: task() });
          assert.equal(status, 502, text);
          assert.ok(!text.includes(url));
        }
      }
    });

    test("what is no JSON, where names would be looked for", async () => {
      for (const text of ["{", '{"task_id":"a"}{"task_id":"b"}', "[".repeat(1000), '{"a":"\\ud800"}', ""]) {
        stage.upstreamAnswers(answersJson(text));
        const { status, json } = await call({ path: `/open${SUBMIT}`, body: task() });
        assert.deepEqual([status, json?.code], [502, "InternalError"], text.slice(0, 20));
      }
    });

    test("a store that redirects, or has a script for us", async () => {
      let there = 0;
      const elsewhere = createServer(() => (there += 1)).listen(0, "127.0.0.1");
      await new Promise((resolve) => elsewhere.on("listening", resolve));
      const result = async (answer) => {
        const address = `${stage.upstream.url}/a.json`;
        stage.upstreamAnswers(answersJson({ output: { transcription_url: address } }));
        const { json } = await call({ path: `/open${SUBMIT}`, body: task() });
        stage.upstreamAnswers(answer);
        const url = encodeURIComponent(json.output.transcription_url);
        return stage.send({
          method: "GET",
          path: `/open/result?url=${url}`,
          headers: { cookie: "a=b", authorization: "Bearer x" },
        });
      };
      const location = `http://127.0.0.1:${elsewhere.address().port}/`;
      const moved = await result(answersJson("", { location }, 302));
      assert.deepEqual([moved.status, moved.headers.get("location"), there], [502, null, 0]);
      const script = await result(answersJson("alert(1)", { "content-type": "text/javascript", "set-cookie": "a=b" }));
      assert.equal(script.headers.get("content-type"), "application/json");
      assert.equal(script.headers.get("set-cookie"), null);
      const [{ headers }] = stage.upstream.requests;
      assert.deepEqual([headers.authorization, headers.cookie, headers.origin], [undefined, undefined, undefined]);
      elsewhere.close();
    });

    test("a caller that leaves before, while and after the upstream answers", async () => {
      for (const [name, answer] of [
        ["it is silent", () => {}],
        [
          "it speaks",
          (_request, response) => {
            response.writeHead(200, { "content-type": "text/event-stream" });
            const words = setInterval(() => response.write("data: word\n\n"), 50);
            response.on("close", () => clearInterval(words));
          },
        ],
      ]) {
        stage.upstreamAnswers(answer);
        const leaving = new AbortController();
        const sent = { method: "POST", body: speech(), headers: JSON_TYPE, signal: leaving.signal };
        const left = fetch(`${stage.url}/open${GENERATION}`, sent).catch(() => {});
        await eventually("the request at the upstream", () => stage.upstream.requests.some(({ complete }) => complete));
        if (name === "it speaks") await left.then((response) => response.body.getReader().read());
        leaving.abort();
        // workerd of no settings hears of it when it has something to say.
        if (runtime === "node" || name === "it speaks") {
          await eventually(`the end of the request, ${name}`, () => stage.upstream.requests[0].closed);
        }
      }
    });

    test("a caller that leaves in the middle of its body", async () => {
      stage.upstreamAnswers(answersJson({ output: {} }));
      const body = speechOf(400_000);
      const head = `POST /open${GENERATION} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
      const gone = stage.send({
        raw: `${head}\r\n\r\n${body.slice(0, 200_000)}`,
        meanwhile: (socket) => setTimeout(() => socket.destroy(), 300),
      });
      await eventually("the beginning at the upstream", () => stage.upstream.requests.length > 0);
      await gone;
      await eventually("the end of it", () => stage.upstream.requests[0].closed);
      stage.assertUntouched();
    });

    test("after all of these it works as before", async () => {
      stage.upstreamAnswers(answersJson({ output: { text: "fine" } }));
      assert.equal((await call()).json.output.text, "fine");
    });
  });
}
