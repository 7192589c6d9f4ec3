// More than five minutes of real speech through everything: page, edge function, upload, task, recogniser, words, files.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { recordings } from "../fixtures/recordings.mjs";
import { noteOnDisk } from "./notes-on-disk.mjs";
import { downloaded, errorRate, finishedText, positionOf, sentencesOf, textOf } from "./page-steps.mjs";
import { launchBrowser, openPage, screenshot, startSite, temporaryFile } from "./site.mjs";

/** After each recording; recognising silence costs little. */
const PAUSE_SECONDS = 46;

let site;
let browser;

before(async () => {
  site = await startSite();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** All recordings, one after the other. */
function joined() {
  const path = temporaryFile("joined.ogg", "");
  const inputs = recordings.flatMap((recording) => ["-i", recording.path]);
  const pads = recordings.map((_, index) => `[${index}]aresample=16000,apad=pad_dur=${PAUSE_SECONDS}[a${index}]`);
  const all = recordings.map((_, index) => `[a${index}]`).join("");
  const filter = `${pads.join(";")};${all}concat=n=${recordings.length}:v=0:a=1`;
  const encode = ["-filter_complex", filter, "-c:a", "libopus", "-b:a", "32k", path];
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...inputs, ...encode]);
  return path;
}

test("six recordings in one file of more than five minutes", { timeout: 180_000 }, async () => {
  const said = recordings.map(({ words }) => words).join(" ");
  const page = await openPage(browser, site.url, { viewport: { width: 1100, height: 900 } });
  await page.click(".options summary");
  await page.check("#recognition input[value=words]");
  await page.setInputFiles("#file", joined());
  const text = await finishedText(page);
  assert.ok(errorRate(said, text) <= 0.15, text);
  assert.match(await page.textContent("#remaining"), /of 5:1\d/);

  // What is listed is what was said, each sentence at its place: the second recording begins after the first pause.
  const sentences = await sentencesOf(page);
  assert.ok(errorRate(said, sentences.map((sentence) => sentence.text).join(" ")) <= 0.15);
  const dashwood = sentences.find((sentence) => /Dashwood/i.test(sentence.text));
  assert.match(dashwood.time, /^0:5[6-9]|^1:0\d/);

  await page.click(".word:has-text('Dashwood')");
  await page.waitForSelector("#listen[aria-pressed=true]");
  const position = await positionOf(page);
  assert.ok(position >= 56 && position <= 64, `${position}`);
  await page.waitForFunction(() => document.querySelector(".word.heard") !== null);
  await page.click("#listen");
  await page.waitForTimeout(300);
  await screenshot(page, "long-speech");

  const { content } = await downloaded(page, "srt");
  assert.match(content, /^1\r?\n00:00:0\d,\d{3} --> /);
  const subtitles = content.replace(/^(\d+|.*-->.*)$/gm, " ");
  assert.ok(errorRate(said, subtitles) <= 0.15, subtitles);

  await noteOnDisk(page, ({ transcript, isComplete }) => transcript && isComplete);
  await page.reload();
  await page.waitForSelector("#saved", { state: "visible" });
  await page.getByRole("button", { name: /^Open joined\.ogg/ }).click();
  await page.waitForSelector("#reader", { state: "visible" });
  assert.equal(await textOf(page), text);
  assert.deepEqual(page.complaints, []);
});
