// Somebody speaks into the microphone and reads what they said: real browser, real recogniser.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { jfk } from "../fixtures/recordings.mjs";
import { audioSent, errorRate, factsOf, finishedText, recordFor, textOf } from "./page-steps.mjs";
import { launchBrowser, openPage, screenshot, startSite } from "./site.mjs";

const JFK_MS = 11_400;

let site;
let browser;

before(async () => {
  site = await startSite();
});

afterEach(async () => {
  await browser?.close();
  site.emulator.requests.length = 0;
});

after(() => site?.close());

describe("speaking", () => {
  test("what was said is what appears, while it is recognised", async () => {
    browser = await launchBrowser({ microphone: "jfk" });
    const page = await openPage(browser, site.url);
    await page.evaluate(() => {
      globalThis.seen = [];
      const text = document.getElementById("text");
      setInterval(() => text.value !== globalThis.seen.at(-1) && globalThis.seen.push(text.value), 5);
    });
    await recordFor(page, JFK_MS);
    const text = await finishedText(page);
    assert.ok(errorRate(jfk.words, text) <= 0.15, text);

    const seen = await page.evaluate(() => globalThis.seen);
    assert.ok(seen.filter((each) => each !== "").length > 1, "the text comes in pieces");
    const facts = await factsOf(page);
    assert.equal(facts.Language, "English");
    assert.equal(facts.Emotion, "neutral");
    assert.match(facts.Billed, /^1[12] s$/);
    assert.match(facts.Request, /^[0-9a-f-]{36}$/);
    assert.equal(audioSent(site.emulator)[0].mediaType, "audio/webm");
    assert.deepEqual(page.complaints, []);
    await screenshot(page, "spoken");
  });

  test("a pause is not recorded and time stands still", async () => {
    browser = await launchBrowser({ microphone: "jfk", repeat: true });
    const page = await openPage(browser, site.url);
    await page.click("#record");
    await page.waitForSelector("#pause", { state: "visible" });
    await page.waitForTimeout(2500);
    await page.click("#pause");
    assert.equal(await page.getAttribute("#pause", "aria-pressed"), "true");
    const before = await page.textContent("#elapsed");
    await page.waitForTimeout(2500);
    assert.equal(await page.textContent("#elapsed"), before);
    await page.click("#pause");
    await page.waitForTimeout(1500);
    await page.click("#record");
    await finishedText(page);
    const length = await page.textContent("#remaining");
    assert.match(length, /of 0:0[345]/);
  });

  test("a recording in MP4, as Safari makes it, is sent as WAV", async () => {
    browser = await launchBrowser({ microphone: "jfk" });
    const context = await browser.newContext({ permissions: ["microphone"] });
    await context.addInitScript(() => {
      const supported = MediaRecorder.isTypeSupported.bind(MediaRecorder);
      MediaRecorder.isTypeSupported = (type) => type.startsWith("audio/mp4") && supported(type);
    });
    const page = await context.newPage();
    await page.goto(site.url);
    await page.waitForSelector("html[data-ready]");
    await recordFor(page, JFK_MS);
    const text = await finishedText(page);
    assert.ok(errorRate(jfk.words, text) <= 0.15, text);
    const [sent] = audioSent(site.emulator);
    assert.equal(sent.mediaType, "audio/wav");
    // 16 kHz, mono, 16 bits.
    assert.ok(Math.abs(sent.bytes - 44 - 32 * JFK_MS) < 32_000, `${sent.bytes} bytes`);
  });

  test("silence is an answer, not an error", async () => {
    browser = await launchBrowser({ microphone: "jfk" });
    const page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "empty-content" });
    await recordFor(page, 1500);
    assert.equal(await finishedText(page), "");
    assert.match(await page.textContent("#status"), /No speech was heard/);
    assert.equal(await page.isVisible("#trouble"), false);
  });

  test("a new recording leaves the old one in the list, and it can be opened again", async () => {
    browser = await launchBrowser({ microphone: "jfk", repeat: true });
    const page = await openPage(browser, site.url);
    await recordFor(page, 3000);
    const first = await finishedText(page);
    await page.click("#renew");
    await recordFor(page, 2000);
    await finishedText(page);
    assert.equal(await page.locator("#saved-list li").count(), 1);
    // Where reading the list takes a while, its words must not stand there while it is still offered.
    await page.evaluate(() => {
      const query = navigator.locks.query.bind(navigator.locks);
      navigator.locks.query = () => new Promise((resolve) => setTimeout(() => resolve(query()), 500));
    });
    await page.click("#saved-list button >> nth=0");
    await page.waitForFunction((words) => document.getElementById("text").value === words, first);
    assert.equal(await textOf(page), first);
    assert.equal(await page.locator("#saved-list li").count(), 1);
  });
});
