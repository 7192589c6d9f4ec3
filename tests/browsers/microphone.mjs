// The microphone of the package in another browser than Chromium: what is said after it is open is heard from the first word on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { hangUp, listen, startMicrophoneSite, visit } from "../microphone/page.mjs";

const SECONDS = 11;

/**
 * @param {string} name @param {() => Promise<import("./page.mjs").Engine>} launch
 * @param {{ unplugs?: boolean }} [can] whether the device can be taken away
 */
export function testMicrophone(name, launch, { unplugs = false } = {}) {
  describe(`the microphone in ${name}`, () => {
    let emulator;
    let site;
    let engine;

    before(async () => {
      emulator = await startEmulator();
      site = await startMicrophoneSite();
      engine = await launch();
    });
    after(async () => {
      await engine?.close();
      await site?.close();
      await emulator?.close();
    });

    test("what is said as soon as it is open is heard from the first word on, and closing ends it", async () => {
      const context = await engine.browser.newContext();
      const page = await context.newPage();
      try {
        await visit(page, site.url);
        const say = await engine.microphone(page, jfk.path);
        await listen(page, emulator.url);
        const before = await page.evaluate(() => globalThis.samples);
        await say();
        await page.waitForFunction((wanted) => globalThis.samples >= wanted, before + SECONDS * 16_000);
        const { text, states } = await page.evaluate(hangUp);
        assert.ok(wordErrors(jfk.words, text).rate <= 0.15, text);
        assert.match(text, /^And so,? my fellow/i);
        assert.deepEqual(states, ["open", "closed"]);
      } finally {
        await context.close();
      }
    });

    test("the recognition of the Web Speech API, which pages know from Chrome, hears it", async () => {
      const context = await engine.browser.newContext();
      const page = await context.newPage();
      try {
        await visit(page, site.url);
        const say = await engine.microphone(page, jfk.path);
        await page.evaluate(recognise, emulator.url);
        await page.click("#open");
        await page.waitForFunction(() => globalThis.told.includes("audiostart"));
        await say();
        // A pause after it makes it final. Which words were heard is judged below.
        const most = jfk.words.split(/\s+/).length;
        await page.waitForFunction(
          (least) => globalThis.isFinal && globalThis.text.split(" ").length >= least,
          most - 2,
        );
        await page.evaluate(() => globalThis.recognition.stop());
        await page.waitForFunction(() => globalThis.told.includes("end"));
        const { told, text } = await page.evaluate(() => ({ told: globalThis.told, text: globalThis.text }));
        assert.ok(wordErrors(jfk.words, text).rate <= 0.15, text);
        const begun = ["start", "audiostart", "soundstart", "speechstart"];
        assert.deepEqual([told.slice(0, 4), told.at(-1)], [begun, "end"]);
      } finally {
        await context.close();
      }
    });

    test("a device that is unplugged is a lost one, and the loop ends with what it gave", {
      skip: !unplugs && `the microphone of ${name} cannot be taken away here`,
    }, async () => {
      const context = await engine.browser.newContext();
      const page = await context.newPage();
      try {
        await visit(page, site.url);
        await listen(page, emulator.url);
        await page.evaluate(() => {
          globalThis.left = [];
          watchMicrophones((devices) => globalThis.left.push(devices.length));
        });
        await page.waitForFunction(() => globalThis.samples > 0);
        await engine.unplug();
        await page.waitForFunction(() => globalThis.left.length > 0);
        const { text, states } = await page.evaluate(hangUp);
        assert.deepEqual([text, states], ["", ["open", "lost"]]);
      } finally {
        await context.close();
      }
    });
  });
}

/** Runs in the page: a button of a page that was written for Chrome. */
function recognise(baseURL) {
  const microphone = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const asr = new Transcriber({ baseURL, apiKey: "sk-test" });
  const SpeechRecognition = DashScopeSpeechRecognition.with(asr, { microphone });
  globalThis.recognition = Object.assign(new SpeechRecognition(), { continuous: true, interimResults: true });
  globalThis.told = [];
  globalThis.text = "";
  for (const type of ["start", "audiostart", "soundstart", "speechstart", "audioend", "error", "end"])
    globalThis.recognition.addEventListener(type, () => globalThis.told.push(type));
  globalThis.recognition.onresult = ({ results }) => {
    globalThis.isFinal = results[results.length - 1].isFinal;
    globalThis.text = Array.from(results, ([best]) => best.transcript).join("");
  };
  document.getElementById("open").onclick = () => globalThis.recognition.start();
}
