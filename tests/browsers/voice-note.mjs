// <voice-note> in another browser than Chromium: somebody speaks into it, reads it, and sends its form.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../emulator/server.mjs";
import { recordings } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { formSink, startPages, visit } from "../voice-note/page.mjs";
import { convertSpeech } from "../www/site.mjs";

const short = recordings.find(({ name }) => name === "libri_0930");

/** Nobody speaks in the moment they press the button. */
const BREATH = ["-af", "adelay=1500"];

const FORM = `<form action="/sent" method="post" enctype="multipart/form-data"><label for="note">Note</label>
<voice-note id="note" endpoint="/relay" language="en" name="note" audio-name="sound" required></voice-note>
<button type="button" id="speak">Speak</button> <button id="send">Send</button></form><script type="module" src="/form.js"></script>`;

const SCRIPT = `
await import("dashscope-asr/voice-note");
const note = document.getElementById("note");
globalThis.note = note;
document.getElementById("speak").addEventListener("click", () => note.record());
globalThis.ready = true;
`;

/**
 * @param {string} name @param {() => Promise<import("./page.mjs").Engine>} launch
 * @param {{ file: RegExp }} expected name of the file that this browser records
 */
export function testVoiceNote(name, launch, expected) {
  describe(`<voice-note> in ${name}`, () => {
    let emulator;
    let site;
    let engine;
    const sink = formSink();

    before(async () => {
      emulator = await startEmulator();
      site = await startPages({ "/form": FORM }, { "/form.js": SCRIPT }, { upstream: emulator.url, serve: sink.serve });
      engine = await launch();
    });
    after(async () => {
      await engine?.close();
      await site?.close();
      await emulator?.close();
    });

    test("what was said is in the form that is sent, and the recording with it", async () => {
      const context = await engine.browser.newContext();
      const page = await context.newPage();
      try {
        await visit(page, `${site.url}/form`);
        const path = convertSpeech(short.name, BREATH, `${short.name}-after-a-breath.wav`);
        const say = await engine.microphone(page, path);
        assert.equal(await page.evaluate(() => globalThis.note.matches(":invalid")), true);
        // WebKit lets no sound begin but by a press, which WebDriver cannot aim into a shadow tree.
        await page.click("#speak");
        await page
          .waitForFunction(() => globalThis.note.state.phase === "recording")
          .catch(async (cause) => {
            throw new Error(await page.evaluate(() => JSON.stringify(globalThis.note.state)), { cause });
          });
        await say();
        await page.waitForTimeout(1000);
        await page.evaluate(() => globalThis.note.shadowRoot.querySelector("[part~=record]").click());
        await page.waitForFunction(() => globalThis.note.state.phase === "done" || globalThis.note.state.trouble);
        const state = await page.evaluate(() => {
          const { phase, safety, trouble } = globalThis.note.state;
          return { phase, safety, problem: trouble?.code ?? "", isValid: globalThis.note.matches(":valid") };
        });
        assert.deepEqual(state, { phase: "done", safety: "kept", problem: "", isValid: true });
        await page.click("#send");
        while (!sink.sent) await page.waitForTimeout(50);
        const form = await sink.sent;
        assert.ok(wordErrors(short.words, form.get("note")).rate <= 0.25, form.get("note"));
        assert.match(form.get("sound").name, expected.file);
        assert.ok(form.get("sound").size > 5000);
      } finally {
        await context.close();
      }
    });
  });
}
