// Chromium collects the stream of a Blob as garbage while somebody waits for its next bytes, unless the page holds on to its reader.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { browserMissing, executablePath } from "../packaging/chromium.mjs";

const COUNT = 60;

test("Blobs are read to their ends while garbage is collected", { skip: browserMissing }, async () => {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path === "/") return void response.setHeader("content-type", "text/html").end("<!doctype html>");
    if (!path.startsWith("/dist/")) return void response.writeHead(404).end();
    response.setHeader("content-type", "text/javascript").end(readFileSync(new URL(`../..${path}`, import.meta.url)));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--js-flags=--expose-gc"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const read = await page.evaluate(async (count) => {
      const { toDataUrl } = await import("/dist/index.js");
      let over = 0;
      const collecting = setInterval(() => globalThis.gc(), 3);
      const works = [];
      for (let index = 0; index < count; index++) {
        const blob = new Blob([new Uint8Array(4_000_000)], { type: "audio/wav" });
        works.push(toDataUrl(blob).then(() => (over += 1)));
        await new Promise((next) => setTimeout(next, 10));
      }
      // Whoever was forgotten never comes back, so it is waited for no longer than the others could need.
      await Promise.race([Promise.all(works), new Promise((enough) => setTimeout(enough, 10_000))]);
      clearInterval(collecting);
      return over;
    }, COUNT);
    assert.equal(read, COUNT);
  } finally {
    await browser.close();
    server.close();
  }
});
