// The page by plain http under another name than localhost, as on a phone beside the machine that serves it: no secure context,
// so browsers leave out the microphone, locks, the clipboard and crypto.randomUUID (https://w3c.github.io/webcrypto/#Crypto-interface).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { dropFile, finishedText, reopen, textOf, troubleShown } from "./page-steps.mjs";
import { launchBrowser, openPage, startSite } from "./site.mjs";

let site;
let browser;

before(async () => {
  site = await startSite({ emulator: { recogniser: createScriptedRecogniser(jfk.words) } });
  browser = await launchBrowser({ flags: ["--host-resolver-rules=MAP *.lan 127.0.0.1"] });
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test("files become words, and are kept with them", async () => {
  const page = await openPage(browser, `http://box.lan:${new URL(site.url).port}/`);
  assert.equal(await page.evaluate(() => globalThis.isSecureContext), false);
  assert.equal((await troubleShown(page)).title, "Browsers record on https pages only");

  for (const name of ["one.wav", "two.wav"]) {
    await dropFile(page, jfk.path, "audio/wav", name);
    assert.equal(await finishedText(page), jfk.words);
    await page.click("#renew");
    await page.locator("#saved-list .open", { hasText: name.replace(".wav", "") }).waitFor();
  }
  await reopen(page);
  await page.waitForSelector("#saved-list .open >> nth=1");
  assert.equal(await page.locator("#saved-list .open").count(), 2);
  await page.click("#saved-list .open");
  await page.waitForFunction(() => /back/.test(document.getElementById("status").textContent));
  assert.equal(await textOf(page), jfk.words);
  assert.equal(await page.locator("#saved-list .open").count(), 1, "the one that is open is not offered");
  // That header is for https, as Chromium never tires of saying.
  const complaints = page.complaints.filter((words) => !words.startsWith("The Cross-Origin-Opener-Policy header"));
  assert.deepEqual(complaints, []);
  await page.context().close();
});
