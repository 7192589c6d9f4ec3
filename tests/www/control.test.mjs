// Who is in charge: cancelling at every step, keys, options that stay, the microphone's leave.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { dropFile, finishedText, recordFor, statusOf, textOf, troubleShown } from "./page-steps.mjs";
import { launchBrowser, openPage, startSite } from "./site.mjs";

const WORDS = "One two three four five six seven eight nine ten.";

let site;
let browser;
let page;

before(async () => {
  site = await startSite({ emulator: { recogniser: createScriptedRecogniser(WORDS, { pauseMs: 60 }) } });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});

afterEach(async () => {
  await page?.context().close();
  site.emulator.requests.length = 0;
  await fetch(`${site.emulator.url}/_emulator/faults`, { method: "DELETE" });
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const lastBody = () => site.emulator.requests.at(-1).body;

async function chooseOptions(choose) {
  await page.click(".options summary");
  await choose();
  await page.click(".options summary");
}

describe("cancelling", () => {
  test("while the service has not answered yet", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "delay=20000" });
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => /Listening|Sending/.test(document.getElementById("status").textContent));
    await page.click("#cancel");
    assert.match(await statusOf(page), /^Cancelled/);
    assert.equal(await page.isVisible("#trouble"), false);
    await page.click("#transcribe");
    assert.equal(await finishedText(page), WORDS);
  });

  test("while the words arrive", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "stall=20000,stall-after=3" });
    await recordFor(page, 1500);
    await page.waitForFunction(() => document.getElementById("text").value !== "");
    await page.keyboard.press("Escape");
    assert.match(await statusOf(page), /^Cancelled. The recording is still here/);
    const kept = await textOf(page);
    assert.ok(kept !== "" && WORDS.startsWith(kept), kept);
    await page.waitForTimeout(300);
    assert.equal(await textOf(page), kept, "nothing arrives any more");
    await page.keyboard.press("Enter");
    assert.equal(await finishedText(page), WORDS);
  });
});

describe("keys", () => {
  test("do everything without a mouse", async () => {
    page = await openPage(browser, site.url);
    await page.keyboard.press("r");
    await page.waitForSelector("#record[aria-pressed=true]");
    await page.waitForTimeout(700);
    await page.keyboard.press("p");
    assert.equal(await page.getAttribute("#pause", "aria-pressed"), "true");
    await page.keyboard.press("p");
    assert.equal(await page.getAttribute("#pause", "aria-pressed"), "false");
    await page.waitForTimeout(700);
    await page.keyboard.press("Space");
    assert.equal(await finishedText(page), WORDS);
    await page.keyboard.press("p");
    await page.waitForSelector("#play[aria-pressed=true]");
    await page.keyboard.press("p");
    await page.waitForSelector("#play[aria-pressed=false]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("#record", { state: "visible" });
  });

  test("ask before a recording is thrown away, and Escape means no", async () => {
    page = await openPage(browser, site.url);
    await page.keyboard.press("r");
    await page.waitForSelector("#record[aria-pressed=true]");
    await page.waitForTimeout(1200);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#confirm[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("#confirm:not([open])", { state: "attached" });
    assert.equal(await page.getAttribute("#record", "aria-pressed"), "true");
  });

  test("leave typing alone", async () => {
    page = await openPage(browser, site.url);
    await page.focus("#url");
    await page.keyboard.type("r p c");
    assert.equal(await page.inputValue("#url"), "r p c");
    await chooseOptions(async () => {
      await page.focus("#context");
      await page.keyboard.type("r p\nc");
    });
    assert.equal(await page.inputValue("#context"), "r p\nc");
    assert.equal(await page.getAttribute("#record", "aria-pressed"), "false");
    assert.equal(await page.isVisible("#pause"), false);
  });

  test("Space on a button is that button", async () => {
    page = await openPage(browser, site.url);
    await page.focus("#sample");
    await page.keyboard.press("Space");
    assert.equal(await finishedText(page), WORDS);
    assert.equal(await page.textContent("#source-name"), "Sample: John F. Kennedy, 1961");
  });

  test("the focus goes on when its button disappears", async () => {
    page = await openPage(browser, site.url);
    await page.focus("#record");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#record[aria-pressed=true]");
    await page.waitForTimeout(900);
    await page.keyboard.press("Enter");
    await finishedText(page);
    const focused = await page.evaluate(() => document.activeElement?.id);
    assert.equal(focused, "transcribe");
  });
});

describe("options", () => {
  test("reach the service and are remembered", async () => {
    page = await openPage(browser, site.url);
    await chooseOptions(async () => {
      await page.selectOption("#language", "en");
      await page.check("#enable-itn");
      await page.fill("#context", "Bulge Bracket");
      await page.uncheck("#start-at-once");
    });
    await dropFile(page, jfk.path);
    await page.waitForSelector("#transcribe", { state: "visible" });
    assert.equal(site.emulator.requests.length, 0, "nothing is sent before it is asked for");
    await page.click("#transcribe");
    await finishedText(page);
    const { input, parameters, model } = lastBody();
    assert.equal(model, "qwen3-asr-flash");
    assert.deepEqual(parameters.asr_options, { language: "en", enable_itn: true });
    assert.deepEqual(input.messages[0], { role: "system", content: [{ text: "Bulge Bracket" }] });

    await page.reload();
    await page.waitForSelector("html[data-ready]");
    assert.equal(await page.inputValue("#language"), "en");
    assert.equal(await page.isChecked("#enable-itn"), true);
    assert.equal(await page.isChecked("#start-at-once"), false);
    assert.equal(await page.inputValue("#context"), "Bulge Bracket");
  });

  test("offer every language of the service, by name", async () => {
    page = await openPage(browser, site.url);
    const names = await page.$$eval("#language option", (options) => options.map((option) => option.textContent));
    assert.equal(names.length, 1 + 27);
    assert.equal(names[0], "Automatic");
    for (const name of ["Cantonese", "Chinese", "German", "Filipino"]) assert.ok(names.includes(name), name);
  });

  test("name the microphones once recording was allowed", async () => {
    page = await openPage(browser, site.url);
    await recordFor(page, 800);
    await finishedText(page);
    const labels = await page.$$eval("#microphone option", (options) => options.map((option) => option.textContent));
    assert.ok(
      labels.some((label) => /Fake/.test(label)),
      labels.join(),
    );
    assert.equal(await page.isEnabled("#microphone"), true);
  });
});

describe("the microphone", () => {
  async function openWithout(error) {
    page = await openPage(browser, site.url);
    await page.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", name));
    }, error);
    await page.click("#record");
    return troubleShown(page);
  }

  test("blocked: the page says where to allow it, and a file still works", async () => {
    const trouble = await openWithout("NotAllowedError");
    assert.equal(trouble.title, "The microphone is blocked");
    assert.match(trouble.advice, /icon before the address/);
    assert.equal(await page.isVisible("#try-again"), false);
    await dropFile(page, jfk.path);
    assert.equal(await finishedText(page), WORDS);
  });

  test("absent: the page says so", async () => {
    const trouble = await openWithout("NotFoundError");
    assert.equal(trouble.title, "No microphone was found");
  });

  test("unknown to the browser: the page works with files only", async () => {
    const context = await browser.newContext();
    await context.addInitScript(() => {
      Object.defineProperty(globalThis, "MediaRecorder", { value: undefined });
    });
    page = await context.newPage();
    await page.goto(site.url);
    await page.waitForSelector("html[data-ready]");
    assert.equal(await page.textContent("#trouble-title"), "This browser cannot record");
    assert.equal(await page.isDisabled("#record"), true);
    assert.equal(await page.getAttribute("#file", "capture"), "", "a phone opens its own recorder");
    await dropFile(page, jfk.path);
    assert.equal(await finishedText(page), WORDS);
  });
});

describe("playing back", () => {
  test("moves the position, and a click or a key moves it too", async () => {
    page = await openPage(browser, site.url);
    await recordFor(page, 3000);
    await finishedText(page);
    await page.waitForSelector("#position", { state: "visible" });
    await page.click("#play");
    await page.waitForFunction(() => document.getElementById("position").getAttribute("aria-valuenow") !== "0");
    await page.click("#play");
    await page.focus("#position");
    await page.keyboard.press("Home");
    await page.waitForFunction(() => document.getElementById("position").getAttribute("aria-valuenow") === "0");
    const box = await page.locator("#position").boundingBox();
    await page.mouse.click(box.x + box.width * 0.7, box.y + box.height / 2);
    await page.waitForFunction(() => document.getElementById("position").getAttribute("aria-valuenow") === "2");
  });
});

describe("copying", () => {
  test("gives the text as it was edited", async () => {
    page = await openPage(browser, site.url, { permissions: ["microphone", "clipboard-read", "clipboard-write"] });
    await page.click("#sample");
    await finishedText(page);
    await page.fill("#text", "Edited.");
    await page.click("#copy");
    await page.waitForFunction(() => document.getElementById("copy-words").textContent === "Copied");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "Edited.");
  });
});
