// The edge function under other settings: no key, other origins, an upstream that is not there.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { requestHeaders } from "../../www/edge/headers.ts";
import { serve } from "../../www/serve.mjs";
import { startUpstream } from "./upstream.mjs";

const PATH = "/api/api/v1/services/aigc/multimodal-generation/generation";
const open = [];

async function start(options) {
  const site = await serve({ build: false, ...options });
  open.push(site);
  return site;
}

async function startAnswering() {
  const upstream = await startUpstream(async (request, response) => {
    await request.whole;
    response.end("{}");
  });
  open.push(upstream);
  return upstream;
}

after(async () => {
  for (const each of open) await each.close();
});

const post = (site, origin = site.url) =>
  fetch(`${site.url}${PATH}`, {
    method: "POST",
    body: '{"model":"qwen3-asr-flash"}',
    headers: { origin, "content-type": "application/json" },
  });

describe("settings", () => {
  test("without a key it says which variable to set, and the page can know before", async () => {
    const site = await start({ apiKey: null });
    const response = await post(site);
    const body = await response.json();
    assert.equal(response.status, 401);
    assert.equal(body.code, "InvalidApiKey");
    assert.match(body.message, /set DASHSCOPE_API_KEY/);
    const about = await (await fetch(`${site.url}/api/about`)).json();
    assert.equal(about.upstream, "dashscope");
    assert.equal(about.hasKey, false);
  });

  test("an upstream that is not there is a retryable answer without inner details", async () => {
    const upstream = await startAnswering();
    await upstream.close();
    const site = await start({ upstream: upstream.url });
    const response = await post(site);
    const body = await response.json();
    assert.equal(response.status, 502);
    assert.equal(body.code, "ServiceUnavailable");
    assert.match(body.message, /could not be reached/);
  });

  test("the key never travels unencrypted to another machine", async () => {
    const site = await start({ upstream: "http://dashscope.example.com", apiKey: "sk-x" });
    const response = await post(site);
    assert.equal(response.status, 400);
    assert.match((await response.json()).message, /https/);
  });

  test("the upstream may have a path of its own", async () => {
    const upstream = await startAnswering();
    const site = await start({ upstream: `${upstream.url}/prefix/` });
    assert.equal((await post(site)).status, 200);
    assert.equal(upstream.requests[0].url, "/prefix/api/v1/services/aigc/multimodal-generation/generation");
  });

  test("fault switches are for the emulator only", () => {
    const from = new Headers({
      "x-emulator-fault": "status=500",
      accept: "text/event-stream",
      authorization: "Bearer page",
    });
    const forService = Object.fromEntries(requestHeaders(from, "sk-x", false));
    assert.deepEqual(forService, { accept: "text/event-stream", authorization: "Bearer sk-x" });
    assert.equal(requestHeaders(from, "sk-x", true).get("x-emulator-fault"), "status=500");
  });

  test("an allowed origin may ask, read the answer and nothing more", async () => {
    const upstream = await startAnswering();
    const friend = "https://friend.example";
    const site = await start({
      upstream: upstream.url,
      variables: { ALLOWED_ORIGINS: `https://other.example, ${friend}` },
    });
    const preflight = await fetch(`${site.url}${PATH}`, {
      method: "OPTIONS",
      headers: { origin: friend, "access-control-request-method": "POST" },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), friend);
    assert.match(preflight.headers.get("access-control-allow-headers"), /x-dashscope-sse/);
    assert.doesNotMatch(preflight.headers.get("access-control-allow-headers"), /authorization|emulator/);
    const response = await post(site, friend);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), friend);
    assert.match(response.headers.get("access-control-expose-headers"), /x-request-id/);
    assert.equal(response.headers.get("access-control-allow-credentials"), null);
    assert.equal((await post(site, "https://friend.example.evil.example")).status, 403);
  });

  test("one visitor cannot spend everything", async () => {
    const upstream = await startAnswering();
    const site = await start({ upstream: upstream.url });
    const statuses = [];
    for (let count = 0; count < 130 && !statuses.includes(429); count += 1) statuses.push((await post(site)).status);
    const refused = await post(site);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "60");
    assert.equal((await refused.json()).code, "Throttling.RateQuota");
    // Whoever waits for a task must still be able to ask for it.
    const question = await fetch(`${site.url}/api/api/v1/tasks/a`, { headers: { origin: site.url } });
    assert.equal(question.status, 200);
  });
});
