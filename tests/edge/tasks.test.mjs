// Tasks through the edge function: which calls a page may make, and what of them goes on.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { serve } from "../../www/serve.mjs";
import { startUpstream } from "./upstream.mjs";

const KEY = "sk-the-secret-of-the-edge";
const TASK = "/api/v1/tasks/8fab76d0-0eed-4d20-929f-76f0a4fd6c6a";

let upstream;
let site;
let listing;

before(async () => {
  upstream = await startUpstream(async (request, response) => {
    await request.whole;
    response.writeHead(200, { "content-type": "application/json" }).end('{"output":{}}');
  });
  site = await serve({ upstream: upstream.url, apiKey: KEY });
  listing = await serve({
    build: false,
    upstream: upstream.url,
    apiKey: KEY,
    variables: { ALLOW_TASK_LIST: "true" },
  });
});

after(async () => {
  await site?.close();
  await listing?.close();
  await upstream?.close();
});

beforeEach(() => {
  upstream.requests.length = 0;
});

function call(method, path, { headers = {}, on = site, ...init } = {}) {
  return fetch(`${on.url}/api${path}`, { method, headers: { origin: on.url, ...headers }, ...init });
}

describe("a task", () => {
  test("is submitted with the headers that make it one", async () => {
    const response = await call("POST", "/api/v1/services/audio/asr/transcription", {
      body: '{"model":"fun-asr","input":{"file_url":"oss://x"}}',
      headers: {
        "content-type": "application/json",
        "x-dashscope-async": "enable",
        "x-dashscope-ossresourceresolve": "enable",
      },
    });
    assert.equal(response.status, 200);
    const [{ headers, url, pieces }] = upstream.requests;
    assert.equal(url, "/api/v1/services/audio/asr/transcription");
    assert.equal(headers["x-dashscope-async"], "enable");
    assert.equal(headers["x-dashscope-ossresourceresolve"], "enable");
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    assert.equal(Buffer.concat(pieces).toString(), '{"model":"fun-asr","input":{"file_url":"oss://x"}}');
  });

  test("is asked for and cancelled, without a body", async () => {
    assert.equal((await call("GET", `${TASK}?page=1`)).status, 200);
    assert.equal((await call("POST", `${TASK}/cancel`)).status, 200);
    assert.equal((await call("POST", `${TASK}/cancel`, { body: "what does not belong here" })).status, 200);
    const seen = upstream.requests.map(({ method, url, pieces }) => [method, url, Buffer.concat(pieces).length]);
    assert.deepEqual(seen, [
      ["GET", TASK, 0],
      ["POST", `${TASK}/cancel`, 0],
      ["POST", `${TASK}/cancel`, 0],
    ]);
    for (const { headers } of upstream.requests) assert.equal(headers.authorization, `Bearer ${KEY}`);
  });

  test("has an id and nothing else in its place", async () => {
    for (const id of ["", "a/b", "%2e%2e", "a%2Fcancel", "a b", "x".repeat(101)]) {
      const response = await call("GET", `/api/v1/tasks/${id}`);
      assert.ok([403, 404].includes(response.status), `${id}: ${response.status}`);
    }
    assert.equal(upstream.requests.length, 0);
  });
});

describe("the list of tasks", () => {
  test("is not everybody's business", async () => {
    for (const path of ["/api/v1/tasks/", "/api/v1/tasks"]) {
      const response = await call("GET", path);
      assert.equal(response.status, 403);
      assert.match((await response.json()).message, /ALLOW_TASK_LIST/);
    }
    assert.equal(upstream.requests.length, 0);
  });

  test("can be opened, and takes its filters only", async () => {
    const filters = "?task_id=t&start_time=20261120000000&end_time=20261120235959&model_name=fun-asr";
    const rest = "&status=FAILED&page_no=2&page_size=5";
    const response = await call("GET", `/api/v1/tasks/${filters}${rest}&api_key_id=7`, { on: listing });
    assert.equal(response.status, 200);
    assert.equal(upstream.requests[0].url, `/api/v1/tasks/${filters}${rest}`);
    assert.equal((await call("GET", "/api/v1/tasks?page_no=1", { on: listing })).status, 200);
  });
});

describe("the leave to upload", () => {
  test("is for a model, and that is all that goes on", async () => {
    const model = "qwen3-asr-flash-filetrans";
    assert.equal((await call("GET", `/api/v1/uploads?action=getPolicy&model=${model}&fault=x`)).status, 200);
    assert.equal(upstream.requests[0].url, `/api/v1/uploads?action=getPolicy&model=${model}`);
  });
});

describe("what the page has no need of", () => {
  test("does not go on", async () => {
    for (const [method, path] of [
      ["POST", "/api/v1/services/audio/asr/customization"],
      ["POST", "/api/v1/tokens"],
      ["DELETE", TASK],
      ["POST", TASK],
      ["POST", "/api/v1/uploads"],
      ["GET", `${TASK}/cancel`],
    ]) {
      const response = await call(method, path);
      assert.ok([404, 405].includes(response.status), `${method} ${path}: ${response.status}`);
    }
    assert.equal(upstream.requests.length, 0);
  });

  test("and neither does what another site's page asks for", async () => {
    for (const [method, path] of [
      ["GET", TASK],
      ["POST", `${TASK}/cancel`],
      ["GET", "/api/v1/uploads?action=getPolicy&model=m"],
      ["GET", `/result?url=${encodeURIComponent(`${upstream.url}/r.json`)}`],
    ]) {
      const response = await call(method, path, { headers: { origin: "https://evil.example" } });
      assert.equal(response.status, 403, `${method} ${path}`);
    }
    assert.equal(upstream.requests.length, 0);
  });
});
