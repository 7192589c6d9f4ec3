// The quick starts as they stand: the page in Chromium with its relay in workerd, the Worker in workerd, the slim entry.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as esbuild from "esbuild";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word_error_rate.mjs";
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
async function startWorker(kind) {
  const folder = await bundle(`readme-${kind}`, { "worker.js": block(kind).code });
  return start(folder, { DASHSCOPE_API_KEY: "sk-of-the-worker" }, { internet: emulator.url });
}

describe("the Worker", () => {
  let worker;

  before(async () => {
    worker = await startWorker("worker");
  });

  after(() => worker?.close());

  const post = (body) => fetch(worker.url, { method: "POST", body });

  test("turns an upload into text, with its key", async () => {
    const transcript = await (await post(jfk.read())).json();
    assertHeard(transcript.text);
    const { headers } = emulator.requests.at(-1);
    assert.equal(headers.host, "dashscope-intl.aliyuncs.com");
    assert.ok(Number(headers["content-length"]) > jfk.read().length * 1.33, "it flowed: its length was known");
  });

  test("answers with the error's code and words", async () => {
    const response = await post("<!doctype html>");
    assert.equal(response.status, 500);
    assert.equal((await response.json()).code, "unsupported_format");
  });
});

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
