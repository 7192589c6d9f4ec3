// A page that has the package's own files by their names, in a Chromium whose microphone speaks.
import { DIST } from "../../scripts/build/paths.mjs";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { startSite } from "../packaging/site.mjs";

/** Bundlers resolve names by package.json; a page without one, by this. */
const NAMES = {
  "dashscope-asr": "/index.js",
  "dashscope-asr/microphone": "/microphone.js",
  "dashscope-asr/recorder": "/recorder.js",
  "dashscope-asr/voice-note": "/voice-note.js",
  "dashscope-asr/react": "/react.js",
};

/** An emulator that hears whether somebody speaks; what they say, a real one hears in tests/browsers. */
export const startService = () =>
  startEmulator({
    port: 0,
    recogniser: createScriptedRecogniser((samples) =>
      samples.some((sample) => Math.abs(sample) > 0.1) ? jfk.words : "",
    ),
  });

/** Nothing inline but the names, nothing evaluated but WebAssembly, no markup made of text. */
const policy = (nonce) =>
  `default-src 'self'; script-src 'self' 'nonce-${nonce}' 'wasm-unsafe-eval'; style-src 'self'; media-src blob:; ` +
  "connect-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'";

/**
 * @param {Record<string, string>} pages path → markup of the body
 * @param {Record<string, string>} scripts path → module
 * @param {object} [more]
 * @param {string} [more.upstream] where `/relay/` leads
 * @param {Record<string, string>} [more.names] more names of modules
 */
export async function startPages(pages, scripts, { upstream, names, ...more } = {}) {
  const map = JSON.stringify({ imports: { ...NAMES, ...names } });
  return startSite({
    folder: DIST,
    upstream,
    serve(request, response) {
      if (more.serve?.(request, response)) return true;
      const { pathname } = new URL(request.url, "http://site");
      if (pathname in scripts) {
        response.writeHead(200, { "content-type": "text/javascript" }).end(scripts[pathname]);
        return true;
      }
      if (!(pathname in pages)) return false;
      const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": policy("names") };
      response.writeHead(200, headers).end(`<!doctype html><html lang="en"><head><title>Voice notes</title>
<link rel="icon" href="data:,"><script type="importmap" nonce="names">${map}</script></head><body>${pages[pathname]}</body></html>`);
      return true;
    },
  });
}

/** Where a form is sent: `serve` for `startPages`, and what came last. */
export function formSink() {
  const sink = {
    /** @type {Promise<FormData> | undefined} */
    sent: undefined,
    serve(request, response) {
      if (request.method !== "POST" || request.url !== "/sent") return false;
      sink.sent = new Response(request, { headers: request.headers }).formData();
      sink.sent.finally(() => response.end("Thank you."));
      return true;
    },
  };
  return sink;
}

/**
 * A page of its own context, with the microphone allowed unless said otherwise. What it complains about is in `complaints`.
 * @param {import("playwright-core").Browser} browser @param {object} [options] of the context
 */
export async function newPage(browser, options) {
  const context = await browser.newContext({ permissions: ["microphone"], ...options });
  return pageOf(context);
}

/** Another tab of the same context. @param {import("playwright-core").BrowserContext} context */
export async function pageOf(context) {
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  return page;
}

/** Opens it and waits until its script is through. */
export async function visit(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => globalThis.ready === true);
}
