// What lies in the browser's store may be older, newer or broken: one such note costs none of the others.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import esbuild from "esbuild";
import { inProject } from "../../scripts/build/paths.mjs";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { noteOnDisk } from "./notes-on-disk.mjs";
import { downloaded, dropFile, finishedText, reopen, sentencesOf, statusOf, textOf } from "./page-steps.mjs";
import { launchBrowser, openPage, startSite } from "./site.mjs";

// Of the recorder, which exports what is made of it only.
const { outputFiles } = await esbuild.build({
  entryPoints: [inProject("src", "js", "recorder", "stored-draft.ts")],
  ...{ bundle: true, format: "esm", write: false },
});
const { readDraft } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

const NOVEMBER = Date.UTC(2026, 10, 25, 12);

const word = { text: "One", beginMs: 0, endMs: 400, punctuation: "." };
const segment = { text: "One.", beginMs: 0, endMs: 400, words: [word] };
const transcript = { text: "One.", noSpeech: false, segments: [segment], channels: [], model: "qwen3-asr-flash" };
const good = {
  id: "good",
  mimeType: "audio/webm",
  startedAt: NOVEMBER,
  seconds: 2,
  name: "The good one",
  text: "One.",
  transcript,
};

describe("a stored note", () => {
  test("that is whole is read as it is", () => {
    assert.deepEqual(readDraft(good), good);
    const task = { id: "t-1", model: "m", submittedAt: NOVEMBER };
    for (const more of [
      { origin: "file", isComplete: true },
      { origin: { url: "https://example.org/a.mp3" } },
      { task },
    ]) {
      assert.deepEqual(readDraft({ ...good, ...more }), { ...good, ...more });
    }
  });

  test("of a newer page keeps what this one does not know", () => {
    assert.deepEqual(readDraft({ ...good, folder: "Work", version: 7 }), { ...good, folder: "Work", version: 7 });
  });

  test("without an id is none", () => {
    for (const stored of [undefined, null, 7, "note", [], {}, { id: 7 }, { id: null }, { id: ["a"] }]) {
      assert.equal(readDraft(stored), undefined);
    }
  });

  test("of which nothing else can be read can still be shown and deleted", () => {
    assert.deepEqual(readDraft({ id: "bare" }), { id: "bare", mimeType: "", startedAt: 0, seconds: 0 });
  });

  const wrong = [
    null,
    true,
    "x",
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e308,
    new Date(),
    [],
    {},
    10n,
    Symbol.iterator,
  ];
  for (const [name, without] of [
    ["mimeType", { mimeType: "" }],
    ["startedAt", { startedAt: 0 }],
    ["seconds", { seconds: 0 }],
    ["transcript", {}],
    ["task", {}],
    ["isComplete", {}],
  ]) {
    test(`with a broken ${name} is read without it`, () => {
      const { [name]: _, ...rest } = good;
      for (const value of wrong) {
        if (typeof value === "string" && name === "mimeType") continue;
        if (value === true && name === "isComplete") continue;
        assert.deepEqual(readDraft({ ...good, [name]: value }), { ...rest, ...without }, String(value));
      }
    });
  }

  test("with a broken name or text is read without them; a name cannot turn the page around", () => {
    for (const value of wrong.filter((one) => typeof one !== "string")) {
      const read = readDraft({ ...good, name: value, text: value });
      assert.equal(read.name, undefined);
      assert.equal(read.text, undefined);
    }
    assert.equal(readDraft({ ...good, name: "a\u202eb" }).name, "a b");
    assert.equal(readDraft({ ...good, name: "\u202e" }).name, undefined);
  });

  test("from nowhere that can be named is like a file", () => {
    for (const origin of [null, 7, "tape", {}, { url: 7 }, { url: "no address" }, { url: "javascript:alert(1)" }]) {
      assert.equal(readDraft({ ...good, origin }).origin, "file", JSON.stringify(origin));
    }
  });

  test("with a broken task is not waited for for ever", () => {
    for (const task of [{}, { id: "" }, { id: 7 }]) assert.equal(readDraft({ ...good, task }).task, undefined);
    const odd = readDraft({ ...good, task: { id: "t-1", model: 7, submittedAt: "yesterday" } }).task;
    assert.deepEqual(odd, { id: "t-1", model: undefined, submittedAt: NOVEMBER });
  });

  test("with broken pieces begins anew, and does not go on by itself", () => {
    for (const pieces of [7, {}, { resume: "x" }]) assert.equal(readDraft({ ...good, pieces }).pieces, undefined);
    const odd = readDraft({ ...good, pieces: { resume: { version: 9 }, isUnderWay: "yes" } }).pieces;
    assert.deepEqual(odd, { resume: { version: 9 }, isUnderWay: false });
  });

  test("with broken times keeps the words", () => {
    for (const segments of [
      undefined,
      "none",
      [null],
      [{}],
      [segment, { ...segment, beginMs: Number.NaN }],
      [{ ...segment, endMs: "400" }],
      [{ ...segment, text: 7 }],
      [{ ...segment, words: undefined }],
      [{ ...segment, words: [{ ...word, punctuation: undefined }] }],
      [{ ...segment, words: [{ ...word, beginMs: -1 }] }],
      [{ ...segment, speakerId: "Anna" }],
    ]) {
      const read = readDraft({ ...good, transcript: { ...transcript, segments } }).transcript;
      assert.deepEqual(read, { ...transcript, segments: [] });
    }
  });

  test("with broken facts keeps the words and the facts that are whole", () => {
    const odd = {
      text: "One.",
      language: 7,
      emotion: {},
      model: "m",
      requestId: null,
      duration: "2",
      usage: 3,
      noSpeech: 1,
    };
    const read = readDraft({ ...good, transcript: odd }).transcript;
    assert.deepEqual(read, { text: "One.", noSpeech: false, segments: [], channels: [], model: "m" });
  });
});

describe("in the page", () => {
  let site;
  let browser;
  let page;

  before(async () => {
    site = await startSite({ emulator: { recogniser: createScriptedRecogniser(["One two.", "Three four."]) } });
    browser = await launchBrowser({ microphone: "jfk", repeat: true });
  });

  afterEach(() => page?.context().close());

  after(async () => {
    await browser?.close();
    await site?.close();
  });

  /** Runs in the page: what a store may hold, among it values that only IndexedDB can hold. */
  async function putNotes(goodOne) {
    const request = indexedDB.open("dashscope-asr-demo");
    const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const transaction = database.transaction(["drafts", "pieces"], "readwrite");
    for (const note of [
      goodOne,
      { ...goodOne, id: "date", name: "Broken date", startedAt: Number.NaN },
      { ...goodOne, id: "day", name: "A day as an object", startedAt: new Date() },
      { ...goodOne, id: "far", name: "A date that is none", startedAt: 1e300, seconds: 1e308 },
      { id: "bare" },
      { ...goodOne, id: "words", name: "Broken words", transcript: { text: "Words.", segments: [null, 7] } },
      { ...goodOne, id: "origin", name: "From nowhere", origin: { url: "::" } },
      { ...goodOne, id: "turned", name: "talk\u202e3pm.exe" },
      { ...goodOne, id: "newer", name: "From a newer page", origin: { tape: 3 }, folder: new Map([["a", 1]]) },
      { ...goodOne, id: 7, name: "Not ours" },
    ]) {
      transaction.objectStore("drafts").put(note);
    }
    transaction.objectStore("pieces").put({ draftId: "bare", index: 0, bytes: "not bytes" });
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    database.close();
  }

  test("broken notes are listed as what they are, open, and can be deleted; the others are there", async () => {
    page = await openPage(browser, site.url);
    await page.evaluate(putNotes, good);
    await page.reload();
    await page.waitForSelector("#saved-list li >> nth=8");
    const titles = await page.$$eval("#saved-list strong", (all) => all.map((one) => one.textContent));
    assert.deepEqual(titles.toSorted(), [
      "A date that is none",
      "A day as an object",
      "Broken date",
      "Broken words",
      "Date unknown",
      "From a newer page",
      "From nowhere",
      "The good one",
      "talk 3pm.exe",
    ]);
    const list = await page.textContent("#saved-list");
    assert.doesNotMatch(list, /NaN|undefined|Infinity|Invalid/);

    for (const title of titles.filter((one) => one !== "Date unknown")) {
      await page.getByRole("button", { name: `Open ${title}`, exact: true }).click();
      await page.waitForFunction(() => document.documentElement.dataset.phase === "ready");
      assert.equal(await statusOf(page), "Your recording is back.", title);
      assert.notEqual(await textOf(page), "", title);
      await page.click("#renew");
      await page.waitForSelector("#saved-list li >> nth=8");
    }
    await page.getByRole("button", { name: "Open Date unknown" }).click();
    await page.waitForFunction(() => /neither sound nor words/.test(document.getElementById("status").textContent));
    await page.getByRole("button", { name: "Open The good one" }).click();
    await page.waitForSelector("#segments li");
    assert.deepEqual(
      (await sentencesOf(page)).map(({ text }) => text),
      ["One."],
    );
    await page.click("#renew");

    await page.getByRole("button", { name: "Delete Broken date" }).click();
    await page.click("#confirm button[value=yes]");
    await page.waitForSelector("#saved-list li >> nth=8", { state: "detached" });
    await page.click("#delete-all");
    await page.click("#confirm button[value=yes]");
    await page.waitForSelector("#saved", { state: "hidden" });
    await reopen(page);
    assert.equal(await page.isVisible("#saved"), false);
    assert.deepEqual(page.complaints, []);
  });

  test("a broken piece of sound is left out and not read as letters", async () => {
    page = await openPage(browser, site.url);
    await page.evaluate(putNotes, good);
    await page.reload();
    await page.getByRole("button", { name: "Open Date unknown" }).click();
    await page.waitForFunction(() => /neither sound nor words/.test(document.getElementById("status").textContent));
  });

  test("the words of a file that was too large to be kept are fetched after a reload", async () => {
    page = await openPage(browser, site.url);
    await page.click(".options summary");
    await page.check("#recognition input[value=words]");
    site.emulator.arm({ fault: "task-running=4", path: "/api/v1/services/audio/asr/transcription" });
    await dropFile(page, jfk.path);
    await page.waitForFunction(() => / so far$/.test(document.getElementById("progress-detail").textContent));
    await noteOnDisk(page, ({ task, isComplete }) => task && isComplete);
    await page.evaluate(async () => {
      const request = indexedDB.open("dashscope-asr-demo");
      const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
      const transaction = database.transaction(["drafts", "pieces"], "readwrite");
      transaction.objectStore("pieces").clear();
      const notes = transaction.objectStore("drafts").getAll();
      await new Promise((resolve) => (notes.onsuccess = resolve));
      transaction.objectStore("drafts").put({ ...notes.result[0], isComplete: false });
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    });
    await page.reload();
    assert.equal(await finishedText(page), "One two. Three four.");
    assert.equal(await page.textContent("#source-name"), "jfk.wav");
    assert.equal(await page.isVisible("#transcribe"), false, "there is nothing left to send");
  });

  test("a file whose name turns the text around is shown and saved under a name that does not", async () => {
    page = await openPage(browser, site.url);
    await dropFile(page, jfk.path, "audio/wav", "Call 10.15\u202evaw.exe");
    await finishedText(page);
    assert.equal(await page.textContent("#source-name"), "Call 10.15 vaw.exe");
    const { name } = await downloaded(page, "txt");
    assert.equal(name, "Call 10.15 vaw.exe.txt");
    await page.click("#renew");
    assert.equal(await page.textContent("#saved-list strong"), "Call 10.15 vaw.exe");
    await page.click("#saved-list li button >> nth=1");
    await page.fill("#saved-list input", "Call 10.15\u2067");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#saved-list strong")?.textContent === "Call 10.15");
    await page.click("#saved-list .open");
    await page.waitForSelector("#result");
    assert.equal(await textOf(page), "One two. Three four.");
    assert.equal((await downloaded(page, "json")).name, "Call 10.15.json");
  });

  test("no script makes a policy for markup: the page needs none", async () => {
    page = await openPage(browser, site.url);
    for (const name of ["anything", "default"]) {
      const made = await page.evaluate((policy) => {
        try {
          return Boolean(trustedTypes.createPolicy(policy, { createHTML: (html) => html }));
        } catch (error) {
          return error.name;
        }
      }, name);
      assert.equal(made, "TypeError", name);
    }
  });
});
