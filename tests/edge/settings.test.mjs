// The edge function under other settings: no key, other origins, an upstream that is not there.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { readSettings } from "../../www/edge/settings.ts";
import worker from "../../www/edge/worker.ts";
import { serve } from "../../www/serve.mjs";
import { speech, submitted } from "./speech.mjs";
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
    response.writeHead(200, { "content-type": "application/json" }).end('{"output":{"task_id":"1"}}');
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
    body: speech(),
    headers: { origin, "content-type": "application/json" },
  });

describe("settings", () => {
  test("without a key it says which variable to set, and the page can know before", async () => {
    const site = await start({ apiKey: null });
    const response = await post(site);
    const body = await response.json();
    assert.equal(response.status, 401);
    assert.equal(body.code, "InvalidApiKey");
    assert.match(body.message, /operator sets one.*DASHSCOPE_API_KEY/);
    const about = await (await fetch(`${site.url}/api/about`)).json();
    assert.equal(about.upstream, "dashscope");
    assert.equal(about.hasKey, false);
  });

  test("a site may do without words while somebody speaks, or have another model for them", async () => {
    for (const [name, live] of [
      ["none", undefined],
      ["fun-asr-realtime", "fun-asr-realtime"],
    ]) {
      const site = await start({ variables: { DASHSCOPE_LIVE_MODEL: name } });
      const { models } = await (await fetch(`${site.url}/api/about`)).json();
      assert.equal(models.live, live);
    }
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

  test("what nothing can be done with is told by the name of the setting, whatever is asked for", async () => {
    for (const [name, value] of [
      ["DASHSCOPE_BASE_URL", "http://dashscope.example.com"], // the key would travel in the clear
      ["DASHSCOPE_BASE_URL", "dashscope.example.com"],
      ["DASHSCOPE_BASE_URL", "https://user:pass@dashscope.example.com"],
      ["MAX_BODY_BYTES", "Infinity"],
      ["MAX_BODY_BYTES", "0"],
      ["MAX_UPLOAD_BYTES", "100 MB"],
      ["ALLOWED_ORIGINS", "null"],
      ["ALLOWED_ORIGINS", "https://app.example, *"],
      ["ALLOWED_ORIGINS", "https://*.example"],
    ]) {
      const site = await start({ apiKey: "sk-of-the-operator", variables: { [name]: value } });
      for (const response of [await post(site), await fetch(`${site.url}/api/about`)]) {
        const body = await response.json();
        assert.equal(response.status, 500, value);
        assert.equal(body.code, "InvalidSetting");
        assert.ok(body.message.startsWith(`${name}: expected `), body.message);
        assert.match(response.headers.get("cache-control"), /no-store/);
      }
      await site.close();
    }
  });

  test("the upstream may have a path of its own", async () => {
    const upstream = await startAnswering();
    const site = await start({ upstream: `${upstream.url}/prefix/` });
    assert.equal((await post(site)).status, 200);
    assert.equal(upstream.requests[0].url, "/prefix/api/v1/services/aigc/multimodal-generation/generation");
  });

  test("fault switches are for the emulator only", () => {
    for (const [environment, isEmulator] of [
      [{}, false],
      [{ DASHSCOPE_BASE_URL: "https://localhost.example.com" }, false],
      [{ DASHSCOPE_BASE_URL: "http://127.0.0.1:9090" }, true],
    ]) {
      assert.equal(readSettings(environment).isEmulator, isEmulator);
    }
  });

  test("fault switches never reach another upstream", async () => {
    const seen = [];
    const { fetch } = globalThis;
    globalThis.fetch = async (request) => {
      seen.push(request.headers.get("x-emulator-fault"));
      return Response.json({});
    };
    try {
      for (const DASHSCOPE_BASE_URL of ["https://gateway.example", "http://127.0.0.1:9"]) {
        const headers = { "x-emulator-fault": "status=500", origin: "https://site.example" };
        const sent = { "content-type": "application/json", "content-length": String(speech().length), ...headers };
        const request = new Request(`https://site.example${PATH}`, { method: "POST", body: speech(), headers: sent });
        const { status } = await worker.fetch(request, { DASHSCOPE_API_KEY: "sk-x", DASHSCOPE_BASE_URL }, {});
        assert.equal(status, 200);
      }
    } finally {
      globalThis.fetch = fetch;
    }
    assert.deepEqual(seen, [null, "status=500"]);
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
    assert.match(preflight.headers.get("access-control-allow-headers"), /authorization/);
    assert.doesNotMatch(preflight.headers.get("access-control-allow-headers"), /emulator|workspace|cookie|\*/);
    assert.match(preflight.headers.get("vary"), /origin/i);
    const response = await post(site, friend);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), friend);
    assert.match(response.headers.get("access-control-expose-headers"), /x-request-id/);
    // Its cookies may come along, for a site that asks for a log-in.
    assert.equal(response.headers.get("access-control-allow-credentials"), "true");
    assert.match(response.headers.get("vary"), /origin/i);
    assert.equal((await post(site, "https://friend.example.evil.example")).status, 403);
  });

  test("one visitor cannot spend everything", async () => {
    const upstream = await startAnswering();
    const site = await start({ upstream: upstream.url });
    const id = await submitted(`${site.url}/api`, { origin: site.url });
    const statuses = [];
    for (let count = 0; count < 130 && !statuses.includes(429); count += 1) statuses.push((await post(site)).status);
    const refused = await post(site);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "60");
    assert.equal((await refused.json()).code, "Throttling.RateQuota");
    // Whoever waits for a task must still be able to ask for it.
    const question = await fetch(`${site.url}/api/api/v1/tasks/${id}`, { headers: { origin: site.url } });
    assert.equal(question.status, 200);
  });
});
