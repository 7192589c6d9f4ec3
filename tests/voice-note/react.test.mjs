// dashscope-asr/react in a page under StrictMode: one microphone, the same functions for life, the element in JSX.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import * as esbuild from "esbuild";
import { DIST, inProject } from "../../scripts/build/paths.mjs";
import { launchBrowser } from "../www/site.mjs";
import { newPage, startPages, visit } from "./page.mjs";

const APP = `
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { useLive, useVoiceNote } from "dashscope-asr/react";
import "dashscope-asr/voice-note";

const { mediaDevices } = navigator;
const ask = mediaDevices.getUserMedia.bind(mediaDevices);
globalThis.tracks = [];
mediaDevices.getUserMedia = async (constraints) => {
  const stream = await ask(constraints);
  globalThis.tracks.push(...stream.getTracks());
  return stream;
};

const transcript = (text) => ({ text, noSpeech: false, segments: [], channels: [] });
const asr = {
  transcribe: async () => transcript("all"),
  stream: () => ({
    async *[Symbol.asyncIterator]() { yield { type: "delta", text: "what was" }; },
    final: async () => transcript("what was said"),
  }),
  live() {
    let samples = 0;
    return {
      send: (chunk) => { samples += chunk.length; globalThis.samples = samples; },
      finish: async () => transcript("what is said"),
      async *[Symbol.asyncIterator]() { yield { type: "partial", text: "what is" }; },
    };
  },
};

globalThis.recorders = new Set();
function Note() {
  const note = useVoiceNote({ asr, limitSeconds: 60 });
  globalThis.recorders.add(note.record);
  return <>
    <button id="record" onClick={note.record}>Record</button>
    <button id="stop" onClick={note.stop}>Stop</button>
    <button id="clear" onClick={note.clear}>Clear</button>
    <input id="text" value={note.text} onChange={(event) => note.setText(event.target.value)} />
    <output id="phase">{note.phase}</output>
  </>;
}

function Live() {
  const { phase, text, start, stop, error } = useLive({ asr, languageHints: ["en"] });
  return <>
    <button id="start" onClick={start}>Start</button>
    <button id="end" onClick={stop}>End</button>
    <output id="live">{phase + ": " + text + (error ?? "")}</output>
  </>;
}

function App() {
  const [isThere, setThere] = useState(true);
  return <>
    <button id="away" onClick={() => setThere(false)}>Away</button>
    {isThere && <><Note /><Live /></>}
    <voice-note id="element" name="note" required asr={asr} max-seconds={42} />
  </>;
}

createRoot(document.getElementById("root")).render(<StrictMode><App /></StrictMode>);
globalThis.ready = true;
`;

let site;
let browser;
let page;

before(async () => {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: APP, loader: "jsx", resolveDir: inProject() },
    ...{ bundle: true, format: "esm", write: false, jsx: "automatic", logLevel: "error" },
    define: { "process.env.NODE_ENV": '"development"' },
    external: ["dashscope-asr", "dashscope-asr/recorder", "dashscope-asr/microphone", "dashscope-asr/voice-note"],
    alias: { "dashscope-asr/react": `${DIST}/react.js` },
  });
  const pages = { "/app": '<div id="root"></div><script type="module" src="/app.js"></script>' };
  site = await startPages(pages, { "/app.js": outputFiles[0].text });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});
afterEach(async () => {
  await page?.context().close();
  page = undefined;
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const open = async () => {
  page = await newPage(browser);
  await visit(page, `${site.url}/app`);
  await page.waitForSelector("#record");
};
const shows = (id, wanted) =>
  page.waitForFunction(([id, wanted]) => document.getElementById(id).textContent === wanted, [id, wanted]);
const open_tracks = () => page.evaluate(() => globalThis.tracks.map(({ readyState }) => readyState));

test("useVoiceNote: one press opens one microphone, though StrictMode mounts twice", async () => {
  await open();
  await page.click("#record");
  await page.click("#record");
  await shows("phase", "recording");
  assert.deepEqual(await open_tracks(), ["live"]);
  await page.waitForTimeout(600);
  await page.click("#stop");
  await shows("phase", "done");
  assert.deepEqual(await open_tracks(), ["ended"]);
  assert.equal(await page.inputValue("#text"), "what was said");
  await page.fill("#text", "what I wrote");
  assert.equal(await page.inputValue("#text"), "what I wrote");
  await page.click("#clear");
  await shows("phase", "idle");
  assert.equal(await page.inputValue("#text"), "");
  assert.equal(await page.evaluate(() => globalThis.recorders.size <= 2), true, "functions stay the same");
  assert.deepEqual(page.complaints, []);
});

test("useVoiceNote: a component that goes away lets the microphone go", async () => {
  await open();
  await page.click("#record");
  await shows("phase", "recording");
  await page.click("#away");
  await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === "ended"));
});

test("useLive: words while somebody speaks, then all of them", async () => {
  await open();
  await page.click("#start");
  await shows("live", "live: what is");
  await page.waitForFunction(() => globalThis.samples > 8000);
  await page.click("#end");
  await shows("live", "done: what is said");
  assert.deepEqual(await open_tracks(), ["ended"]);
  await page.click("#start");
  await shows("live", "live: what is");
  await page.click("#away");
  await page.waitForFunction(() => globalThis.tracks.every(({ readyState }) => readyState === "ended"));
  assert.deepEqual(page.complaints, []);
});

test("<voice-note> in JSX takes attributes and properties", async () => {
  await open();
  const found = await page.evaluate(() => {
    const element = document.getElementById("element");
    return [element.name, element.required, typeof element.asr?.stream, element.state.limitSeconds];
  });
  assert.deepEqual(found, ["note", true, "function", 42]);
});
