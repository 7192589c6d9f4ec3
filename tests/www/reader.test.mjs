// Words with times: they light up while they are heard, play when pressed, become files; and notes stay in the browser.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk, recordings } from "../fixtures/recordings.mjs";
import { noteOnDisk } from "./notes-on-disk.mjs";
import {
  downloaded,
  dropFile,
  finishedText,
  positionOf,
  recordFor,
  reopen,
  sentencesOf,
  textOf,
} from "./page-steps.mjs";
import { launchBrowser, openPage, screenshot, startSite } from "./site.mjs";

const PHRASES = ["One two three four.", "Five six seven eight.", "Nine ten eleven twelve.", "Thirteen fourteen."];
const WORDS = PHRASES.join(" ");
const DESKTOP = { viewport: { width: 1100, height: 900 } };

let site;
let browser;
let page;

before(async () => {
  site = await startSite({ emulator: { recogniser: createScriptedRecogniser(PHRASES) } });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});

afterEach(async () => {
  await page?.context().close();
  site.emulator.requests.length = 0;
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function openRead(recognition = "words", options = DESKTOP) {
  page = await openPage(browser, site.url, options);
  await page.click(".options summary");
  await page.check(`#recognition input[value=${recognition}]`);
  await page.click(".options summary");
  await dropFile(page, jfk.path);
  await finishedText(page);
}

const heardWord = () => page.evaluate(() => document.querySelector(".word.heard")?.textContent);
const waitForHeard = (word) =>
  page.waitForFunction((wanted) => document.querySelector(".word.heard")?.textContent === wanted, word);
const isPlaying = async () => (await page.getAttribute("#listen", "aria-pressed")) === "true";

describe("the words", () => {
  test("are listed in sentences with their times, and are the text", async () => {
    await openRead();
    const sentences = await sentencesOf(page);
    assert.deepEqual(
      sentences.map(({ text }) => text),
      PHRASES,
    );
    assert.deepEqual(
      sentences.map(({ time }) => time),
      ["0:00", "0:01", "0:02", "0:03"],
    );
    assert.equal(sentences[0].speaker, undefined);
    assert.equal(await page.locator(".word").count(), 14);
    assert.equal(await textOf(page), WORDS);
    assert.deepEqual(page.complaints, []);
  });

  test("light up one after the other while they are heard", async () => {
    await openRead();
    await page.evaluate(() => {
      // Slowly: where there is much else to do, a page never draws a word of a quarter of a second.
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = function () {
        this.playbackRate = 0.5;
        return play.call(this);
      };
      globalThis.seen = [];
      const look = () => {
        const heard = [...document.querySelectorAll(".word.heard")].map((word) => word.textContent);
        if (heard.length > 1) globalThis.seen.push("two at once");
        if (heard[0] && heard[0] !== globalThis.seen.at(-1)) globalThis.seen.push(heard[0]);
        requestAnimationFrame(look);
      };
      look();
    });
    await page.click("#listen");
    await page.waitForFunction(() => globalThis.seen.at(-1) === "fourteen.");
    const seen = await page.evaluate(() => globalThis.seen);
    assert.deepEqual(seen, WORDS.split(" "));
    await page.click("#listen");
    await page.waitForSelector("#listen[aria-pressed=false]");
  });

  test("play from where they are pressed", async () => {
    await openRead();
    await page.click(".word:text-is('ten')");
    await waitForHeard("ten");
    assert.equal(await isPlaying(), true);
    assert.equal(await positionOf(page), 2);
    await page.click(".word:text-is('Five')");
    await waitForHeard("Five");
  });

  test("can be marked to copy them without being played", async () => {
    await openRead();
    const [from, to] = await Promise.all([
      page.locator(".word:text-is('One')").boundingBox(),
      page.locator(".word:text-is('four.')").boundingBox(),
    ]);
    await page.mouse.move(from.x + 1, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width - 1, to.y + to.height / 2, { steps: 5 });
    await page.mouse.up();
    assert.match(await page.evaluate(() => String(getSelection())), /One two three/);
    assert.equal(await isPlaying(), false);
  });

  test("are one stop for the Tab key, and arrows go through them", async () => {
    await openRead();
    assert.equal(await page.locator("#segments [tabindex='0']").count(), 1);
    await page.focus("#copy");
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.equal(await focused(), "Play from 0 seconds");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "Play from 2 seconds");
    await page.keyboard.press("Enter");
    await waitForHeard("Nine");
    await page.keyboard.press("p");
    await page.waitForSelector("#listen[aria-pressed=false]");
    const before = await heardWord();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction((word) => document.querySelector(".word.heard")?.textContent !== word, before);
    await page.keyboard.press("End");
    assert.equal(await focused(), "Play from 3 seconds");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.value), "txt");
    await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(), "Play from 3 seconds", "it is remembered where one was");
  });

  test("carry the names of the speakers, each in a colour", async () => {
    page = await openPage(browser, site.url, DESKTOP);
    await page.route("**/api/result?*", async (route) => {
      const response = await route.fetch({ headers: { ...route.request().headers(), origin: site.url } });
      const document = await response.json();
      document.transcripts[0].sentences.forEach((sentence, index) => {
        sentence.speaker_id = [0, 1, 1, 0][index] ?? 0;
      });
      await route.fulfill({ response, json: document });
    });
    await page.click(".options summary");
    await page.check("#recognition input[value=speakers]");
    await page.click(".options summary");
    await dropFile(page, jfk.path);
    await finishedText(page);
    const names = (await sentencesOf(page)).map(({ speaker }) => speaker);
    assert.deepEqual(names, ["Speaker 1", "Speaker 2", undefined, "Speaker 1"], "named where somebody else begins");
    const colours = await page.$$eval(".speaker", (labels) => labels.map((label) => getComputedStyle(label).color));
    assert.notEqual(colours[0], colours[1]);
    assert.equal(colours[0], colours[2]);
    const { content } = await downloaded(page, "vtt");
    assert.match(content, /Speaker 2/);
    await page.click(".word:text-is('Six'), .word:text-is('six')");
    await screenshot(page, "speakers");
  });
});

describe("the files", () => {
  test("are text, subtitles and data, named after the recording", async () => {
    await openRead();
    const srt = await downloaded(page, "srt");
    assert.equal(srt.name, "jfk.srt");
    const cues = parseSrt(srt.content);
    assert.equal(cues.map(({ text }) => text).join(" "), WORDS);
    for (const [index, cue] of cues.entries()) {
      assert.ok(cue.begin < cue.end, JSON.stringify(cue));
      assert.ok(index === 0 || cues[index - 1].end <= cue.begin, "they do not overlap");
    }
    const vtt = await downloaded(page, "vtt");
    assert.equal(vtt.name, "jfk.vtt");
    assert.match(vtt.content, /^WEBVTT\n\n/);
    assert.match(vtt.content, /Thirteen fourteen\./);
    const txt = await downloaded(page, "txt");
    assert.equal(txt.name, "jfk.txt");
    assert.equal(txt.content.replace(/\s+/g, " ").trim(), WORDS);
    const json = JSON.parse((await downloaded(page, "json")).content);
    assert.equal(json.text, WORDS);
    assert.equal(json.segments.length, 4);
    assert.equal(json.segments[0].words.length, 4);
  });

  test("give the text as it was edited", async () => {
    await openRead();
    await page.click("#view-text");
    assert.equal(await page.isVisible("#segments"), false);
    await page.fill("#text", "Edited.");
    assert.equal((await downloaded(page, "txt")).content, "Edited.");
    await page.click("#view-words");
    assert.equal(await page.isVisible("#segments"), true);
  });

  test("of a text without times are no subtitles", async () => {
    page = await openPage(browser, site.url);
    await dropFile(page, jfk.path);
    await finishedText(page);
    const offered = await page.$$eval("#downloads button", (buttons) =>
      buttons.filter((button) => button.checkVisibility()).map((button) => button.value),
    );
    assert.deepEqual(offered, ["txt", "json"]);
    assert.equal(await page.isVisible("#views"), false);
  });
});

describe("notes", () => {
  test("stay: opened again after a reload they have words, times and sound", async () => {
    await openRead();
    // The audio goes to the disk while the words are read.
    await noteOnDisk(page, ({ transcript, isComplete }) => transcript && isComplete);
    await page.reload();
    await page.waitForSelector("#saved", { state: "visible" });
    assert.match(await page.textContent("#saved-list"), /jfk\.wav.*0:1[01].*One two three/);
    await page.getByRole("button", { name: "Open jfk.wav" }).click();
    await page.waitForSelector("#reader", { state: "visible" });
    assert.equal((await sentencesOf(page)).length, 4);
    await page.waitForSelector("#position", { state: "visible" });
    await page.click(".word:text-is('seven')");
    await waitForHeard("seven");
    assert.equal((await downloaded(page, "srt")).name, "jfk.srt");
    assert.equal(site.emulator.requests.filter(({ path }) => path.endsWith("/transcription")).length, 1);
  });

  test("can be renamed, and keep their name", async () => {
    await openRead();
    await page.click("#renew");
    await page.getByRole("button", { name: "Rename jfk.wav" }).click();
    assert.equal(await page.evaluate(() => document.activeElement.value), "jfk.wav");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Rename jfk.wav" }).click();
    await page.keyboard.type("Counting / part 1");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Open Counting / part 1" }).waitFor();
    const focused = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.equal(focused, "Open Counting / part 1");
    await page.reload();
    await page.getByRole("button", { name: "Open Counting / part 1" }).click();
    await page.waitForFunction(() => document.getElementById("source-name").textContent === "Counting / part 1");
    assert.equal((await downloaded(page, "txt")).name, "Counting part 1.txt");
  });

  test("of files and recordings stand together, newest first, and can all be deleted", async () => {
    page = await openPage(browser, site.url);
    await dropFile(page, jfk.path);
    await finishedText(page);
    assert.equal(await page.isVisible("#delete-all"), false);
    await page.click("#renew");
    await dropFile(page, recordings[1].path);
    await finishedText(page);
    await page.click("#renew");
    await recordFor(page, 1200);
    await finishedText(page);
    await page.click("#renew");
    await page.locator("#saved-list li >> nth=2").waitFor();
    const titles = await page.$$eval("#saved-list strong", (items) => items.map((item) => item.textContent));
    assert.match(titles[0], /\d{4}.*0:01$/);
    assert.deepEqual(titles.slice(1), ["libri_0870.wav", "jfk.wav"]);
    await page.click("#delete-all");
    assert.match(await page.textContent("#confirm-words"), /all 3 recordings/);
    await page.click("#confirm button[value=no]");
    assert.equal(await page.locator("#saved-list li").count(), 3);
    await page.click("#delete-all");
    await page.click("#confirm button[value=yes]");
    await page.waitForSelector("#saved", { state: "hidden" });
    await reopen(page);
    assert.equal(await page.isVisible("#saved"), false);
    const left = await page.evaluate(async () => {
      const { promise, resolve } = Promise.withResolvers();
      const request = indexedDB.open("dashscope-asr-demo");
      request.onsuccess = () => {
        const all = request.result.transaction("pieces").objectStore("pieces").count();
        all.onsuccess = () => resolve(all.result);
      };
      return promise;
    });
    assert.equal(left, 0, "no sound is left behind");
  });

  test("keep what was edited", async () => {
    await openRead();
    await page.click("#view-text");
    await page.fill("#text", "Edited by hand.");
    await noteOnDisk(page, ({ text }) => text === "Edited by hand.");
    await page.reload();
    await page.waitForSelector("#saved", { state: "visible" });
    assert.match(await page.textContent("#saved-list"), /Edited by hand\./);
  });
});

function parseSrt(content) {
  const milliseconds = (text) => {
    const [hours, minutes, seconds, rest] = text.split(/[:,]/).map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest;
  };
  const blocks = content.trim().split(/\r?\n\r?\n/);
  return blocks.map((block, index) => {
    const [number, times, ...lines] = block.split(/\r?\n/);
    assert.equal(Number(number), index + 1);
    const [, begin, end] = /^(\d\d:\d\d:\d\d,\d{3}) --> (\d\d:\d\d:\d\d,\d{3})$/.exec(times);
    return { begin: milliseconds(begin), end: milliseconds(end), text: lines.join(" ") };
  });
}
