// Words while somebody speaks: on the screen, beside the recording, and all of them although the connection was gone.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { audioSent, downloaded, finishedText, recordFor, sentencesOf } from "./page-steps.mjs";
import { launchBrowser, openPage, screenshot, startSite } from "./site.mjs";
import { holdSockets } from "./sockets.mjs";

const WORDS = "These words come while somebody speaks.";
const LONG = Array.from({ length: 12 }, (_, index) => `Sentence ${index + 1} says that the committee met again.`).join(
  " ",
);

const phone = (width, height) => ({
  viewport: { width, height },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
});

/** As in in-view.test.mjs: every size, and both colours. */
const SCREENS = {
  "1200 × 900": { viewport: { width: 1200, height: 900 } },
  "a phone, dark": { ...phone(390, 844), colorScheme: "dark" },
  "a small phone": phone(360, 640),
  "a phone held sideways, dark": { ...phone(844, 390), colorScheme: "dark" },
};

let heard = WORDS;
let site;
let browser;
let page;

before(async () => {
  site = await startSite({
    live: true,
    emulator: {
      recogniser: createScriptedRecogniser((samples) => (typeof heard === "string" ? heard : heard(samples))),
    },
  });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});

afterEach(async () => {
  await page?.context().close();
  heard = WORDS;
  site.emulator.requests.length = 0;
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** What the site can do is known, and the page has what it takes. */
async function open(options) {
  page = await openPage(browser, site.url, options);
  await page.waitForSelector("#upstream[data-kind=emulator]");
}

/** Where something is once nothing scrolls any more. */
async function settledPlace(selector) {
  let place;
  for (let next = await boxOf(selector); JSON.stringify(next) !== JSON.stringify(place); next = await boxOf(selector)) {
    place = next;
    await page.waitForTimeout(150);
  }
  return place;
}

const boxOf = (selector) => page.locator(selector).boundingBox();

const words = () => page.waitForFunction(() => document.getElementById("text").value !== "");

test("words appear while somebody speaks, and are kept with the recording, with their times", async () => {
  await open();
  await page.click("#record");
  await page.waitForSelector("#record[aria-pressed=true]");
  await words();
  assert.equal(await page.getAttribute("html", "data-phase"), "recording");
  assert.equal(await page.getAttribute("#text", "readonly"), "");
  await page.click("#record");
  const text = await finishedText(page);
  assert.match(text, /^These words come/);
  assert.match(await page.textContent("#facts"), /streaming/);
  assert.deepEqual(audioSent(site.emulator), [], "nothing is sent twice");
  assert.equal((await sentencesOf(page))[0].time, "0:00");
  const { content } = await downloaded(page, "srt");
  assert.match(content, /^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\nThese words/);
  assert.deepEqual(page.complaints, []);

  await page.reload();
  await page.waitForSelector("#saved-list .open");
  await page.click("#saved-list .open");
  await page.waitForFunction((kept) => document.getElementById("text").value === kept, text);
});

for (const [name, options] of Object.entries(SCREENS)) {
  test(`on ${name}: the button and the newest words are on the screen together, and nothing moves when they come`, async () => {
    heard = LONG;
    await open(options);
    await page.click("#record");
    await page.waitForSelector("#text", { state: "visible" });
    const button = await settledPlace("#record");
    await page.waitForFunction(() => document.getElementById("text").value.length > 400);
    const { top, bottom, below, height } = await page.evaluate(() => {
      const text = document.getElementById("text");
      const { top, bottom } = text.getBoundingClientRect();
      return { top, bottom, below: text.scrollHeight - text.scrollTop - text.clientHeight, height: innerHeight };
    });
    await screenshot(page, `live-${name.replaceAll(/\W+/g, "-")}`, { fullPage: false });
    assert.deepEqual(await boxOf("#record"), button);
    assert.ok(button.y >= 0 && button.y + button.height <= height, `the button at ${button.y} on ${height}`);
    assert.ok(top >= 0 && bottom <= height, `words from ${top} to ${bottom} on ${height}`);
    assert.ok(below < 10, `${below} px of words below the edge of the box`);
    await page.click("#record");
    assert.match(await finishedText(page), /Sentence 12/);
  });
}

test("words catch up after the connection was gone", async () => {
  // As many words as there was speech.
  heard = (samples) =>
    Array.from({ length: Math.ceil(samples.length / 8000) }, (_, index) => `word${index + 1}`).join(" ");
  await open();
  const sockets = await holdSockets(page);
  await page.click("#record");
  await words();
  const before = await page.inputValue("#text");
  sockets.cut();
  await page.waitForFunction(() => /connection is gone/.test(document.getElementById("status").textContent));
  await page.waitForTimeout(1500);
  sockets.mend();
  await page.waitForFunction(() => /^Recording\. Press/.test(document.getElementById("status").textContent));
  await page.click("#record");
  const text = await finishedText(page);
  const [, seconds] = /0:(\d\d)/.exec(await page.textContent("#remaining"));
  const count = text.split(" ").length;
  assert.ok(count > before.split(" ").length && count >= Number(seconds), `${count} words in ${seconds} s: ${text}`);
  assert.deepEqual(audioSent(site.emulator), []);
});

test("where no socket opens, the words come after the recording, in the usual way", async () => {
  await open();
  const sockets = await holdSockets(page);
  sockets.cut();
  await recordFor(page, 1500);
  assert.equal(await finishedText(page), WORDS);
  assert.equal(audioSent(site.emulator).length, 1);
  assert.equal(await page.isVisible("#trouble"), false);
});
