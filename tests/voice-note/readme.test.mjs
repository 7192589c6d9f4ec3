// The README's voice note, recorder and component, as they stand there.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import * as esbuild from "esbuild";
import { DIST, inProject } from "../../scripts/build/paths.mjs";
import { forward } from "../packaging/site.mjs";
import { block } from "../readme/blocks.mjs";
import { launchBrowser } from "../www/site.mjs";
import { newPage, startPages, startService, visit } from "./page.mjs";

const SCRIPTS = {
  "/voice-note-tag.js": 'import "dashscope-asr/voice-note"; globalThis.ready = true;',
  "/recorder-alone.js": `
import { Transcriber } from "dashscope-asr";
const asr = new Transcriber({ baseURL: "/dashscope" });
const [start, stop] = document.querySelectorAll("button");
globalThis.shown = [];
const show = (words) => globalThis.shown.push(words);
${block("recorder").code}
globalThis.ready = true;`,
};

const PAGES = {
  "/tag": `${block("voice-note").code}<script type="module" src="/voice-note-tag.js"></script>`,
  "/recorder": '<button>Start</button><button>Stop</button><script type="module" src="/recorder-alone.js"></script>',
  "/react": '<div id="root"></div><script type="module" src="/react-note.js"></script>',
};

const RENDERED = `import { createRoot } from "react-dom/client";
import { StrictMode } from "react";
${block("react").code}
createRoot(document.getElementById("root")).render(<StrictMode><Note /></StrictMode>);
globalThis.ready = true;`;

const SPOKEN_MS = 1000;

let emulator;
let site;
let browser;
let page;

before(async () => {
  emulator = await startService();
  const { outputFiles } = await esbuild.build({
    stdin: { contents: RENDERED, loader: "jsx", resolveDir: inProject() },
    ...{ bundle: true, format: "esm", write: false, jsx: "automatic", logLevel: "error" },
    define: { "process.env.NODE_ENV": '"production"' },
    external: ["dashscope-asr", "dashscope-asr/recorder", "dashscope-asr/microphone"],
    alias: { "dashscope-asr/react": `${DIST}/react.js` },
  });
  const serve = (request, response) => {
    if (!request.url.startsWith("/dashscope/")) return false;
    const target = new URL(request.url.slice("/dashscope".length), emulator.url);
    forward(request, response, target, { authorization: "Bearer sk-of-the-relay" });
    return true;
  };
  site = await startPages(PAGES, { ...SCRIPTS, "/react-note.js": outputFiles[0].text }, { serve });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});
afterEach(async () => {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await emulator?.close();
});

const open = async (path) => {
  page = await newPage(browser);
  page.setDefaultTimeout(60_000);
  await visit(page, site.url + path);
};

test("the tag in its form", async () => {
  await open("/tag");
  await page.getByRole("button", { name: "Record" }).click();
  await page.waitForTimeout(SPOKEN_MS);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.waitForFunction(() => document.querySelector("voice-note").value !== "");
  await page.waitForFunction(() => document.forms[0].checkValidity());
});

test("the recorder alone", async () => {
  await open("/recorder");
  await page.click("button >> nth=0");
  await page.waitForFunction(() => globalThis.shown.some((words) => /^recording .* kept$/.test(words)));
  await page.waitForTimeout(SPOKEN_MS);
  await page.click("button >> nth=1");
  await page.waitForFunction(() => globalThis.shown.some((words) => /^And so/i.test(words)));
  await page.waitForFunction(() => globalThis.shown.at(-1).startsWith("idle"));
});

test("the component", async () => {
  await open("/react");
  await page.click("text=Record");
  await page.waitForSelector("text=Stop");
  await page.waitForTimeout(SPOKEN_MS);
  await page.click("text=Stop");
  await page.waitForFunction(() => /^And so/i.test(document.querySelector("input").value));
});
