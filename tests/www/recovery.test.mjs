// Nothing that was said is lost: not by a failed request, a reload, a crash or a vanished microphone.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { noteOnDisk } from "./notes-on-disk.mjs";
import { audioSent, finishedText, recordFor, reopen, statusOf, textOf, troubleShown } from "./page-steps.mjs";
import { launchBrowser, openPage, startSite } from "./site.mjs";

const WORDS = "What was said is still here.";

let site;
let browser;
let page;

before(async () => {
  site = await startSite({ emulator: { recogniser: createScriptedRecogniser(WORDS, { pauseMs: 30 }) } });
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

/** Another visit to the site in the same browser profile. */
async function visitAgain() {
  const again = await page.context().newPage();
  await again.goto(site.url);
  await again.waitForSelector("html[data-ready]");
  return again;
}

describe("a failed request", () => {
  test("shows what happened with the request id, and trying again sends the same recording", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "code=Arrearage" });
    await recordFor(page, 2000);
    const trouble = await troubleShown(page);
    assert.equal(trouble.title, "The account behind this site needs attention");
    assert.match(trouble.advice, /\w+ \w+/);
    assert.match(trouble.request, /[0-9a-f-]{36}/);
    await page.click("#try-again");
    assert.equal(await finishedText(page), WORDS);
    const [first, second] = audioSent(site.emulator);
    assert.equal(first.sha256, second.sha256);
    assert.equal(await page.isVisible("#trouble"), false);
  });

  test("is retried quietly where that helps", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "status=503", times: 1 });
    await recordFor(page, 1500);
    assert.equal(await finishedText(page), WORDS);
    assert.equal(audioSent(site.emulator).length, 2);
  });

  test("in the middle of the answer keeps the words that had arrived", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "cut=3" });
    await recordFor(page, 1500);
    await troubleShown(page);
    assert.notEqual(await textOf(page), "");
    assert.ok(WORDS.startsWith(await textOf(page)), await textOf(page));
    await page.click("#try-again");
    assert.equal(await finishedText(page), WORDS);
  });

  test("without a network says so, and the recording waits", async () => {
    page = await openPage(browser, site.url);
    await page.waitForTimeout(500);
    await page.context().setOffline(true);
    await recordFor(page, 1500);
    const trouble = await troubleShown(page);
    assert.equal(trouble.title, "The service could not be reached");
    await page.context().setOffline(false);
    await page.click("#try-again");
    assert.equal(await finishedText(page), WORDS);
  });
});

describe("a reload", () => {
  test("after a failed request offers the recording, which is complete", async () => {
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "code=Arrearage" });
    await recordFor(page, 2500);
    await troubleShown(page);
    await page.reload();
    await page.waitForSelector("#saved", { state: "visible" });
    assert.match(await page.textContent("#saved-list"), /0:02.*Not transcribed yet/);
    await page.click("#saved-list button >> nth=0");
    await page.waitForSelector("#transcribe", { state: "visible" });
    assert.match(await statusOf(page), /is back/);
    assert.match(await page.textContent("#remaining"), /of 0:02/);
    await page.click("#transcribe");
    assert.equal(await finishedText(page), WORDS);
    const [first, second] = audioSent(site.emulator);
    assert.equal(first.sha256, second.sha256, "byte for byte");
  });

  test("after success offers recording and text, as it was edited", async () => {
    page = await openPage(browser, site.url);
    await recordFor(page, 1500);
    await finishedText(page);
    await page.fill("#text", "What I meant is this.");
    await noteOnDisk(page, ({ text }) => text === "What I meant is this.");
    await page.reload();
    await page.waitForSelector("#saved", { state: "visible" });
    assert.match(await page.textContent("#saved-list"), /What I meant is this/);
    await page.click("#saved-list button >> nth=0");
    await page.waitForSelector("#result", { state: "visible" });
    assert.equal(await textOf(page), "What I meant is this.");
    assert.match(await page.textContent("#facts"), /qwen3-asr-flash/);
  });

  test("never offers what was discarded, and discarding asks first", async () => {
    page = await openPage(browser, site.url);
    await page.click("#record");
    await page.waitForTimeout(2300);
    await page.click("#discard");
    assert.match(await page.textContent("#confirm-words"), /not been transcribed/);
    await page.click("#confirm button[value=no]");
    assert.equal(await page.getAttribute("#record", "aria-pressed"), "true", "still recording");
    await page.click("#discard");
    await page.click("#confirm button[value=yes]");
    await page.waitForSelector("#record[aria-pressed=false]");
    await page.waitForFunction(() => document.getElementById("status").textContent === "Discarded.");
    await reopen(page);
    assert.equal(await page.isVisible("#saved"), false);
    assert.equal(site.emulator.requests.length, 0);
  });

  test("deleting an earlier recording is for good", async () => {
    page = await openPage(browser, site.url);
    await recordFor(page, 1200);
    await finishedText(page);
    await page.click("#renew");
    await page.getByRole("button", { name: /^Delete / }).click();
    await page.click("#confirm button[value=yes]");
    await page.waitForSelector("#saved", { state: "hidden" });
    await reopen(page);
    assert.equal(await page.isVisible("#saved"), false);
  });
});

describe("a crash", () => {
  test("in the middle of recording costs at most the last second", async () => {
    page = await openPage(browser, site.url);
    await page.click("#record");
    await page.waitForTimeout(4500);
    const protocol = await page.context().newCDPSession(page);
    protocol.send("Page.crash").catch(() => {});
    await page.waitForEvent("crash");

    const again = await visitAgain();
    await again.waitForSelector("#saved", { state: "visible" });
    assert.match(await again.textContent("#saved-list"), /0:0[345].*Not transcribed yet/);
    await again.click("#saved-list button >> nth=0");
    await again.waitForFunction(() => /of 0:0[345]/.test(document.getElementById("remaining").textContent));
    await again.click("#transcribe");
    assert.equal(await finishedText(again), WORDS);
  });

  test("is not what another tab that still records looks like", async () => {
    page = await openPage(browser, site.url);
    await page.click("#record");
    await page.waitForTimeout(2300);
    const again = await visitAgain();
    await again.waitForTimeout(400);
    assert.equal(await again.isVisible("#saved"), false);
  });
});

describe("the microphone", () => {
  test("goes away in the middle: what was said is kept and nothing is sent unasked", async () => {
    page = await openPage(browser, site.url);
    await page.evaluate(() => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        const stream = await open(constraints);
        globalThis.unplug = () => {
          const [track] = stream.getTracks();
          track.stop();
          track.dispatchEvent(new Event("ended"));
        };
        return stream;
      };
    });
    await page.click("#record");
    await page.waitForSelector("#record[aria-pressed=true]");
    await page.waitForTimeout(2200);
    await page.evaluate(() => globalThis.unplug());
    await page.waitForSelector("#transcribe", { state: "visible" });
    assert.match(await statusOf(page), /microphone went away.*Recorded 2 seconds/);
    assert.equal(site.emulator.requests.length, 0);
    await page.click("#transcribe");
    assert.equal(await finishedText(page), WORDS);
  });

  test("reaches the limit: recording ends by itself and is transcribed", async () => {
    const context = await browser.newContext({ permissions: ["microphone"] });
    page = await context.newPage();
    await page.clock.install();
    await page.goto(site.url);
    await page.waitForSelector("html[data-ready]");
    await page.click("#record");
    await page.waitForSelector("#record[aria-pressed=true]");
    // Only the page's clock runs ahead; the microphone needs real time to deliver anything at all.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await page.clock.fastForward(7_175_000);
    await page.waitForFunction(() => /^0:2\d left$/.test(document.getElementById("remaining").textContent));
    assert.match(await page.getAttribute("#remaining", "class"), /urgent/);
    assert.match(await statusOf(page), /What is longer than five minutes goes in pieces/);
    await page.clock.fastForward(26_000);
    assert.equal(await finishedText(page), WORDS);
    const submitted = site.emulator.requests.filter(({ path }) => path.endsWith("/transcription"));
    assert.deepEqual(submitted, [], "two hours go in pieces");
  });
});
