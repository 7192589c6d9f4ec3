// Between the press of the button and the first sound that is kept: what the page says, and how it is left.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { dropFile, finishedText, statusOf, troubleShown } from "./page_steps.mjs";
import { launchBrowser, openPage, startSite } from "./site.mjs";

const WORDS = "Nothing of it is lost.";
/** How late the recorder of these tests begins. Shorter than its first second of sound, which would say the same. */
const LATE_MS = 700;

let site;
let browser;
let page;

before(async () => {
  site = await startSite({ emulator: { recogniser: createScriptedRecogniser(WORDS) } });
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

/** Opens the page in a browser whose recorder is late, and writes down what the page goes through. */
async function openLate(recorder) {
  page = await openPage(browser, site.url);
  await page.evaluate(recorder, LATE_MS);
  await page.evaluate(() => {
    globalThis.phases = [];
    globalThis.tracks = [];
    const note = () => {
      const { phase } = document.documentElement.dataset;
      if ((globalThis.phases.at(-1) ?? "idle") !== phase) globalThis.phases.push(phase);
    };
    new MutationObserver(note).observe(document.documentElement, { attributes: true });
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      globalThis.tracks.push(...stream.getTracks());
      return stream;
    };
  });
}

/** Runs in the page: recorders say at once that they have begun, and there is no sound yet, as in Firefox. */
function soundsLate(delay) {
  globalThis.MediaRecorder = class extends MediaRecorder {
    constructor(...parameters) {
      super(...parameters);
      this.addEventListener("dataavailable", () => (globalThis.begunAt ??= performance.now()));
    }
    start(slice) {
      this.dispatchEvent(new Event("start"));
      if (globalThis.asked) super.start(slice);
      else setTimeout(() => super.start(slice), delay);
      globalThis.asked = true;
    }
  };
}

/** Runs in the page: the recorder that keeps the sound says late that it has begun. */
function tellsLate(delay) {
  globalThis.MediaRecorder = class extends MediaRecorder {
    constructor(...parameters) {
      super(...parameters);
      this.addEventListener("start", (event) => {
        if (!event.isTrusted || !("mimeType" in (parameters[1] ?? {}))) return;
        event.stopImmediatePropagation();
        setTimeout(() => {
          globalThis.begunAt = performance.now();
          this.dispatchEvent(new Event("start"));
        }, delay);
      });
    }
  };
}

/** Runs in the page: no `start` at all, as in a browser that never tells. */
function neverTells() {
  globalThis.MediaRecorder = class extends MediaRecorder {
    constructor(...parameters) {
      super(...parameters);
      this.addEventListener("start", (event) => event.stopImmediatePropagation());
    }
  };
}

/** Runs in the page: neither `start` nor sound, as with a headset that is asleep. */
function neverBegins() {
  globalThis.MediaRecorder = class extends MediaRecorder {
    start() {
      globalThis.starts = (globalThis.starts ?? 0) + 1;
    }
  };
}

const phases = () => page.evaluate(() => globalThis.phases);
const openMicrophones = () =>
  page.evaluate(() => globalThis.tracks.filter((track) => track.readyState === "live").length);

describe("a recorder that begins late", () => {
  for (const [what, recorder] of [
    ["tells late that it has begun", tellsLate],
    ["tells too early, before there is sound", soundsLate],
  ])
    test(`and ${what} is waited for: the page says so, and the time counts from then on`, async () => {
      await openLate(recorder);
      await page.click("#record");
      await page.waitForFunction(() => document.documentElement.dataset.phase === "starting");
      assert.match(await statusOf(page), /^Starting the microphone… Allow it/);
      assert.equal(await page.evaluate(() => globalThis.begunAt), undefined);
      assert.equal(await page.getAttribute("#record", "aria-pressed"), "false");
      assert.equal(await page.getAttribute("#record", "aria-disabled"), "true");
      assert.equal(await page.isVisible("#level"), false);
      assert.equal(await page.textContent("#elapsed"), "");
      await page.waitForSelector("#record[aria-pressed=true]");
      assert.ok(await page.evaluate(() => globalThis.begunAt !== undefined), "not before the recorder said so");
      assert.equal(await statusOf(page), "Recording. Press again to stop.");
      assert.equal(await page.isVisible("#level"), true);
      await page.waitForFunction(() => document.getElementById("elapsed").textContent === "0:01");
      const waited = await page.evaluate(() => performance.now() - globalThis.begunAt);
      assert.ok(waited >= 1000, `one second after ${waited} ms`);
      await page.click("#record");
      assert.equal(await finishedText(page), WORDS);
      assert.deepEqual((await phases()).slice(0, 2), ["starting", "recording"]);
      assert.deepEqual(page.complaints, []);
    });

  test("that never tells has begun with its first piece, and nothing of that is lost", async () => {
    await openLate(neverTells);
    await page.click("#record");
    await page.waitForSelector("#record[aria-pressed=true]");
    await page.waitForTimeout(500);
    await page.click("#record");
    assert.equal(await finishedText(page), WORDS);
    const head = await page.evaluate(async () => {
      const request = indexedDB.open("dashscope-asr-demo");
      const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const pieces = database.transaction("pieces").objectStore("pieces").getAll();
      await new Promise((resolve) => (pieces.onsuccess = resolve));
      return [...new Uint8Array(pieces.result[0].bytes.slice(0, 4))];
    });
    assert.deepEqual(head, [0x1a, 0x45, 0xdf, 0xa3], "WebM begins with the EBML header (RFC 8794)");
  });

  test("is started once, however often and however fast it is asked", async () => {
    await openLate(neverBegins);
    await page.evaluate(() => {
      for (let press = 0; press < 3; press += 1) document.getElementById("record").click();
    });
    await page.waitForFunction(() => globalThis.starts !== undefined);
    await page.keyboard.press("r");
    await page.evaluate(() => document.getElementById("record").click());
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => globalThis.starts), 1);
    assert.equal(await openMicrophones(), 1);
    assert.deepEqual(await phases(), ["starting"]);
  });

  for (const [how, cancel] of [
    ["its button", () => page.click("#discard")],
    ["Escape", () => page.keyboard.press("Escape")],
  ]) {
    test(`is cancelled by ${how}: no question, nothing kept, and the microphone is closed`, async () => {
      await openLate(tellsLate);
      await page.focus("#record");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => globalThis.tracks.length === 1);
      assert.equal((await page.textContent("#discard")).trim(), "Cancel");
      assert.equal(await page.evaluate(() => document.activeElement.id), "record", "the focus stays");
      await cancel();
      assert.equal(await statusOf(page), "Cancelled.");
      assert.equal(await page.isVisible("#confirm"), false);
      await page.waitForTimeout(LATE_MS + 200);
      assert.deepEqual(await phases(), ["starting", "idle"], "the late start changes nothing");
      assert.equal(await openMicrophones(), 0);
      assert.equal(await page.isVisible("#saved"), false);
      await page.click("#record");
      await page.waitForSelector("#record[aria-pressed=true]");
      assert.deepEqual(page.complaints, []);
    });
  }

  test("gives way to a file that is dropped meanwhile", async () => {
    await openLate(neverBegins);
    await page.click("#record");
    await page.waitForFunction(() => globalThis.starts === 1);
    await dropFile(page, jfk.path);
    assert.equal(await finishedText(page), WORDS);
    assert.equal(await openMicrophones(), 0);
  });
});

test("leave that comes after cancelling opens nothing", async () => {
  await openLate(() => {});
  await page.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      await new Promise((resolve) => (globalThis.allow = resolve));
      return open(constraints);
    };
  });
  await page.click("#record");
  await page.waitForFunction(() => globalThis.allow !== undefined);
  await page.keyboard.press("Escape");
  await page.evaluate(() => globalThis.allow());
  await page.waitForFunction(() => globalThis.tracks.length === 1);
  await page.waitForFunction(() => globalThis.tracks[0].readyState === "ended");
  assert.deepEqual(await phases(), ["starting", "idle"]);
});

test("a microphone that goes away before it has begun is told, not kept waiting", async () => {
  await openLate(tellsLate);
  await page.click("#record");
  await page.waitForFunction(() => globalThis.tracks.length === 1);
  await page.waitForTimeout(100);
  await page.evaluate(() => {
    globalThis.tracks[0].stop();
    globalThis.tracks[0].dispatchEvent(new Event("ended"));
  });
  const trouble = await troubleShown(page);
  assert.equal(trouble.title, "The microphone is in use or does not answer");
  assert.deepEqual(await phases(), ["starting", "idle"]);
  assert.equal(await page.isVisible("#saved"), false);
});
