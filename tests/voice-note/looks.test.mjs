// How <voice-note> looks and reads in its states and languages: judged by axe, and kept as pictures in target/screenshots.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { inProject } from "../../scripts/build/paths.mjs";
import { launchBrowser, screenshot } from "../www/site.mjs";
import { newPage, startPages, visit } from "./page.mjs";

const AXE = readFileSync(inProject("node_modules", "axe-core", "axe.min.js"), "utf8");

const PAGE = `<main><h1>Notes</h1><form><label for="note">Note</label> <voice-note id="note" name="note"></voice-note></form></main>
<script type="module" src="/looks.js"></script>`;

const SCRIPT = `
await import("dashscope-asr/voice-note");
const note = document.getElementById("note");
globalThis.note = note;
const never = new Promise(() => {});
note.asr = {
  stream: () => ({
    async *[Symbol.asyncIterator]() {
      yield { type: "delta", text: "And so, my fellow" };
      if (globalThis.waits) await never;
    },
    async final() {
      if (globalThis.fails) throw Object.assign(new Error("no"), { code: "connection_error", retryable: true });
      return { text: "And so, my fellow Americans: ask not what your country can do for you.", noSpeech: false, segments: [], channels: [] };
    },
  }),
};
globalThis.ready = true;
`;

let site;
let browser;
before(async () => {
  site = await startPages({ "/looks": PAGE }, { "/looks.js": SCRIPT });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** What axe finds wrong, by WCAG 2.2 AA and its own advice. */
async function problemsOf(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => [id, String(target), failureSummary]),
    );
  });
}

/** The element in each of its states, one after the other. */
async function throughStates(page, look) {
  const phase = (wanted) => page.waitForFunction((name) => globalThis.note.state.phase === name, wanted);
  const act = (name) => page.evaluate((method) => void globalThis.note[method](), name);
  await look("idle");
  await act("record");
  await phase("recording");
  await page.waitForFunction(() => globalThis.note.state.seconds > 0.8);
  await look("recording");
  await page.evaluate(() => {
    globalThis.waits = true;
  });
  await act("stop");
  await page.waitForFunction(() => globalThis.note.value !== "");
  await look("transcribing");
  await act("cancel");
  await page.evaluate(() => Object.assign(globalThis, { waits: false, fails: true }));
  await act("transcribe");
  await page.waitForFunction(() => globalThis.note.state.trouble);
  await look("failed");
  await page.evaluate(() => Object.assign(globalThis, { fails: false }));
  await act("transcribe");
  await phase("done");
  await look("done");
}

const LOOKS = {
  light: {},
  dark: { context: { colorScheme: "dark" }, scheme: "dark" },
  "right to left": { direction: "rtl", context: { viewport: { width: 390, height: 700 } } },
  "forced colours": { context: { forcedColors: "active", reducedMotion: "reduce" } },
};

describe("the element", () => {
  for (const [name, { context, scheme = "light", direction = "ltr" }] of Object.entries(LOOKS)) {
    test(`${name}: nothing that axe minds in any state`, async () => {
      const page = await newPage(browser, { bypassCSP: true, ...context });
      await visit(page, `${site.url}/looks`);
      await page.addStyleTag({
        content: `:root { color-scheme: ${scheme}; background: Canvas; color: CanvasText; font-family: sans-serif; }`,
      });
      await page.evaluate((value) => {
        document.documentElement.dir = value;
      }, direction);
      await throughStates(page, async (state) => {
        await screenshot(page, `voice-note-${name.replaceAll(" ", "-")}-${state}`);
        assert.deepEqual(await problemsOf(page), [], state);
      });
      await page.context().close();
    });
  }

  test("it moves only where people do not mind", async () => {
    const page = await newPage(browser, { reducedMotion: "reduce" });
    await visit(page, `${site.url}/looks`);
    const moving = await page.evaluate(() => {
      const bar = globalThis.note.shadowRoot.querySelector("[part=level] > div");
      return [getComputedStyle(bar).transitionDuration, document.getAnimations().length];
    });
    assert.deepEqual(moving, ["0s", 0]);
    await page.context().close();
  });

  for (const [language, record, said] of [
    ["en-GB", "Record", "en"],
    ["de-AT", "Aufnehmen", "de"],
    ["es", "Grabar", "es"],
    ["ja", "録音", "ja"],
    ["zh-Hant-TW", "录音", "zh"],
    ["fr", "Record", "en"],
  ]) {
    test(`in ${language} it says "${record}"`, async () => {
      const page = await newPage(browser);
      await page.addInitScript((tag) => {
        document.addEventListener("readystatechange", () => {
          document.documentElement.lang = tag;
        });
      }, language);
      await visit(page, `${site.url}/looks`);
      const found = await page.evaluate(() => {
        const { shadowRoot } = globalThis.note;
        const words = [...shadowRoot.querySelectorAll("button")].map(({ textContent }) => textContent);
        return [words[0], shadowRoot.querySelector("[part=group]").lang, words.every((word) => word !== "")];
      });
      assert.deepEqual(found, [record, said, true]);
      await page.context().close();
    });
  }

  test("its parts and variables are for the page to change", async () => {
    const page = await newPage(browser, { bypassCSP: true });
    await visit(page, `${site.url}/looks`);
    await page.addStyleTag({
      content:
        "voice-note { --voice-note-radius: 3px; inline-size: 20em; } voice-note::part(record) { text-transform: uppercase; }",
    });
    const found = await page.evaluate(() => {
      const { borderRadius, textTransform } = getComputedStyle(globalThis.note.shadowRoot.querySelector("button"));
      return [borderRadius, textTransform, getComputedStyle(globalThis.note).inlineSize];
    });
    assert.deepEqual(found, ["3px", "uppercase", "320px"]);
    await page.context().close();
  });
});
