// The quick starts as they stand: the page in Chromium with its relay in workerd, the Worker in workerd, the slim entry.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import * as esbuild from "esbuild";
import { startUpstream } from "../edge/upstream.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { createProject, packed } from "../packaging/packed.mjs";
import { forward, startSite } from "../packaging/site.mjs";
import { bundle, start } from "../workerd/worker.mjs";
import { block } from "./blocks.mjs";

/** Two words wrong in twenty are the recogniser's, not ours. */
const assertHeard = (text) => assert.ok(wordErrors(jfk.words, text).rate <= 0.1, text);

let emulator;

before(async () => {
  emulator = await startEmulator({ port: 0 });
});

after(() => emulator?.close());

/** A Worker for whom the internet is the emulator. */
async function startWorker(kind, options) {
  const folder = await bundle(`readme-${kind}`, { "worker.js": block(kind).code });
  return start(folder, { DASHSCOPE_API_KEY: "sk-of-the-worker" }, { internet: emulator.url, ...options });
}

describe("the Worker", () => {
  let worker;

  before(async () => {
    worker = await startWorker("worker");
  });

  after(() => worker?.close());

  const post = (body, headers = { origin: worker.url }) => fetch(worker.url, { method: "POST", body, headers });

  test("turns an upload into text, with its key", async () => {
    const transcript = await (await post(jfk.read())).json();
    assertHeard(transcript.text);
    const { headers } = emulator.requests.at(-1);
    assert.equal(headers.host, "dashscope-intl.aliyuncs.com");
    assert.ok(Number(headers["content-length"]) > jfk.read().length * 1.33, "it flowed: its length was known");
  });

  test("takes nothing from pages of other sites, nor from programs that do not say who they are", async () => {
    emulator.requests.length = 0;
    for (const headers of [
      { origin: "https://evil.example", "content-type": "text/plain", cookie: "session=1" },
      { origin: "null" },
      { origin: worker.url, "sec-fetch-site": "cross-site" },
      { origin: worker.url, "sec-fetch-site": "same-site" },
      {},
    ]) {
      assert.equal((await post(jfk.read(), headers)).status, 403, JSON.stringify(headers));
    }
    assert.equal((await fetch(worker.url)).status, 403);
    assert.equal(emulator.requests.length, 0);
  });

  test("answers with the error's code and words", async () => {
    const response = await post("<!doctype html>");
    assert.equal(response.status, 500);
    assert.equal((await response.json()).code, "unsupported_format");
  });
});

const RELAYED = "/dashscope/api/v1/services/aigc/multimodal-generation/generation";

const BODY =
  '{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"audio":"https://a.example/a.wav"}]}]}}';

/** Whoever deploys a snippet chooses the date; many projects have an early one for good. */
for (const date of ["2024-11-25", "2026-10-01"]) {
  describe(`attacks on the relay, of ${date}`, () => {
    let relay;
    let upstream;
    let answer;

    before(async () => {
      upstream = await startUpstream((request, response) => answer(request, response));
      relay = await startWorker("relay", { internet: upstream.url, date });
    });
    after(async () => {
      await relay?.close();
      await upstream?.close();
    });
    beforeEach(() => {
      upstream.requests.length = 0;
      answer = async (request, response) => {
        await request.whole;
        response.writeHead(200, { "content-type": "application/json" }).end('{"output":{}}');
      };
    });

    const own = () => ({ "content-type": "application/json", origin: relay.url });
    const post = (headers = own(), path = RELAYED) => {
      return fetch(relay.url + path, {
        method: "POST",
        body: BODY,
        headers,
        redirect: "manual",
      });
    };
    const assertRefused = async (response, status) => {
      assert.equal(response.status, status);
      assert.equal(upstream.requests.length, 0);
    };

    test("the page's own request goes through with the key, whichever way the browser says whose it is", async () => {
      assert.deepEqual(await (await post({ ...own(), "x-dashscope-sse": "enable" })).json(), { output: {} });
      const proxied = { ...own(), origin: "http://localhost:5173", "sec-fetch-site": "same-origin" };
      assert.equal((await post(proxied)).status, 200);
      for (const { url, method, headers } of upstream.requests) {
        assert.deepEqual([method, `/dashscope${url}`], ["POST", RELAYED]);
        assert.equal(headers.authorization, "Bearer sk-of-the-worker");
      }
      assert.equal(upstream.requests[0].headers["x-dashscope-sse"], "enable");
    });

    for (const [whose, headers] of Object.entries({
      "another site": { origin: "https://evil.example" },
      "another site, by its relation": { "sec-fetch-site": "cross-site" },
      "a neighbour": { "sec-fetch-site": "same-site" },
      "a sandboxed frame": { origin: "null" },
      "a site of a similar name": { origin: "http://127.0.0.1" },
      nobody: { origin: "" },
    })) {
      test(`a post of ${whose} is refused`, async () => {
        await assertRefused(await post({ ...own(), ...headers }), 403);
      });
    }

    test("a simple request with cookies, as any page can send it, is refused", async () => {
      for (const type of [
        "text/plain",
        "text/plain;application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
      ]) {
        await assertRefused(await post({ ...own(), "content-type": type, cookie: "session=1" }), 415);
        await assertRefused(await post({ "content-type": type, origin: "https://evil.example" }), 403);
      }
    });

    for (const method of ["GET", "HEAD", "DELETE", "PUT", "PATCH"]) {
      test(`${method} does not become POST`, async () => {
        const response = await fetch(relay.url + RELAYED, { method, headers: own() });
        assert.equal(response.headers.get("allow"), "POST");
        await assertRefused(response, 405);
      });
    }

    test("other paths are not there", async () => {
      for (const path of ["/", "/dashscope", `${RELAYED}/`, `${RELAYED}/../../../files`]) {
        await assertRefused(await post(own(), path), 404);
      }
    });

    test("headers of the page stay here", async () => {
      await post({ ...own(), cookie: "session=1", authorization: "Bearer mine", "x-dashscope-workspace": "other" });
      const { headers } = upstream.requests[0];
      for (const name of ["cookie", "origin", "x-dashscope-workspace"]) assert.equal(headers[name], undefined, name);
      assert.equal(headers.authorization, "Bearer sk-of-the-worker");
    });

    test("of what the service says the page gets what it needs, and no cookie, document or leave for other sites", async () => {
      answer = (_request, response) => {
        response.writeHead(429, {
          "content-type": "text/html",
          "set-cookie": "a=b",
          "access-control-allow-origin": "*",
          "access-control-allow-credentials": "true",
          location: "https://evil.example",
          refresh: "0;https://evil.example",
          "content-disposition": "attachment",
          "x-request-id": "r-1",
          "retry-after": "7",
        });
        response.end("<script>alert(1)</script>");
      };
      const { status, headers } = await post();
      const names = [...headers.keys()].filter(
        (name) => !["content-length", "transfer-encoding", "date"].includes(name),
      );
      const always = ["cache-control", "content-security-policy", "cross-origin-resource-policy", "referrer-policy"];
      const shown = [
        ...always,
        "x-content-type-options",
        "x-dashscope-relay",
        "content-type",
        "retry-after",
        "x-request-id",
      ];
      names.sort();
      shown.sort();
      assert.deepEqual(names, shown);
      assert.deepEqual(
        [status, headers.get("content-type"), headers.get("retry-after")],
        [429, "application/json", "7"],
      );
    });

    test("a stream stays one", async () => {
      answer = (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream;charset=UTF-8" }).end("data: {}\n\n");
      };
      const response = await post();
      assert.match(response.headers.get("content-type"), /^text\/event-stream\b/);
      assert.equal(await response.text(), "data: {}\n\n");
    });

    for (const status of [301, 302, 303, 307, 308]) {
      test(`a redirect (${status}) is not followed with the key`, async () => {
        answer = (_request, response) => {
          response.writeHead(status, { location: `${upstream.url}/elsewhere` }).end();
        };
        const response = await post();
        assert.deepEqual([response.status, response.headers.get("location")], [502, null]);
        assert.equal(upstream.requests.length, 1);
      });
    }
  });
}

describe("the page", { skip: browserMissing }, () => {
  let relay;
  let browser;

  before(async () => {
    relay = await startWorker("relay");
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await relay?.close();
  });

  /** Puts up a site: the block, bundled, and its relay on the same origin; the page comes with the policy of the README. */
  async function startPage(kind, addition = "") {
    const html = '<!doctype html><meta charset="utf-8"><input type="file"><output></output>';
    const folder = await createProject(`readme-${kind}-site`, {
      "index.html": `${html}<script type="module" src="/bundle.js"></script>`,
      "main.js": block(kind).code + addition,
    });
    await esbuild.build({
      entryPoints: [join(folder, "main.js")],
      outfile: join(folder, "bundle.js"),
      absWorkingDir: folder,
      bundle: true,
      format: "esm",
      logLevel: "silent",
    });
    copyFileSync(join((await packed()).root, "dist", "dashscope_asr_bg.wasm"), join(folder, "dashscope_asr_bg.wasm"));
    const [name, value] = block("http")
      .code.trim()
      .split(/:\s*(.*)/s);
    return startSite({
      folder,
      headers: () => ({ [name]: value }),
      serve(request, response) {
        if (!request.url.startsWith("/dashscope/")) return false;
        forward(request, response, new URL(request.url, relay.url));
        return true;
      },
    });
  }

  test("shows what is said in the chosen file", async () => {
    const site = await startPage("page");
    const page = await browser.newPage();
    try {
      await page.goto(site.url);
      await page.setInputFiles("input", jfk.path);
      await page.waitForFunction(() => document.querySelector("output").textContent !== "");
      assertHeard(await page.textContent("output"));
    } finally {
      await page.close();
      await site.close();
    }
  });

  test("streams through its relay, which lets nothing else through", async () => {
    const site = await startPage("page", "\nglobalThis.asr = asr;\n");
    const page = await browser.newPage();
    try {
      await page.goto(site.url);
      await page.waitForFunction(() => "asr" in globalThis);
      const audio = jfk.read().toString("base64");
      const kinds = await page.evaluate(async (data) => {
        const found = [];
        const url = await fetch(`data:audio/wav;base64,${data}`).then((response) => response.blob());
        for await (const event of globalThis.asr.stream(url)) found.push(event.type);
        return found;
      }, audio);
      assert.ok(kinds.filter((kind) => kind === "delta").length > 3, `${kinds}`);
      assert.equal(kinds.at(-1), "done");
      assert.equal((await fetch(`${site.url}/dashscope/api/v1/tasks/1`)).status, 404);
    } finally {
      await page.close();
      await site.close();
    }
  });

  test("with the slim entry", async () => {
    const site = await startPage("slim", "\nglobalThis.asr = asr;\n");
    const page = await browser.newPage();
    try {
      await page.goto(site.url);
      await page.waitForFunction(() => "asr" in globalThis);
      const samples = await page.evaluate(() =>
        globalThis.asr.transcribe("data:audio/wav;base64,").catch(({ code }) => code),
      );
      assert.equal(samples, "empty_audio");
    } finally {
      await page.close();
      await site.close();
    }
  });
});
