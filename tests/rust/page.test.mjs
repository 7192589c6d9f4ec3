// examples/rust-page in Chromium, with a microphone that speaks, against the emulator with its real recogniser.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inProject } from "../../scripts/build/paths.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { forwardSocket, startSite } from "../packaging/site.mjs";
import { launchBrowser, openPage } from "../www/site.mjs";
import { buildProgram } from "./cargo.mjs";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Notes</title><link rel="icon" href="data:,">
<body><script type="module">
import init from "/app.js";
await init();
document.documentElement.dataset.ready = "";
</script></body></html>`;

describe("the page in Rust", { timeout: 900_000 }, () => {
  let emulator;
  let site;
  let browser;
  let folder;

  before(async () => {
    const out = await buildProgram(inProject("examples", "rust-page"), "rust-page", "web", ["--locked"]);
    folder = mkdtempSync(join(tmpdir(), "rust-page-"));
    for (const name of ["app.js", "app_bg.wasm"]) copyFileSync(join(out, name), join(folder, name));
    copyFileSync(inProject("examples", "rust-page", "worklet.js"), join(folder, "worklet.js"));
    writeFileSync(join(folder, "index.html"), PAGE);
    emulator = await startEmulator({});
    const upgrade = (request, socket) => {
      assert.ok(request.url.startsWith("/dashscope/"), request.url);
      const target = new URL(request.url.slice("/dashscope".length), emulator.url);
      forwardSocket(request, socket, target, { authorization: "Bearer sk-of-the-relay" });
    };
    site = await startSite({ folder, upgrade });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    await emulator?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test("what is spoken is written while it is spoken, and whole at the end", async () => {
    const page = await openPage(browser, site.url);
    await page.click("text=Record");
    await page.waitForSelector("text=Stop");
    const everything = page.waitForTimeout(11_500);
    await page.waitForFunction(() => document.querySelector("output")?.textContent, undefined, { timeout: 60_000 });
    assert.equal(await page.textContent("button"), "Stop", "it is still being spoken");
    await everything;
    await page.click("text=Stop");
    await page.waitForSelector("button:enabled >> text=Record", { timeout: 60_000 });
    assert.equal(await page.textContent("[role=alert]"), "");
    const text = await page.textContent("output");
    assert.ok(wordErrors(jfk.words, text).rate < 0.2, text);
    assert.deepEqual(page.complaints, []);
  });
});
