// Long recordings in pieces: the words as they are heard, and a page that is killed in the middle.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { noteOnDisk } from "./notes-on-disk.mjs";
import { audioSent, finishedText, statusOf, textOf } from "./page-steps.mjs";
import { launchBrowser, openPage, screenshot, startSite, temporaryFile } from "./site.mjs";

const GENERATION = "/api/v1/services/aigc/multimodal-generation/generation";
const PHRASE = "Ask not what your country can do for you.";

let site;
let browser;
let page;
let eightMinutes;

before(async () => {
  eightMinutes = temporaryFile("eight-minutes.m4a", "");
  const loop = ["-stream_loop", "43", "-i", jfk.path, "-c:a", "aac", "-b:a", "32k", eightMinutes];
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...loop]);
  site = await startSite({ emulator: { recogniser: createScriptedRecogniser([PHRASE]) } });
  browser = await launchBrowser({ microphone: "jfk" });
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

const known = (note) => note.pieces?.resume.pieces.filter(({ transcript }) => transcript).length ?? 0;

describe("eight minutes", () => {
  test("are heard piece by piece; the words come in order, and a cell of the bar for each", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "delay=700", path: GENERATION });
    await page.setInputFiles("#file", eightMinutes);
    await page.waitForFunction(() => /so it goes in pieces/.test(document.getElementById("long-way").textContent));
    await page.waitForFunction((phrase) => document.getElementById("text").value.startsWith(phrase), PHRASE);
    assert.match(await page.textContent("#progress-detail"), /^\d+ of \d+( and more)? pieces$/);
    assert.equal(await page.evaluate(() => document.getElementById("progress").classList.contains("pieces")), true);
    await screenshot(page, "pieces");
    const text = await finishedText(page);
    const sent = audioSent(site.emulator);
    assert.ok(sent.length >= 7, `${sent.length}`);
    assert.equal(text, Array(sent.length).fill(PHRASE).join(" "));
    assert.equal(await statusOf(page), "Done.");
    assert.equal(await page.isVisible("#progress"), false);
    assert.deepEqual(page.complaints, []);
  });

  test("go on after the page was killed, and what was heard is not sent again", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "delay=1500", path: GENERATION });
    await page.setInputFiles("#file", eightMinutes);
    await noteOnDisk(page, (note) => note.isComplete && known(note) >= 2);
    const context = page.context();
    const { href } = new URL(page.url());
    await page.close({ runBeforeUnload: false });
    const looker = await context.newPage();
    await looker.goto(new URL("icon.svg", href).href);
    let before = 0;
    await noteOnDisk(looker, (note) => {
      before = known(note);
      return before > 0;
    });
    // Only now: what the page had sent may have been on its way.
    const killed = site.emulator.requests.length;
    await fetch(`${site.emulator.url}/_emulator/faults`, { method: "DELETE" });
    page = await context.newPage();
    await page.goto(href);
    const text = await finishedText(page);
    const pieces = text.split(PHRASE).length - 1;
    assert.ok(pieces >= 7, text);
    const again = site.emulator.requests.slice(killed).filter(({ path }) => path === GENERATION);
    assert.equal(again.length, pieces - before, "only what nobody has heard is sent");
    assert.equal(await textOf(page), text);
  });

  test("of which a piece fails say where, and the next time asks for that one only", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "code=DataInspectionFailed,fail-times=1", path: GENERATION });
    await page.setInputFiles("#file", eightMinutes);
    await finishedText(page);
    assert.match(await statusOf(page), /^Done, except for \d+:\d\d to \d+:\d\d\. Transcribe again/);
    const before = audioSent(site.emulator).length;
    await page.click("#transcribe");
    await page.waitForFunction(() => document.getElementById("status").textContent === "Done.");
    assert.equal(audioSent(site.emulator).length, before + 1);
  });
});
