// The words are on the screen when they come, on every screen: nobody has to scroll for them.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { dropFile, finishedText, recordFor } from "./page-steps.mjs";
import { launchBrowser, openPage, startSite } from "./site.mjs";

const SHORT = "Only these few words.";
const LONG = Array.from(
  { length: 30 },
  (_, index) => `Sentence ${index + 1} says that the committee met again, and that nobody knew why.`,
);

/** Of a long text: this many lines are what makes it worth looking at. */
const LINES = 3;

let heard = SHORT;
let site;
let browser;
let page;

before(async () => {
  site = await startSite({ emulator: { recogniser: createScriptedRecogniser(() => heard, { pauseMs: 4 }) } });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});

afterEach(async () => {
  await page?.context().close();
  await fetch(`${site.emulator.url}/_emulator/faults`, { method: "DELETE" });
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const phone = (width, height) => ({
  viewport: { width, height },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
});

/** Every size, and both colours. */
const SCREENS = [
  ["1200 × 900", { viewport: { width: 1200, height: 900 } }],
  ["a phone, dark", { ...phone(390, 844), colorScheme: "dark" }],
  ["a small phone", phone(360, 640)],
  ["a phone held sideways, dark", { ...phone(844, 390), colorScheme: "dark" }],
];
const [DESKTOP, , SMALL_PHONE] = SCREENS;

/** Where things are on the screen, in pixels from its top. */
function places() {
  const text = document.getElementById("text");
  const words = text.checkVisibility() ? text : document.getElementById("segments");
  const { top, bottom } = words.getBoundingClientRect();
  const lineHeight = Number.parseFloat(getComputedStyle(words).lineHeight);
  const stage = document.getElementById("stage").getBoundingClientRect();
  return {
    top,
    bottom,
    lineHeight,
    height: innerHeight,
    scrolled: scrollY,
    stageTop: stage.top,
    below: text.scrollHeight - text.scrollTop - text.clientHeight,
  };
}

/** How long a calm scroll may take on a machine with much else to do. */
const SCROLL_MS = 10_000;
const STILL_MS = 300;

const isReadable = ({ top, bottom, lineHeight, height }) =>
  top >= 0 && Math.min(bottom, top + LINES * lineHeight) <= height;

/**
 * The text begins on the screen, below what sticks to its top, and all of it or several lines can be read; and it stays there. A
 * page that stands still has not always arrived: on a busy machine a calm scroll begins late.
 */
async function assertReadable(when) {
  const until = Date.now() + SCROLL_MS;
  let now = await page.evaluate(places);
  let before;
  do {
    before = now;
    await page.waitForTimeout(STILL_MS);
    now = await page.evaluate(places);
  } while ((now.scrolled !== before.scrolled || !isReadable(now)) && Date.now() < until);
  const { top, bottom, height } = now;
  assert.ok(isReadable(now), `${when}: words from ${top} to ${bottom} on a screen of ${height}`);
}

const phaseIs = (name) =>
  page.waitForFunction((wanted) => document.documentElement.dataset.phase === wanted, name, { polling: 20 });

for (const [name, options] of SCREENS) {
  describe(`on ${name}`, () => {
    test("the button to record is on the screen, and so are the words after it, and nothing scrolls", async () => {
      page = await openPage(browser, site.url, options);
      if (options.viewport.height > 400) {
        const record = await page.locator("#record").boundingBox();
        assert.ok(record.y + record.height <= options.viewport.height, "the button");
      }
      heard = SHORT;
      await recordFor(page, 1200);
      assert.equal(await finishedText(page), SHORT);
      await assertReadable("after a recording");
      heard = LONG.join(" ");
      await dropFile(page, jfk.path);
      assert.equal(await finishedText(page), heard);
      await assertReadable("after a file");
    });

    test("the newest words are on the screen while they arrive, and the first ones when all are there", async () => {
      page = await openPage(browser, site.url, options);
      heard = LONG.join(" ");
      site.emulator.arm({ fault: "stall=5000,stall-after=200" });
      await dropFile(page, jfk.path);
      await page.waitForFunction(() => document.getElementById("text").value.length > 900);
      await page.waitForFunction(
        () => {
          const { value } = document.getElementById("text");
          const before = globalThis.arrived;
          globalThis.arrived = value;
          return value === before;
        },
        undefined,
        { polling: 300 },
      );
      await phaseIs("busy");
      const { top, bottom, height, below } = await page.evaluate(places);
      assert.ok(top >= 0 && bottom <= height, `from ${top} to ${bottom} on a screen of ${height}`);
      assert.ok(below < 10, `${below} px of text below the edge of the box`);
      assert.equal(await finishedText(page), heard);
      await assertReadable("at the end");
      const { scrolled } = await page.evaluate(places);
      assert.equal(scrolled, 0);
      const hasBox = await page.$eval("#text", (text) => text.scrollHeight > text.clientHeight + 1);
      assert.equal(hasBox, false, "nothing scrolls inside the page any more");
    });

    test("words with times begin on the screen too", async () => {
      page = await openPage(browser, site.url, options);
      heard = LONG;
      await page.click(".options summary");
      await page.check("#recognition input[value=words]");
      await page.evaluate(() => document.getElementById("code").scrollIntoView());
      await dropFile(page, jfk.path);
      await finishedText(page);
      await assertReadable("after a task");
    });
  });
}

describe("a long list of earlier recordings", () => {
  /** As many notes as somebody makes in a month. */
  async function keepMany(count) {
    await page.evaluate(async (many) => {
      const request = indexedDB.open("dashscope-asr-demo");
      const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const transaction = database.transaction(["drafts"], "readwrite");
      for (let index = 0; index < many; index += 1) {
        const startedAt = Date.UTC(2026, 9, 1) + index * 3_600_000;
        const text = `Note ${index}`;
        const transcript = { text, segments: [], noSpeech: false };
        transaction.objectStore("drafts").put({
          id: `note-${index}`,
          mimeType: "audio/webm",
          startedAt,
          seconds: 2,
          text,
          transcript,
        });
      }
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    }, count);
    await page.reload();
    await page.waitForSelector("#saved-list li >> nth=30");
  }

  for (const [name, options] of [
    DESKTOP,
    SMALL_PHONE,
    ["1200 × 900, calm", { ...DESKTOP[1], reducedMotion: "reduce" }],
  ]) {
    test(`on ${name}: neither recording nor opening the last of them leaves the words off the screen`, async () => {
      page = await openPage(browser, site.url, options);
      await keepMany(40);
      heard = SHORT;
      await recordFor(page, 1200);
      await finishedText(page);
      await assertReadable("after a recording");

      await page.click("#renew");
      await page.waitForSelector("#saved-list li >> nth=40");
      const last = page.locator("#saved-list .open").last();
      await last.scrollIntoViewIfNeeded();
      await last.click();
      await phaseIs("ready");
      await assertReadable("after opening the last one");
      assert.equal(await page.inputValue("#text"), "Note 0");

      // By key from the end of the page: what begins is seen to begin.
      await page.keyboard.press("Escape");
      await page.evaluate(() => scrollTo({ top: document.body.scrollHeight, behavior: "instant" }));
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press("r");
      await page.waitForSelector("#record[aria-pressed=true]");
      await page.waitForFunction(() => {
        const { top, bottom } = document.getElementById("record").getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      });
    });
  }
});

test("whoever scrolls back while words arrive is left there", async () => {
  page = await openPage(browser, site.url, SMALL_PHONE[1]);
  heard = LONG.join(" ");
  site.emulator.arm({ fault: "stall=900,stall-after=150" });
  await dropFile(page, jfk.path);
  await page.waitForFunction(() => document.getElementById("text").scrollTop > 100);
  const kept = await page.evaluate(() => {
    const text = document.getElementById("text");
    text.scrollTop = 20;
    return { length: text.value.length };
  });
  await page.waitForFunction(({ length }) => document.getElementById("text").value.length > length + 300, kept);
  assert.equal(await page.getAttribute("#result", "class"), "card result writing");
  assert.equal(await page.$eval("#text", (text) => text.scrollTop), 20);
  await finishedText(page);
});

test("the tab order follows the eye: player, words, list", async () => {
  page = await openPage(browser, site.url, DESKTOP[1]);
  heard = SHORT;
  await recordFor(page, 1200);
  await finishedText(page);
  const order = [];
  await page.evaluate(() => document.querySelector(".skip").focus());
  for (let step = 0; step < 7; step += 1) {
    await page.keyboard.press("Tab");
    order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.value));
  }
  assert.deepEqual(order, ["position", "renew", "transcribe", "play", "copy", "text", "txt"]);
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Speak. Read.");
});
