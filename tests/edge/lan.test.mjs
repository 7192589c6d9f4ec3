// The site in a LAN, by plain http: browsers send no Sec-Fetch-Site there, and no Origin with a GET of the same site. What
// was paid for must also be fetched (https://github.com/kubetail-org/kubetail/pull/1155 met the same).

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../../www/serve.mjs";
import { browserMissing, executablePath } from "../packaging/chromium.mjs";
import { SUBMIT, submitted, task } from "./speech.mjs";
import { startUpstream } from "./upstream.mjs";

const BODY = task();

let upstream;
let site;
/** Paths of a task and of its result, as the one who submitted it has them. */
let asking;
let fetching;

before(async () => {
  upstream = await startUpstream(async (request, response) => {
    await request.whole;
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(
        JSON.stringify({ output: { task_id: "8fab76d0", result: { transcription_url: `${upstream.url}/result` } } }),
      );
  });
  site = await serve({ upstream: upstream.url, apiKey: "sk-the-secret-of-the-edge" });
  asking = `/api/v1/tasks/${await submitted(`${site.url}/api`, { origin: site.url })}`;
  const answer = await fetch(`${site.url}/api${asking}`, { headers: { origin: site.url } });
  fetching = `/result?url=${encodeURIComponent((await answer.json()).output.result.transcription_url)}`;
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
    const names = "--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.test 127.0.0.1";
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", names] });
    page = await browser.newPage();
  });
  after(() => browser?.close());

  /** @returns {Promise<(number | string)[]>} what a page of `host` sees of the relay at `lan.test`: statuses, or "hidden" */
  async function ask(host) {
    const { port } = new URL(site.url);
    await page.goto(`http://${host}:${port}/icon.svg`);
    assert.equal(await page.evaluate(() => globalThis.isSecureContext), false);
    const requests = [
      ["POST", SUBMIT, BODY],
      ["GET", asking, undefined],
      ["GET", "/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash", undefined],
      ["GET", fetching, undefined],
    ];
    return page.evaluate(
      async ([relay, all]) => {
        const seen = [];
        for (const [method, path, body] of all) {
          const headers = body ? { "content-type": "application/json" } : {};
          seen.push(
            await fetch(relay + path, { method, body, headers }).then(
              ({ status }) => status,
              () => "hidden",
            ),
          );
        }
        return seen;
      },
      [`http://lan.test:${port}/api`, requests],
    );
  }

  test("a name that somebody can own, and let point to this machine, is not the site's by plain http", async () => {
    const { port } = new URL(site.url);
    await page.goto(`http://rebound.example:${port}/icon.svg`);
    const statuses = await page.evaluate(
      async ([submit, body, question]) => {
        const headers = { "content-type": "application/json" };
        const answers = [await fetch(submit, { method: "POST", body, headers }), await fetch(question)];
        return answers.map(({ status }) => status);
      },
      [`/api${SUBMIT}`, BODY, `/api${asking}`],
    );
    assert.deepEqual(statuses, [403, 403]);
    assert.deepEqual(upstream.requests, []);
  });

  test("the site's own page submits, and asks for what it has submitted", async () => {
    assert.deepEqual(await ask("lan.test"), [200, 200, 200, 200]);
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
      `http://lan.test:${new URL(site.url).port}/api${asking}`,
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
    assert.equal((await ask("GET", asking, {})).status, 200);
  });

  test("a question that says that it comes from elsewhere is not", async () => {
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ]) {
      assert.equal((await ask("GET", asking, headers)).status, 403, JSON.stringify(headers));
    }
    assert.deepEqual(upstream.requests, []);
  });

  test("what costs or changes something says where it comes from", async () => {
    assert.equal((await ask("POST", SUBMIT, { "content-type": "application/json" }, BODY)).status, 403);
    // As a form or plain text, which another site's page can send without asking.
    assert.equal((await ask("POST", SUBMIT, {}, BODY)).status, 415);
    assert.equal((await ask("POST", `${asking}/cancel`, {})).status, 403);
    assert.deepEqual(upstream.requests, []);
  });
});
