// Tasks through the edge function: which calls a page may make, and what of them goes on.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { serve } from "../../www/serve.mjs";
import { SUBMIT, submitted } from "./speech.mjs";
import { startUpstream } from "./upstream.mjs";

const KEY = "sk-the-secret-of-the-edge";
const ID = "8fab76d0-0eed-4d20-929f-76f0a4fd6c6a";
const TASK = `/api/v1/tasks/${ID}`;

const ANSWER = JSON.stringify({ output: { task_id: ID, task_status: "RUNNING" }, request_id: "r-1" });

let upstream;
let site;
let listing;
/** Where the site's visitor asks for the task that it has submitted. */
let own;

before(async () => {
  upstream = await startUpstream(async (request, response) => {
    await request.whole;
    response.writeHead(200, { "content-type": "application/json" }).end(ANSWER);
  });
  site = await serve({ upstream: upstream.url, apiKey: KEY });
  listing = await serve({
    build: false,
    upstream: upstream.url,
    apiKey: KEY,
    variables: { ALLOW_TASK_LIST: "true" },
  });
  own = `/api/v1/tasks/${await submitted(`${site.url}/api`, { origin: site.url })}`;
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
    const body = '{"model":"qwen3-asr-flash-filetrans","input":{"file_url":"oss://x"}}';
    const response = await call("POST", SUBMIT, {
      body,
      headers: {
        "content-type": "application/json",
        "x-dashscope-async": "enable",
        "x-dashscope-ossresourceresolve": "enable",
      },
    });
    assert.equal(response.status, 200);
    const [{ headers, url, pieces }] = upstream.requests;
    assert.equal(url, SUBMIT);
    assert.equal(headers["x-dashscope-async"], "enable");
    assert.equal(headers["x-dashscope-ossresourceresolve"], "enable");
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    assert.equal(Buffer.concat(pieces).toString(), body);
    // Its id goes out signed, and all else as it came.
    const answer = await response.json();
    assert.match(answer.output.task_id, new RegExp(`^${ID}_[\\w-]{43}$`));
    answer.output.task_id = ID;
    assert.deepEqual(answer, JSON.parse(ANSWER));
  });

  test("is asked for by those who have its id from here, and by nobody else", async () => {
    const [, signature] = own.split("_");
    for (const id of [
      ID,
      `${ID}_`,
      `${ID}_${"A".repeat(43)}`,
      `other_${signature}`,
      `${ID}_${signature.slice(0, -1)}`,
    ]) {
      for (const [method, path] of [
        ["GET", `/api/v1/tasks/${id}`],
        ["POST", `/api/v1/tasks/${id}/cancel`],
      ]) {
        const response = await call(method, path);
        assert.equal(response.status, 404, path);
        assert.match((await response.json()).message, /not yours/);
      }
    }
    assert.equal(upstream.requests.length, 0);
  });

  test("is asked for and cancelled, without a body", async () => {
    assert.equal((await call("GET", `${own}?page=1`)).status, 200);
    assert.equal((await call("POST", `${own}/cancel`)).status, 200);
    assert.equal((await call("POST", `${own}/cancel`, { body: "what does not belong here" })).status, 200);
    const seen = upstream.requests.map(({ method, url, pieces }) => [method, url, Buffer.concat(pieces).length]);
    assert.deepEqual(seen, [
      ["GET", TASK, 0],
      ["POST", `${TASK}/cancel`, 0],
      ["POST", `${TASK}/cancel`, 0],
    ]);
    for (const { headers } of upstream.requests) assert.equal(headers.authorization, `Bearer ${KEY}`);
  });

  test("has an id and nothing else in its place", async () => {
    for (const id of ["", "a/b", "%2e%2e", "a%2Fcancel", "a b", "x".repeat(201)]) {
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
      assert.match((await response.json()).message, /taskAccess/);
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
    // Whoever may list them may ask for them as they are called there.
    assert.equal((await response.json()).output.task_id, ID);
    assert.equal((await call("GET", TASK, { on: listing })).status, 200);
    assert.equal(upstream.requests.at(-1).url, TASK);
  });
});

describe("the leave to upload", () => {
  test("is for a model, and that is all that goes on", async () => {
    const model = "qwen3-asr-flash-filetrans";
    assert.equal((await call("GET", `/api/v1/uploads?action=getPolicy&model=${model}&fault=x`)).status, 200);
    assert.equal(upstream.requests[0].url, `/api/v1/uploads?action=getPolicy&model=${model}`);
  });

  test("is for the models of the page, and for nothing else that can be asked there", async () => {
    for (const [query, status] of [
      ["action=getPolicy&model=qwen-vl-max", 403],
      ["action=listFiles&model=qwen3-asr-flash", 400],
      ["action=getPolicy&action=listFiles&model=qwen3-asr-flash", 400],
      ["action=getPolicy", 400],
    ]) {
      assert.equal((await call("GET", `/api/v1/uploads?${query}`)).status, status, query);
    }
    assert.equal(upstream.requests.length, 0);
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
      ["GET", own],
      ["POST", `${own}/cancel`],
      ["GET", "/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash"],
      ["GET", `/result?url=${encodeURIComponent(`${upstream.url}/r.json`)}`],
    ]) {
      const response = await call(method, path, { headers: { origin: "https://evil.example" } });
      assert.equal(response.status, 403, `${method} ${path}`);
    }
    assert.equal(upstream.requests.length, 0);
  });
});
