// Long recordings: which way they take, what is shown meanwhile, what a reload, a cancel and a failure do to them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { after, afterEach, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { noteOnDisk } from "./notes-on-disk.mjs";
import { dropFile, finishedText, sentencesOf, statusOf, troubleShown } from "./page-steps.mjs";
import { launchBrowser, openPage, startSite, temporaryFile } from "./site.mjs";

const PHRASES = ["Good morning, and welcome to the meeting.", "Thank you all for coming."];
const WORDS = PHRASES.join(" ");
const SUBMIT = "/api/v1/services/audio/asr/transcription";
const GENERATION = "/api/v1/services/aigc/multimodal-generation/generation";

let site;
let browser;
let page;
let sixMinutes;
let sixMinutesOfVideo;

before(async () => {
  sixMinutes = temporaryFile("six-minutes.mp3", "");
  const loop = ["-stream_loop", "32", "-i", jfk.path, "-c:a", "libmp3lame", "-b:a", "32k", sixMinutes];
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...loop]);
  sixMinutesOfVideo = temporaryFile("six-minutes.mp4", "");
  execFileSync("ffmpeg", [
    "-loglevel",
    "error",
    "-y",
    "-i",
    sixMinutes,
    "-c:a",
    "aac",
    "-b:a",
    "32k",
    sixMinutesOfVideo,
  ]);
  const isLoud = (samples) => samples.some((sample) => Math.abs(sample) > 0.01);
  const recogniser = createScriptedRecogniser((samples) => (isLoud(samples) ? PHRASES : ""));
  site = await startSite({ emulator: { recogniser } });
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

const requestsTo = (path) => site.emulator.requests.filter((request) => request.path === path);
const currentStage = () => page.textContent("#stages [aria-current]");
const armTask = (fault) => site.emulator.arm({ fault, path: SUBMIT });

/** In the page. As if somebody had typed it; Chromium's own way of inserting two thousand lines takes it twenty seconds. */
function write(field, text) {
  field.value = text;
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
}

/** The page at its start, set to something other than the quick way. */
async function openWith(recognition, choose = async () => {}) {
  page = await openPage(browser, site.url);
  await page.click(".options summary");
  await page.check(`#recognition input[value=${recognition}]`);
  await choose();
  await page.click(".options summary");
}

describe("a long recording", () => {
  test("takes the long way by itself where this browser cannot read it, says why, and shows every step", async () => {
    page = await openPage(browser, site.url);
    await page.evaluate(() => {
      delete globalThis.AudioDecoder;
      delete globalThis.OfflineAudioContext;
    });
    await page.evaluate(() => {
      globalThis.seen = [];
      const look = () => {
        const stage = document.querySelector("#stages:not([hidden]) [aria-current]")?.textContent;
        if (stage && stage !== globalThis.seen.at(-1)) globalThis.seen.push(stage);
      };
      new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, childList: true });
    });
    armTask("task-running=3");
    await page.setInputFiles("#file", sixMinutesOfVideo);
    await page.waitForFunction(() => {
      return /^Longer than five minutes, so the words come all at once/.test(
        document.getElementById("long-way").textContent,
      );
    });
    await page.waitForFunction(() => /You may close this page/.test(document.getElementById("long-way").textContent));
    await page.waitForFunction(() => / so far$/.test(document.getElementById("progress-detail").textContent));
    assert.equal(await finishedText(page), WORDS);
    const seen = await page.evaluate(() => globalThis.seen);
    assert.deepEqual(seen.slice(0, 3), ["Upload", "Queue", "Recognise"]);
    assert.equal(requestsTo(GENERATION).length, 0, "six minutes are not sent in vain");
    assert.equal(await page.isVisible("#long-way"), false);
    assert.equal(await page.isVisible("#stages"), false);
    assert.match(await page.textContent("#facts"), /qwen3-asr-flash-filetrans/);
    assert.deepEqual(page.complaints, []);
  });

  test("by its address: the service says that it is too long, and nothing is uploaded", async () => {
    const files = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "audio/wav" }).end(jfk.read());
    });
    await new Promise((resolve) => files.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${files.address().port}/talk.wav`;
    page = await openPage(browser, site.url);
    site.emulator.arm({ fault: "error=audio-too-long", path: GENERATION });
    await page.fill("#url", address);
    await page.click("#url-form button");
    assert.equal(await finishedText(page), WORDS);
    assert.equal(requestsTo(SUBMIT)[0].body.input.file_url, address);
    assert.equal(requestsTo("/").length, 0);
    assert.equal((await sentencesOf(page)).length > 0, true);
    assert.equal(await page.locator("#segments button").count(), 0, "there is no audio here to play");
    files.close();
  });

  test("shows how far the upload is", async () => {
    await openWith("words");
    // Slow enough to be seen: 200 kB/s.
    const protocol = await page.context().newCDPSession(page);
    await protocol.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 200_000,
    });
    await page.setInputFiles("#file", sixMinutes);
    const shares = new Set();
    for (let look = 0; look < 200 && !(await page.evaluate(() => document.querySelector("#stages .done"))); look += 1) {
      const share = await page.getAttribute("#progress", "aria-valuenow");
      if (share !== null) shares.add(Number(share));
      if (share !== null && shares.size === 2) {
        assert.match(await page.textContent("#progress-detail"), /^\d\.\d of 1\.\d MB$/);
      }
      await page.waitForTimeout(50);
    }
    const moved = [...shares];
    assert.ok(moved.length > 3, `${moved}`);
    assert.deepEqual(
      moved,
      [...moved].sort((one, other) => one - other),
      "it only grows",
    );
    assert.equal(await finishedText(page), WORDS);
  });

  test("that is larger than the site passes on is refused before anything is sent", async () => {
    const small = await startSite({
      emulator: { recogniser: createScriptedRecogniser(PHRASES) },
      site: { build: false, variables: { MAX_UPLOAD_BYTES: "1000000" } },
    });
    page = await openPage(browser, small.url);
    await page.click(".options summary");
    await page.check("#recognition input[value=words]");
    await page.setInputFiles("#file", sixMinutes);
    const trouble = await troubleShown(page);
    assert.equal(trouble.title, "This file is too large for this site");
    assert.match(trouble.advice, /It has 2 MB and this site passes on at most 1 MB\. .*address/);
    assert.equal(small.emulator.requests.length, 0);
    await page.context().close();
    await small.close();
  });
});

describe("options", () => {
  test("speakers and misheard words choose the model that listens to them", async () => {
    await openWith("speakers", async () => {
      await page.fill("#hot-words", "Bulge Bracket\nNgũgĩ, Ngũgĩ");
      await page.fill("#context", "A talk about banks.");
      await page.selectOption("#language", "en");
      await page.check("#enable-itn");
    });
    await dropFile(page, jfk.path);
    assert.equal(await finishedText(page), WORDS);
    const [{ body }] = requestsTo(SUBMIT);
    assert.equal(body.model, "qwen-audio-3.1-asr-flash-filetrans");
    assert.equal(body.parameters.diarization_enabled, true);
    assert.deepEqual(body.parameters.vocabulary, { "Bulge Bracket": 4, Ngũgĩ: 4 });
    assert.deepEqual(body.parameters.language_hints, ["en"]);
    assert.match(JSON.stringify(body), /A talk about banks\./);
    assert.equal((await sentencesOf(page))[0].speaker, "Speaker 1");

    await page.reload();
    await page.waitForSelector("html[data-ready]");
    assert.equal(await page.isChecked("#recognition input[value=speakers]"), true);
    assert.match(await page.inputValue("#hot-words"), /Bulge Bracket/);
  });

  test("misheard words alone stay quick", async () => {
    await openWith("quick", () => page.fill("#hot-words", "Bulge Bracket"));
    await dropFile(page, jfk.path);
    assert.equal(await finishedText(page), WORDS);
    const [{ body }] = requestsTo(GENERATION);
    assert.equal(body.model, "qwen-audio-3.1-asr-flash");
    assert.deepEqual(body.parameters.vocabulary, { "Bulge Bracket": 4 });
    assert.equal(requestsTo(SUBMIT).length, 0);
  });

  for (const recognition of ["quick", "speakers"]) {
    test(`more misheard words than the package takes are refused by it, before anything is sent (${recognition})`, async () => {
      const words = Array.from({ length: 2001 }, (_, index) => `word ${index}`);
      await openWith(recognition, () => page.$eval("#hot-words", write, words.join("\n")));
      await page.setInputFiles("#file", sixMinutes);
      const trouble = await troubleShown(page);
      assert.equal(trouble.title, "One of the options does not fit");
      assert.match(trouble.advice, /at most 2000 words/);
      assert.deepEqual(site.emulator.requests, []);
    });
  }

  test("every word with its time asks for it, whatever the length", async () => {
    await openWith("words", () => page.fill("#context", "Ask not."));
    await dropFile(page, jfk.path);
    assert.equal(await finishedText(page), WORDS);
    const [{ body }] = requestsTo(SUBMIT);
    assert.equal(body.model, "qwen3-asr-flash-filetrans");
    assert.equal(body.parameters.enable_words, true);
    assert.equal(body.parameters.text, "Ask not.");
    assert.match(body.input.file_url, /^oss:\/\//);
  });
});

describe("a reload", () => {
  test("in the middle waits on for the same task, and the words come", async () => {
    await openWith("words");
    armTask("task-running=4");
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => /You may close/.test(document.getElementById("long-way").textContent));
    // The copy of the audio follows the id.
    await noteOnDisk(page, ({ task, isComplete }) => task && isComplete);
    await page.reload();
    await page.waitForFunction(() => document.getElementById("source-name").textContent === "jfk.wav");
    await page.waitForSelector("#stages", { state: "visible" });
    assert.match(await currentStage(), /Queue|Recognise/);
    assert.equal(await finishedText(page), WORDS);
    assert.equal(requestsTo(SUBMIT).length, 1, "nothing is paid for twice");
    assert.equal(await page.isVisible("#play"), true, "the audio is here again too");
    await page.click("#renew");
    await page.reload();
    await page.waitForSelector("#saved", { state: "visible" });
    assert.match(await page.textContent("#saved-list"), /jfk\.wav.*Good morning/);
    assert.equal(await page.isVisible("#stages"), false, "it is over");
  });

  test("after the result could not be fetched fetches it, and does not submit again", async () => {
    await openWith("words");
    armTask("result-fault=503,result-fault-times=3,task-running=0");
    await dropFile(page, jfk.path);
    const trouble = await troubleShown(page);
    assert.match(trouble.title, /The service had a problem/);
    await page.click("#try-again");
    assert.equal(await finishedText(page), WORDS);
    assert.equal(requestsTo(SUBMIT).length, 1);
  });
});

describe("cancelling", () => {
  test("in the queue takes the task back", async () => {
    await openWith("words");
    armTask("task-pending=50");
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => /You may close/.test(document.getElementById("long-way").textContent));
    await page.click("#cancel");
    await page.waitForFunction(() => /^Cancelled\./.test(document.getElementById("status").textContent));
    assert.ok(site.emulator.requests.some(({ path, status }) => path.endsWith("/cancel") && status === 200));
    assert.equal((await page.textContent("#transcribe-words")).trim(), "Transcribe");
  });

  test("later only stops waiting, says so, and the words can still be fetched", async () => {
    await openWith("words");
    armTask("task-running=4");
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => document.querySelector("#stages [aria-current]")?.textContent === "Recognise");
    await page.click("#cancel");
    await page.waitForFunction(() => /had begun already/.test(document.getElementById("status").textContent));
    assert.equal((await page.textContent("#transcribe-words")).trim(), "Fetch the words");
    await page.click("#transcribe");
    assert.equal(await finishedText(page), WORDS);
    assert.equal(requestsTo(SUBMIT).length, 1);
  });

  test("the upload sends nothing more", async () => {
    await openWith("words");
    site.emulator.arm({ fault: "delay=3000", path: "/api/v1/uploads" });
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => document.querySelector("#stages [aria-current]")?.textContent === "Upload");
    await page.keyboard.press("Escape");
    assert.match(await statusOf(page), /^Cancelled\./);
    await page.waitForTimeout(300);
    assert.equal(requestsTo("/").length, 0);
    assert.equal(requestsTo(SUBMIT).length, 0);
  });
});

describe("a failure", () => {
  test("of the file inside a task that succeeded is said in words, and trying again is a new task", async () => {
    await openWith("speakers");
    armTask("subtask-fail=InvalidFile.DownloadFailed");
    await dropFile(page, jfk.path);
    const trouble = await troubleShown(page);
    assert.match(trouble.title, /\S \S/);
    assert.match(trouble.advice, /download/i);
    assert.doesNotMatch(trouble.title + trouble.advice, /undefined|\[object/);
    await page.click("#try-again");
    assert.equal(await finishedText(page), WORDS);
    assert.equal(requestsTo(SUBMIT).length, 2);
  });

  test("of the task likewise, also after a reload", async () => {
    await openWith("words");
    armTask("task-fail=FILE_403_FORBIDDEN,task-running=5");
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => /You may close/.test(document.getElementById("long-way").textContent));
    await page.reload();
    await page.waitForSelector("html[data-ready]");
    const trouble = await troubleShown(page);
    assert.match(trouble.advice, /\w+ \w+/);
    await page.reload();
    await page.waitForSelector("#saved", { state: "visible" });
    assert.equal(await page.isVisible("#trouble"), false, "it is not asked for again");
  });

  test("to let go of it at once, as a page before a reload may, does not keep the next from waiting", async () => {
    await openWith("words");
    armTask("task-running=3");
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => /You may close/.test(document.getElementById("long-way").textContent));
    const before = page;
    page = await before.context().newPage();
    await page.goto(before.url());
    await page.waitForSelector("html[data-ready]");
    await before.close();
    assert.equal(await finishedText(page), WORDS);
  });

  test("of the network while waiting is waited out", async () => {
    await openWith("words");
    armTask("task-running=3");
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => /You may close/.test(document.getElementById("long-way").textContent));
    await page.context().setOffline(true);
    await page.waitForTimeout(2000);
    assert.equal(await page.isVisible("#trouble"), false);
    await page.context().setOffline(false);
    assert.equal(await finishedText(page), WORDS);
    assert.equal(requestsTo(SUBMIT).length, 1);
  });

  test("silence is an answer here as well", async () => {
    await openWith("words");
    const silence = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "3"];
    const path = temporaryFile("silence.wav", "");
    execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...silence, path]);
    await dropFile(page, path);
    await finishedText(page);
    assert.match(await statusOf(page), /No speech was heard/);
    assert.equal(await page.isVisible("#downloads"), false);
  });
});
