// react-speech-recognition, which was written for Chrome's own recognition, over ours: in Chromium, whose microphone says real
// sentences, to the emulator that really listens.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { inProject } from "../../scripts/build/paths.mjs";
import { pcmOf } from "../emulator/live-client.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { recordings } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { buildWithEsbuild } from "../packaging/bundling.mjs";
import { browserMissing, executablePath } from "../packaging/chromium.mjs";
import { createProject, packed } from "../packaging/packed.mjs";
import { startSite } from "../packaging/site.mjs";
import { block } from "../readme/blocks.mjs";
import { startWire } from "./wire.mjs";

const spoken = ["libri_0930", "libri_0880"].map((wanted) => recordings.find(({ name }) => name === wanted));
const [FIRST, SECOND] = spoken.map(({ words }) => words);
/** Time to open the microphone on a slow machine. */
const BREATH_SECONDS = 2;

const APP = `
import { createElement as element } from "react";
import { createRoot } from "react-dom/client";
import SpeechRecognition, { useSpeechRecognition } from "react-speech-recognition";
import { Transcriber } from "dashscope-asr";
import { DashScopeSpeechRecognition } from "dashscope-asr/speech-recognition";

const asr = new Transcriber({ baseURL: new URLSearchParams(location.search).get("service"), apiKey: "sk-test" });
const settings = {
  live: { maxSentenceSilence: 600 },
  microphone: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
};
SpeechRecognition.applyPolyfill(DashScopeSpeechRecognition.with(asr, settings));
Object.assign(globalThis, { asr, SpeechRecognition });

function Dictaphone() {
  const heard = useSpeechRecognition();
  globalThis.heard = heard;
  return element("p", null, heard.transcript);
}
createRoot(document.querySelector("main")).render(element(Dictaphone));
`;

/** What the microphone says, at the rate that Chromium's wants. */
function microphoneFile() {
  const folder = inProject("target", "live-tests");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `microphone-${process.pid}.wav`);
  const input = ["-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "-"];
  const breath = ["-af", `adelay=${BREATH_SECONDS * 1000}`, "-ar", "48000", "-c:a", "pcm_s16le", file];
  const speech = pcmOf(
    spoken.map((recording) => recording.read()),
    1200,
  );
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...input, ...breath], { input: speech });
  return `${file}%noloop`;
}

function launch(...flags) {
  const fake = ["--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"];
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...fake, ...flags] });
}

describe("react-speech-recognition", { skip: browserMissing }, () => {
  let emulator;
  let site;
  let browser;

  before(async () => {
    emulator = await startEmulator();
    const folder = await createProject("react-speech-recognition", {
      "index.html":
        '<!doctype html><title>app</title><main></main><button>Speak</button><output></output><script type="module" src="/bundle.js"></script>',
      "main.js": 'import "./app.js";\nimport "./readme.js";\n',
      "app.js": APP,
      "readme.js": block("speech").code,
    });
    copyFileSync(join((await packed()).root, "dist", "microphone-worklet.js"), join(folder, "microphone-worklet.js"));
    await buildWithEsbuild(folder, { format: "esm", define: { "process.env.NODE_ENV": '"production"' } });
    site = await startSite({ folder });
    browser = await launch("--use-fake-ui-for-media-stream", `--use-file-for-fake-audio-capture=${microphoneFile()}`);
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    await emulator?.close();
  });

  /** A page with the app in it. */
  async function open(service = emulator.url, by = browser) {
    const page = await by.newPage();
    await page.goto(`${site.url}/?service=${encodeURIComponent(service)}`);
    await page.waitForFunction(() => globalThis.heard);
    return {
      page,
      call: (name, options) =>
        page.evaluate(([name, given]) => globalThis.SpeechRecognition[name](given), [name, options]),
      says: (words) =>
        page.waitForFunction((wanted) => globalThis.heard.transcript.toLowerCase().includes(wanted), words),
      until: (member, value) =>
        page.waitForFunction(([member, value]) => Boolean(globalThis.heard[member]) === value, [member, value]),
      heard: () => page.evaluate(() => JSON.parse(JSON.stringify(globalThis.heard))),
    };
  }
  const isHeard = (said, found) => assert.ok(wordErrors(said, found).rate < 0.2, found);

  test("listens until it is stopped, and loses no words with the connection", async (context) => {
    const wire = await startWire(emulator.url);
    context.after(() => wire.close());
    wire.state.cut = { upwards: true, after: 150_000 };
    const { call, says, until, heard } = await open(wire.url);
    await call("startListening", { continuous: true, language: "en-US" });
    await says("young man");
    await call("stopListening");
    await until("interimTranscript", false);
    const { transcript, finalTranscript, listening } = await heard();
    isHeard(`${FIRST} ${SECOND}`, transcript);
    assert.deepEqual([finalTranscript, listening, wire.state.connections], [transcript, false, 2]);
  });

  test("listens to one sentence, and to another one", async () => {
    const { call, until, heard } = await open();
    for (let time = 0; time < 2; time++) {
      await call("startListening", { language: "en-US" });
      await until("finalTranscript", true);
      await until("listening", false);
      isHeard(FIRST, (await heard()).finalTranscript);
    }
  });

  test("is told that the microphone is not allowed", async () => {
    const strict = await launch("--use-fake-ui-for-media-stream=deny");
    try {
      const { call, until } = await open(emulator.url, strict);
      await call("startListening");
      await until("isMicrophoneAvailable", false);
    } finally {
      await strict.close();
    }
  });

  test("the README's page shows what is said", async () => {
    const { page } = await open();
    await page.click("button");
    await page.waitForFunction(() => /amiable himself/.test(document.querySelector("output").textContent));
  });
});
