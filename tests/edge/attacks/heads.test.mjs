// What a request's head says: paths, methods, lengths, hosts, smuggled requests, and pages of other sites.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CHAT, GENERATION, speech } from "../speech.mjs";
import { answersJson, RUNTIMES, staged } from "./stage.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const UPLOADS = "/api/v1/uploads";
const POLICY = `${UPLOADS}?action=getPolicy&model=qwen3-asr-flash`;

/** Name, method, path, statuses that may come. @type {[string, string, string, ...number[]][]} */
const PATHS = [
  ["another API", "POST", "/api/v1/services/aigc/text-generation/generation", 404],
  ["hot word lists", "POST", "/api/v1/services/audio/asr/customization", 404],
  ["temporary keys", "POST", "/api/v1/tokens", 404],
  ["embeddings", "POST", "/compatible-mode/v1/embeddings", 404],
  ["models of the account", "GET", "/compatible-mode/v1/models", 404],
  ["files of the account", "GET", "/compatible-mode/v1/files", 404],
  ["the list of tasks", "GET", "/api/v1/tasks/", 403],
  ["an encoded slash", "GET", "/api/v1/tasks/a%2fb", 404],
  ["a doubly encoded slash", "GET", "/api/v1/tasks/a%252fb", 404],
  ["encoded dots", "POST", `${GENERATION}/%2e%2e/%2e%2e/x`, 404],
  ["dots", "POST", `${GENERATION}/../../../../files`, 404],
  ["two slashes", "POST", `/${GENERATION}`, 404],
  ["a slash at the end", "POST", `${GENERATION}/`, 404],
  ["a semicolon", "POST", `${GENERATION};x=1`, 404],
  ["a zero", "POST", `${GENERATION}%00`, 404],
  ["capitals", "POST", GENERATION.toUpperCase(), 404],
  ["an id of dots", "GET", "/api/v1/tasks/%2e%2e", 403, 404],
  ["an id of a thousand letters", "GET", `/api/v1/tasks/${"a".repeat(1000)}`, 404],
  ["leave to do something else", "GET", `${UPLOADS}?action=listFiles&model=qwen3-asr-flash`, 400],
  ["leave for two things", "GET", `${POLICY}&action=listFiles`, 400],
  ["leave for two things under an escape", "GET", `${POLICY}&%61ction=listFiles`, 400],
  ["leave for another model", "GET", `${UPLOADS}?action=getPolicy&model=qwen-vl-max`, 403],
  ["leave with no model", "GET", `${UPLOADS}?action=getPolicy`, 400],
  ["another relay's path", "POST", `x${GENERATION}`, 404, 599],
];

for (const runtime of RUNTIMES) {
  describe(runtime, () => {
    const stage = staged(runtime, { answer: answersJson({ output: {} }) });

    const post = (headers = {}, more = {}) =>
      stage.send({ path: `/open${GENERATION}`, headers: { ...JSON_TYPE, ...headers }, body: speech(), ...more });
    const raw = (head, body = "", more = {}) =>
      stage.send({ raw: `${head}\r\n\r\n${body}`, patienceMs: 1500, ...more });
    const line = `POST /open${GENERATION} HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json`;

    for (const [name, method, path, ...statuses] of PATHS) {
      test(`the path of ${name}`, async () => {
        const body = method === "GET" ? "" : speech();
        const response = await stage.send({ method, path: `/open${path}`, headers: JSON_TYPE, body });
        assert.ok(statuses.includes(response.status), `${response.status} ${response.text}`);
        stage.assertUntouched();
      });
    }

    test("a path with backslashes or dots is the one that it stands for, and goes on as that", async () => {
      for (const path of [
        GENERATION.replace("/generation", "\\generation"),
        `/x/..${GENERATION}`,
        `/%2e${GENERATION}`,
      ]) {
        assert.equal((await post({}, { path: `/open${path}` })).status, 200);
        assert.equal(stage.upstream.requests.at(-1).url, GENERATION);
      }
    });

    for (const method of [
      "GET",
      "HEAD",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS",
      "TRACE",
      "PROPFIND",
      "post",
      "PURGE",
      "QUERY",
    ]) {
      test(`the method ${method}`, async () => {
        const override = { "x-http-method-override": "POST", "x-method-override": "POST" };
        const { status, headers } = await post(override, { method });
        assert.ok([400, 403, 405, 501].includes(status), String(status));
        if (status === 405) assert.equal(headers.get("allow"), "POST");
        stage.assertUntouched();
      });
    }

    for (const length of ["-1", "0x10", "1e3", "+5", "1,1", "", "99999999999999999999", "abc"]) {
      test(`the length ${JSON.stringify(length)}`, async () => {
        const { status } = await raw(`${line}\r\nContent-Length: ${length}`, speech());
        assert.ok([400, 411, 413, undefined].includes(status), String(status));
        stage.assertUntouched();
      });
    }

    /** Requests that two servers read differently, or that bring a second one along. */
    const second = `POST /open${CHAT} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}`;
    const chunk = `${speech().length.toString(16)}\r\n${speech()}\r\n0\r\n\r\n`;
    for (const [name, head, body] of [
      ["no length", "", speech()],
      ["a length of nothing", "Content-Length: 0", ""],
      ["two lengths", `Content-Length: 5\r\nContent-Length: ${speech().length}`, speech()],
      ["two lengths in one", `Content-Length: ${speech().length}, ${speech().length}`, speech()],
      ["a length and chunks", `Content-Length: 4\r\nTransfer-Encoding: chunked`, chunk + second],
      ["chunks", "Transfer-Encoding: chunked", chunk],
      ["chunks with an extension", "Transfer-Encoding: chunked", chunk.replace("\r\n", ";a=b\r\n")],
      ["chunks of chunks", "Transfer-Encoding: chunked, chunked", chunk],
      ["chunks by another name", "Transfer-Encoding: xchunked", chunk],
      ["chunks behind a tab", "Transfer-Encoding:\tchunked", chunk],
      ["chunks in capitals", "TRANSFER-ENCODING: CHUNKED", chunk],
      ["chunks that are compressed", "Transfer-Encoding: gzip, chunked", chunk],
      ["a chunk of a negative length", "Transfer-Encoding: chunked", chunk.replace(/^/, "-")],
      ["a name with a space", "Content-Length : 5", speech()],
      ["a folded line", `Content-Length: ${speech().length}\r\nX-A: b\r\n Transfer-Encoding: chunked`, ""],
      ["a zero in a header", `X-A: b\0c\r\nContent-Length: ${speech().length}`, ""],
      ["a lone line feed", `X-A: b\nTransfer-Encoding: chunked\r\nContent-Length: 4`, chunk],
    ]) {
      test(`${name} in a request by hand`, async () => {
        const { status, text } = await raw(head ? `${line}\r\n${head}` : line, body);
        assert.ok([400, 405, 411, 413, 501, undefined].includes(status), `${status} ${text}`);
        stage.assertUntouched();
      });
    }

    test("a request inside the body of another is no request", async () => {
      const inner = `${speech()}${second}`;
      const response = await raw(`${line}\r\nContent-Length: ${inner.length}`, inner);
      assert.equal(response.status, 400);
      stage.assertUntouched();
    });

    test("hosts that are none, or two of them", async () => {
      for (const hosts of [
        "Host: a b",
        "Host: a@b",
        "Host: ../x",
        "Host: [::1",
        "Host: a:99999",
        "Host: a\r\nHost: b",
        "Host:",
        "",
      ]) {
        const head = `POST /open${GENERATION} HTTP/1.1\r\n${hosts}${hosts && "\r\n"}Content-Type: text/plain\r\nContent-Length: 1`;
        const { status, text } = await raw(head, "x");
        // 599: a host that moves the path is at none of the relays here.
        assert.ok([400, 415, 599, undefined].includes(status), `${hosts}: ${status} ${text}`);
        stage.assertUntouched();
      }
      assert.equal((await post()).status, 200, "it works as before");
    });

    test("a target that is a whole address of somebody else", async () => {
      const head = line.replace(/^POST /, "POST http://evil.example");
      const { status } = await raw(`${head}\r\nConnection: close\r\nContent-Length: ${speech().length}`, speech());
      assert.ok([200, 400, 404, 599].includes(status), String(status));
      for (const { headers } of stage.upstream.requests) assert.match(headers.host, /^127\.0\.0\.1/);
    });

    test("headers that are the operator's, or nobody's", async () => {
      const sent = {
        ...{
          authorization: "Bearer sk-of-the-page",
          cookie: "session=1",
          "x-forwarded-for": "10.0.0.1",
          forwarded: "for=1",
        },
        ...{ "x-dashscope-workspace": "theirs", "x-dashscope-async": "enable, x", "proxy-authorization": "Basic eA==" },
        ...{
          "x-dashscope-datainspection": "disable",
          te: "trailers",
          "x-dashscope-sse": "enable",
          referer: "https://a/secret",
        },
      };
      assert.equal((await post(sent)).status, 200);
      const own = [
        "accept",
        "accept-encoding",
        "accept-language",
        "cf-worker",
        "connection",
        "host",
        "sec-fetch-mode",
        "user-agent",
      ];
      const seen = Object.keys(stage.upstream.requests[0].headers).filter((name) => !own.includes(name));
      assert.deepEqual(seen.sort(), [
        "authorization",
        "content-length",
        "content-type",
        "x-dashscope-sse",
        "x-request-id",
      ]);
      assert.equal(stage.upstream.requests[0].headers.cookie, undefined);
    });

    test("an id of a request that is a header's worth of anything", async () => {
      for (const id of ["x".repeat(10_000), "a b", "<script>", "a\u00e9"]) {
        const response = await post({ "x-request-id": id });
        assert.notEqual(response.headers.get("x-request-id"), id);
        assert.notEqual(stage.upstream.requests.at(-1)?.headers["x-request-id"], id);
      }
      const { status } = await post({ "x-request-id": "x".repeat(200_000) });
      assert.ok([200, 400, 431, undefined].includes(status), String(status));
    });

    describe("pages of other sites", () => {
      const origin = (value, more = {}) => ({ origin: value, ...more });
      for (const [name, relay, headers] of [
        ["another site", "pages", origin("https://evil.example")],
        ["nobody", "pages", origin("null")],
        ["an empty origin", "pages", origin("")],
        ["a list of origins", "pages", origin("https://app.example, https://evil.example")],
        ["a name that begins alike", "pages", origin("https://app.example.evil.example")],
        ["a name that ends alike", "pages", origin("https://evil-app.example")],
        ["a part of the name", "pages", origin("https://sub.app.example")],
        ["another scheme", "pages", origin("http://app.example")],
        ["another port", "pages", origin("https://app.example:8443")],
        ["capitals", "pages", origin("https://APP.example")],
        ["a user in it", "pages", origin("https://app.example@evil.example")],
        ["the word same-origin", "pages", origin("same-origin")],
        ["a name that points here", "pages", origin("http://evil.example", { host: "evil.example" })],
        ["the relay's own, where only others are named", "stranger", origin("http://localhost", { host: "localhost" })],
        ["no origin, from another site", "pages", { "sec-fetch-site": "cross-site" }],
        ["no origin, from a neighbour", "pages", { "sec-fetch-site": "same-site" }],
        ["no page at all", "pages", {}],
        ["any, while nobody is named", "closed", origin("https://app.example")],
        ["another site, though authorize says yes", "open", origin("https://evil.example")],
      ]) {
        test(name, async () => {
          const sent = { headers: { ...JSON_TYPE, ...headers }, body: speech() };
          const response = await stage.send({ path: `/${relay}${GENERATION}`, ...sent });
          assert.equal(response.status, 403, response.text);
          const asked = { method: "OPTIONS", path: `/${relay}${GENERATION}`, headers };
          const preflight = await stage.send(asked);
          assert.equal(preflight.status, 403);
          for (const each of [response, preflight]) {
            for (const granted of ["origin", "credentials", "methods", "headers"]) {
              assert.equal(each.headers.get(`access-control-allow-${granted}`), null, granted);
            }
          }
          stage.assertUntouched();
        });
      }

      test("those that are named, and the relay's own", async () => {
        for (const named of ["https://app.example", "http://localhost:5173"]) {
          const sent = { headers: { ...JSON_TYPE, origin: named, "sec-fetch-site": "cross-site" }, body: speech() };
          const response = await stage.send({ path: `/pages${GENERATION}`, ...sent });
          const preflight = await stage.send({
            method: "OPTIONS",
            path: `/pages${GENERATION}`,
            headers: { origin: named },
          });
          assert.deepEqual([response.status, preflight.status], [200, 204]);
          for (const { headers } of [response, preflight]) {
            assert.equal(headers.get("access-control-allow-origin"), named);
            assert.equal(headers.get("access-control-allow-credentials"), "true");
            assert.equal(headers.get("vary").toLowerCase(), "origin");
            assert.match(headers.get("access-control-expose-headers"), /x-request-id/);
          }
          assert.match(preflight.headers.get("access-control-allow-headers"), /content-type.*x-dashscope-sse/);
          // What is refused can be read there, too.
          const refused = await stage.send({
            path: `/pages${GENERATION}`,
            headers: { ...JSON_TYPE, origin: named },
            body: "{}",
          });
          assert.deepEqual([refused.status, refused.headers.get("access-control-allow-origin")], [400, named]);
        }
        const own = { ...JSON_TYPE, host: "localhost:1", origin: "http://localhost:1" };
        const response = await stage.send({ path: `/pages${GENERATION}`, headers: own, body: speech() });
        assert.deepEqual([response.status, response.headers.get("access-control-allow-origin")], [200, null]);
      });

      test("nobody, as long as the operator has said nothing: it says how to open it", async () => {
        const response = await stage.send({ path: `/closed${GENERATION}`, headers: JSON_TYPE, body: speech() });
        assert.deepEqual([response.status, response.json.code], [403, "AccessDenied"]);
        assert.match(response.json.message, /authorize.*origins.*pageTokenSecret/);
      });
    });
  });
}
