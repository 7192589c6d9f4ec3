// Recordings from elsewhere: dropped, chosen, pasted, by address, in the formats that people have.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, before, describe, test } from "node:test";
import { jfk, recordings } from "../fixtures/recordings.mjs";
import { audioSent, dropFile, errorRate, finishedText, pasteFile, pasteText, troubleShown } from "./page-steps.mjs";
import { convertSpeech, launchBrowser, openPage, startSite, temporaryFile } from "./site.mjs";

const amiable = recordings.find(({ name }) => name === "libri_0930");

let site;
let browser;
let page;

before(async () => {
  site = await startSite();
  browser = await launchBrowser();
});

afterEach(async () => {
  await page?.context().close();
  site.emulator.requests.length = 0;
});

after(async () => {
  await browser?.close();
  await site?.close();
});

describe("files", () => {
  test("dropped: WAV goes as it is", async () => {
    page = await openPage(browser, site.url);
    await dropFile(page, jfk.path, "audio/wav");
    assert.ok(errorRate(jfk.words, await finishedText(page)) <= 0.1);
    assert.equal(await page.textContent("#source-name"), "jfk.wav");
    assert.equal(await page.isVisible("#drop-hint"), false);
    const [sent] = audioSent(site.emulator);
    assert.deepEqual([sent.mediaType, sent.bytes], ["audio/wav", jfk.read().length]);
    assert.deepEqual(page.complaints, []);
  });

  for (const [extension, options, mediaType] of [
    ["mp3", ["-c:a", "libmp3lame"], "audio/mpeg"],
    ["ogg", ["-c:a", "libopus"], "audio/ogg"],
    ["flac", [], "audio/flac"],
    ["m4a", ["-c:a", "aac"], "audio/wav"],
    // Chromium cannot decode it, so it goes as it is and the service decides.
    ["aiff", [], "audio/aiff"],
  ]) {
    test(`chosen: ${extension} is sent as ${mediaType}`, async () => {
      const path = convertSpeech(amiable.name, options, `${amiable.name}.${extension}`);
      page = await openPage(browser, site.url);
      await page.setInputFiles("#file", path);
      assert.ok(errorRate(amiable.words, await finishedText(page)) <= 0.15);
      assert.equal(audioSent(site.emulator)[0].mediaType, mediaType);
    });
  }

  test("pasted: a file without a type is known by its bytes", async () => {
    page = await openPage(browser, site.url);
    await pasteFile(page, amiable.path);
    assert.ok(errorRate(amiable.words, await finishedText(page)) <= 0.15);
  });

  test("pasted: an address is sent as an address", async () => {
    const files = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "audio/wav" }).end(amiable.read());
    });
    await new Promise((resolve) => files.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${files.address().port}/note.wav`;
    page = await openPage(browser, site.url);
    await pasteText(page, address);
    assert.ok(errorRate(amiable.words, await finishedText(page)) <= 0.15);
    assert.equal(await page.inputValue("#url"), address);
    assert.equal(audioSent(site.emulator)[0], address);
    assert.equal(await page.isVisible("#play"), false);
    files.close();
  });

  test("an address that is none is refused at the field", async () => {
    page = await openPage(browser, site.url);
    await page.fill("#url", "note.wav");
    await page.click("#url-form button");
    assert.equal(await page.$eval("#url", (field) => field.validity.customError), true);
    assert.equal(site.emulator.requests.length, 0);
  });

  test("the sample needs nothing at all", async () => {
    page = await openPage(browser, site.url, { permissions: [] });
    await page.click("#sample");
    assert.ok(errorRate(jfk.words, await finishedText(page)) <= 0.1);
  });

  test("what is no sound is refused in words, and the page goes on", async () => {
    const path = temporaryFile("not-sound.wav", "These are words and not sound. ".repeat(100));
    page = await openPage(browser, site.url);
    await dropFile(page, path, "audio/wav");
    const trouble = await troubleShown(page);
    assert.match(trouble.title, /sound file|kind of file/);
    assert.doesNotMatch(trouble.advice, /undefined|\[object/);
    await dropFile(page, amiable.path, "audio/wav");
    assert.ok(errorRate(amiable.words, await finishedText(page)) <= 0.15);
  });

  test("when the service cannot decode what the browser can, it is converted and sent once more", async () => {
    const path = convertSpeech(amiable.name, ["-c:a", "libopus"], `${amiable.name}.ogg`);
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "error=audio-not-opened" });
    await dropFile(page, path, "audio/ogg");
    assert.ok(errorRate(amiable.words, await finishedText(page)) <= 0.15);
    assert.deepEqual(
      audioSent(site.emulator).map(({ mediaType }) => mediaType),
      ["audio/ogg", "audio/wav"],
    );
  });
});
