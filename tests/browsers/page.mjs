// The demo page as somebody uses it who has another browser than Chromium: the same steps for each, with the real recogniser.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { jfk, recordings } from "../fixtures/recordings.mjs";
import { audioSent, errorRate, finishedText, positionOf, statusOf, textOf, troubleShown } from "../www/page-steps.mjs";
import { convertSpeech, openPage, screenshot, startSite } from "../www/site.mjs";

/**
 * A browser that runs, with a microphone.
 * @typedef {object} Engine
 * @property {{ newContext(): Promise<unknown> }} browser as of Playwright, as far as the tests go
 * @property {(page: object, path: string) => Promise<() => Promise<void>>} microphone puts one into the page; the function then
 *   says the recording into it and resolves when it was said
 * @property {() => Promise<void>} [unplug] takes the microphone away, for good
 * @property {() => Promise<void>} close
 */

/** Nobody speaks in the moment they press the button, and what cleans the sound needs a second to find its level. */
const BREATH = ["-af", "adelay=1500"];

const short = recordings.find(({ name }) => name === "libri_0930");

/**
 * @param {string} name
 * @param {() => Promise<Engine>} launch
 * @param {object} expected
 * @param {{ mimeType: RegExp, head: RegExp }} expected.recorded what the browser's own MediaRecorder makes
 * @param {RegExp} expected.sent the media type of the recording when it is sent
 */
export function testPage(name, launch, expected) {
  describe(`the page in ${name}`, () => {
    let site;
    let engine;
    let page;

    before(async () => {
      site = await startSite();
      engine = await launch();
    });

    afterEach(async () => {
      await page?.context().close();
      page = undefined;
      site.emulator.requests.length = 0;
    });

    after(async () => {
      await engine?.close();
      await site?.close();
    });

    // Leave to use the microphone is not given here but by each browser's launcher.
    const open = () => openPage(engine.browser, site.url, { permissions: [] });

    /** @param {typeof jfk} recording what is said */
    async function record(recording) {
      const say = await engine.microphone(
        page,
        convertSpeech(recording.name, BREATH, `${recording.name}-after-a-breath.wav`),
      );
      await page.click("#record");
      await page.waitForSelector("#record[aria-pressed=true]");
      await say();
      await page.waitForTimeout(1000);
      await page.click("#record");
    }

    test("what was said is what appears, and a reload loses neither the sound nor the words", async () => {
      page = await open();
      await record(jfk);
      const text = await finishedText(page);
      assert.ok(errorRate(jfk.words, text) <= 0.15, text);

      const recorded = await page.evaluate(newestRecording);
      assert.match(recorded.mimeType, expected.recorded.mimeType);
      assert.match(recorded.head, expected.recorded.head);
      const [sent] = audioSent(site.emulator);
      assert.match(sent.mediaType, expected.sent);

      await page.reload();
      await page.waitForSelector("#saved");
      await page.click("#saved-list .open");
      await page.waitForSelector("#result");
      assert.equal(await textOf(page), text);
      await page.click("#play");
      await page.waitForFunction(() => Number(document.getElementById("position").ariaValueNow) > 1);
      assert.ok((await positionOf(page)) < 12);
      assert.deepEqual(page.complaints, []);
      // Taking pictures is the last thing: Playwright puts a style into the page, which the policy forbids.
      await screenshot(page, `${name.toLowerCase()}-spoken`);
    });

    test("a failed request loses nothing: trying again sends the same recording", async () => {
      page = await open();
      site.emulator.arm({ fault: "code=Arrearage" });
      await record(short);
      const trouble = await troubleShown(page);
      assert.equal(trouble.title, "The account behind this site needs attention");
      await page.click("#try-again");
      const text = await finishedText(page);
      assert.ok(errorRate(short.words, text) <= 0.15, text);
      const [first, second] = audioSent(site.emulator);
      assert.equal(first.sha256, second.sha256);
      assert.equal(await page.isVisible("#trouble"), false);
    });

    test("words appear while somebody speaks, from the first one on, where the site has a socket for them", async () => {
      const live = await startSite({ live: true });
      try {
        page = await openPage(engine.browser, live.url, { permissions: [] });
        await page.waitForSelector("#upstream[data-kind=emulator]");
        const say = await engine.microphone(
          page,
          convertSpeech(short.name, BREATH, `${short.name}-after-a-breath.wav`),
        );
        await page.click("#record");
        await page.waitForSelector("#record[aria-pressed=true]");
        await say();
        await page.waitForFunction(() => /amiable/.test(document.getElementById("text").value));
        assert.equal(await page.getAttribute("html", "data-phase"), "recording");
        await page.click("#record");
        const text = await finishedText(page);
        assert.ok(errorRate(short.words, text) <= 0.15, text);
        assert.deepEqual(audioSent(live.emulator), []);
        assert.deepEqual(page.complaints, []);
      } finally {
        await live.close();
      }
    });

    for (const [extension, options, mediaType] of [
      ["wav", [], "audio/wav"],
      ["mp3", ["-c:a", "libmp3lame"], "audio/mpeg"],
    ]) {
      test(`a chosen file in ${extension} is read and sent as ${mediaType}`, async () => {
        page = await open();
        await page.setInputFiles("#file", convertSpeech(short.name, options, `${short.name}.${extension}`));
        const text = await finishedText(page);
        assert.ok(errorRate(short.words, text) <= 0.15, text);
        assert.equal(await page.textContent("#source-name"), `${short.name}.${extension}`);
        assert.equal(audioSent(site.emulator)[0].mediaType, mediaType);
        assert.match(await statusOf(page), /^Done/);
        assert.deepEqual(page.complaints, []);
      });
    }
  });
}

/** Runs in the page: what its store holds of the recording made last, with the first bytes as letters. */
async function newestRecording() {
  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await settled(indexedDB.open("dashscope-asr-demo"));
  const store = (name) => database.transaction(name).objectStore(name);
  const [draft] = await settled(store("drafts").getAll());
  const { bytes } = await settled(store("pieces").get([draft.id, 0]));
  database.close();
  return { mimeType: draft.mimeType, head: String.fromCharCode(...new Uint8Array(bytes.slice(0, 12))) };
}
