// The site in a LAN, by plain http: browsers send no Sec-Fetch-Site there, and no Origin with a GET of the same site. What
// was paid for must also be fetched (https://github.com/kubetail-org/kubetail/pull/1155 met the same).

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../../www/serve.mjs";
import { browserMissing, executablePath } from "../packaging/chromium.mjs";
import { startUpstream } from "./upstream.mjs";

const TASK = "/api/v1/tasks/8fab76d0";
const SUBMIT = "/api/v1/services/audio/asr/transcription";
const BODY = '{"model":"fun-asr","input":{"file_url":"https://example.com/a.wav"}}';

let upstream;
let site;

before(async () => {
  upstream = await startUpstream(async (request, response) => {
    await request.whole;
    response.writeHead(200, { "content-type": "application/json" }).end('{"output":{"task_id":"8fab76d0"}}');
  });
  site = await serve({ upstream: upstream.url, apiKey: "sk-the-secret-of-the-edge" });
});
after(async () => {
  await site?.close();
  await upstream?.close();
});
beforeEach(() => {
  upstream.requests.length = 0;
});

describe("in Chromium", { skip: browserMissing }, () => {
  let browser;
  let page;

  before(async () => {
    const names = "--host-resolver-rules=MAP *.example 127.0.0.1";
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", names] });
    page = await browser.newPage();
  });
  after(() => browser?.close());

  /** @returns {Promise<(number | string)[]>} what a page of `host` sees of the relay at `lan.example`: statuses, or "hidden" */
  async function ask(host) {
    const { port } = new URL(site.url);
    await page.goto(`http://${host}:${port}/icon.svg`);
    assert.equal(await page.evaluate(() => globalThis.isSecureContext), false);
    const requests = [
      ["POST", SUBMIT, BODY],
      ["GET", TASK, undefined],
      ["GET", "/api/v1/uploads?action=getPolicy&model=fun-asr", undefined],
      ["GET", `/result?url=${encodeURIComponent(`${upstream.url}/result`)}`, undefined],
    ];
    return page.evaluate(
      async ([relay, all]) => {
        const seen = [];
        for (const [method, path, body] of all) {
          const headers = body ? { "content-type": "text/plain" } : {};
          seen.push(
            await fetch(relay + path, { method, body, headers }).then(
              ({ status }) => status,
              () => "hidden",
            ),
          );
        }
        return seen;
      },
      [`http://lan.example:${port}/api`, requests],
    );
  }

  test("the site's own page submits, and asks for what it has submitted", async () => {
    assert.deepEqual(await ask("lan.example"), [200, 200, 200, 200]);
    assert.equal(upstream.requests.length, 4);
  });

  test("an answer to a question that another site's page asked blindly stays hidden", async () => {
    await ask("evil.example");
    const seen = await page.evaluate(
      async (url) => {
        const { type, status } = await fetch(url, { mode: "no-cors" }).catch(() => ({ type: "refused", status: 0 }));
        const image = new Image();
        image.src = url;
        return [
          type,
          status,
          await image.decode().then(
            () => "seen",
            () => "hidden",
          ),
        ];
      },
      `http://lan.example:${new URL(site.url).port}/api${TASK}`,
    );
    assert.ok(["opaque", "refused"].includes(seen[0]), `${seen}`);
    assert.deepEqual(seen.slice(1), [0, "hidden"]);
  });

  test("a page of another site submits nothing and sees nothing", async () => {
    assert.deepEqual(await ask("evil.example"), ["hidden", "hidden", "hidden", "hidden"]);
    assert.deepEqual(upstream.requests, []);
  });
});

describe("by its headers", () => {
  const ask = (method, path, headers, body) => fetch(`${site.url}/api${path}`, { method, headers, body });

  test("a question without any is answered: nobody else's page can read it, and it costs nothing", async () => {
    assert.equal((await ask("GET", TASK, {})).status, 200);
  });

  test("a question that says that it comes from elsewhere is not", async () => {
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ]) {
      assert.equal((await ask("GET", TASK, headers)).status, 403, JSON.stringify(headers));
    }
    assert.deepEqual(upstream.requests, []);
  });

  test("what costs or changes something says where it comes from", async () => {
    assert.equal((await ask("POST", SUBMIT, {}, BODY)).status, 403);
    assert.equal((await ask("POST", `${TASK}/cancel`, {})).status, 403);
    assert.deepEqual(upstream.requests, []);
  });
});
