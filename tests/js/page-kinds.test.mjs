// What is a page, and told so where the browser keeps it from the service: windows, Web Workers and service workers.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as esbuild from "esbuild";
import { DIST } from "../../scripts/build/paths.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { startSite } from "../packaging/site.mjs";

const ASK = `
import { Transcriber } from "./index.js";
globalThis.ask = async () => {
  const fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  try {
    await new Transcriber({ apiKey: "sk-of-the-page", maxRetries: 0, fetch }).transcribe(new Uint8Array([82, 73, 70, 70, 4, 0, 0, 0, 87, 65, 86, 69, 0, 0, 0, 0]), { mediaType: "audio/wav" });
  } catch ({ message }) {
    return message;
  }
};
`;
const WORKER = "ask().then((message) => postMessage(message));";
const SERVICE_WORKER =
  'addEventListener("message", ({ ports }) => ask().then((message) => ports[0].postMessage(message)));';

describe("a page of Chromium", { skip: browserMissing }, () => {
  let site;
  let browser;
  let page;

  before(async () => {
    const options = { bundle: true, write: false, logLevel: "silent", stdin: { contents: ASK, resolveDir: DIST } };
    // One file, because service workers may not import().
    const built = await esbuild.build({ ...options, format: "iife" });
    const script = built.outputFiles[0].text;
    const files = { "/page.js": script, "/worker.js": script + WORKER, "/service.js": script + SERVICE_WORKER };
    site = await startSite({
      folder: join(DIST, "nothing"),
      serve(request, response) {
        const file = files[request.url];
        response.writeHead(200, { "content-type": file ? "text/javascript" : "text/html" });
        response.end(file ?? '<!doctype html><script src="/page.js"></script>');
        return true;
      },
    });
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(site.url);
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });

  for (const [kind, ask] of Object.entries({
    "the window": () => globalThis.ask(),
    "a classic worker": () => new Promise((found) => (new Worker("/worker.js").onmessage = ({ data }) => found(data))),
    "a module worker": () => {
      const worker = new Worker("/worker.js", { type: "module" });
      return new Promise((found) => (worker.onmessage = ({ data }) => found(data)));
    },
    "a service worker": async () => {
      await navigator.serviceWorker.register("/service.js");
      const { active } = await navigator.serviceWorker.ready;
      const { port1, port2 } = new MessageChannel();
      active.postMessage("ask", [port2]);
      return new Promise((found) => (port1.onmessage = ({ data }) => found(data)));
    },
  })) {
    test(`${kind} is told why it does not reach the service`, async () => {
      assert.match(await page.evaluate(ask), /a web page cannot reach DashScope/);
    });
  }
});

/** Code for pages is also tested where somebody fakes a document, and shall do there what it does in a page. */
test("jsdom and happy-dom make a page; a document in a Worker does not", async () => {
  const { Transcriber } = await import("../../dist/index.js");
  const fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  const ask = () => new Transcriber({ apiKey: "sk-test", maxRetries: 0, fetch }).task("t").status();
  try {
    await assert.rejects(ask(), { retryable: true });
    globalThis.document = {};
    await assert.rejects(ask(), { retryable: false, message: /a web page cannot reach/ });
    globalThis.WebSocketPair = class {};
    await assert.rejects(ask(), { retryable: true });
  } finally {
    delete globalThis.document;
    delete globalThis.WebSocketPair;
  }
});
