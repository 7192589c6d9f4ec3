// Notes that are longer than what models take at once: heard in pieces, killed in the middle, with a part that fails.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, test } from "node:test";
import { inProject } from "../../scripts/build/paths.mjs";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { noteOnDisk } from "../www/notes-on-disk.mjs";
import { launchBrowser, screenshot, temporaryFile } from "../www/site.mjs";
import { newPage, pageOf, startPages, visit } from "./page.mjs";

const GENERATION = "/api/v1/services/aigc/multimodal-generation/generation";
const DATABASE = "dashscope-asr-voice-notes";
const PHRASE = "Ask not what your country can do for you.";
/** What the relay of this site says: no tasks, and no store. */
const ALLOWED = {
  models: ["qwen3-asr-flash"],
  limits: { bytes: 28_200_000, uploadBytes: 28_200_000, seconds: 300, perMinute: null },
  ...{ tasks: false, uploads: true, live: false },
};
/** A little more than models take at once: six pieces. */
const SECONDS = 330;
const PATIENCE_MS = 90_000;
const AXE = readFileSync(inProject("node_modules", "axe-core", "axe.min.js"), "utf8");

const NOTE = `<main><h1>Notes</h1><label for="note">What happened?</label>
<voice-note id="note" endpoint="/relay" name="note" max-seconds="3600"></voice-note></main>
<script type="module" src="/note.js"></script>`;

const SCRIPT = `
globalThis.note = document.getElementById("note");
// One after the other, so that there is a middle.
note.callOptions = { longAudio: "auto", concurrency: 1 };
globalThis.texts = [];
note.addEventListener("input", () => texts.push(note.value));
await import("dashscope-asr/voice-note");
globalThis.ready = true;`;

let emulator;
let site;
let browser;
let page;

before(async () => {
  const file = temporaryFile("long-note.webm", "");
  const loop = ["-stream_loop", "30", "-i", jfk.path, "-t", String(SECONDS), "-c:a", "libopus", "-b:a", "24k", file];
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...loop]);
  emulator = await startEmulator({ port: 0, recogniser: createScriptedRecogniser([PHRASE]) });
  const serve = (request, response) => {
    if (request.url === "/relay/capabilities") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(ALLOWED));
      return true;
    }
    if (request.url !== "/long-note.webm") return false;
    response.writeHead(200, { "content-type": "audio/webm" }).end(readFileSync(file));
    return true;
  };
  site = await startPages({ "/note": NOTE }, { "/note.js": SCRIPT }, { upstream: emulator.url, serve });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});
afterEach(async () => {
  await page?.context().close();
  page = undefined;
  emulator.requests.length = 0;
  await disarm();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await emulator?.close();
});

const disarm = () => fetch(`${emulator.url}/_emulator/faults`, { method: "DELETE" });
const sent = () => emulator.requests.filter(({ path }) => path === GENERATION).length;
const stored = () => emulator.requests.filter(({ path }) => path === "/api/v1/uploads").length;
const heard = ({ resume }) => resume.pieces.filter(({ transcript }) => transcript).length;
const state = () => page.evaluate(() => globalThis.note.state);
const phase = (wanted) => page.waitForFunction((name) => globalThis.note.state.phase === name, wanted);
const press = (name) => page.getByRole("button", { name, exact: true }).click();
const alert = () => page.getByRole("alert");
const repeated = (count) => Array(count).fill(PHRASE).join(" ");

/** A page that finds a long note which a crash has left there. */
async function openLongNote(options) {
  page = await newPage(browser, options);
  page.setDefaultTimeout(PATIENCE_MS);
  await visit(page, `${site.url}/note`);
  await page.evaluate(
    async ([database, seconds]) => {
      const { SavedRecordings } = await import("dashscope-asr/recorder");
      const saved = await SavedRecordings.open(database);
      const blob = await (await fetch("/long-note.webm")).blob();
      const writer = saved.begin(blob.type, () => {}, "/note note");
      writer.add(blob, seconds);
      await writer.finish(seconds);
      await saved.putBack();
    },
    [DATABASE, SECONDS],
  );
  await visit(page, `${site.url}/note`);
}

/** What axe finds wrong. */
async function problems() {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} ${target}`));
}

describe("more than models take at once", () => {
  for (const [name, options, direction] of [
    ["light", {}, "ltr"],
    ["dark", { colorScheme: "dark" }, "ltr"],
    ["right to left", { viewport: { width: 390, height: 700 } }, "rtl"],
    ["forced colours", { forcedColors: "active" }, "ltr"],
  ]) {
    test(`are heard in pieces, and it shows how far it is: ${name}`, async () => {
      await openLongNote({ bypassCSP: true, ...options });
      await page.addStyleTag({
        content: ":root { color-scheme: light dark; background: Canvas; color: CanvasText; font-family: sans-serif; }",
      });
      await page.evaluate((dir) => {
        document.documentElement.dir = dir;
      }, direction);
      emulator.arm({ fault: "delay=1000", path: GENERATION });
      await press("Restore");
      await phase("ready");
      await press("Transcribe");
      await page.waitForFunction(() => globalThis.note.state.pieces?.toldMs > 60_000);
      const bar = page.getByRole("progressbar", { name: "The words are on their way…" });
      assert.match(await bar.getAttribute("aria-valuetext"), /^\d:\d\d of 5:30 are heard$/);
      const { pieces } = await state();
      assert.ok(pieces.settled >= 2 && pieces.settled <= pieces.known, JSON.stringify(pieces));
      // It grows calmly.
      await page.waitForFunction(
        (element) => element.firstChild.clientWidth > element.clientWidth / 10,
        await bar.elementHandle(),
      );
      assert.deepEqual(await problems(), []);
      await screenshot(page, `voice-note-${name.replaceAll(" ", "-")}-pieces`);
      if (name !== "light") return; // what follows looks no other
      await phase("done");
      assert.equal(await bar.isVisible(), false);
      const count = sent();
      assert.ok(count >= 5, `${count}`);
      const { text, transcript, gaps } = await state();
      assert.deepEqual([text, transcript.way, gaps, stored()], [repeated(count), "split", [], 0]);
      const lengths = await page.evaluate(() => globalThis.texts.map(({ length }) => length));
      assert.ok(lengths.length >= 3, "the words came piece by piece");
      assert.deepEqual(page.complaints, []);
    });
  }

  test("go on by themselves after the page was killed, and what was heard is not sent again", async () => {
    await openLongNote();
    emulator.arm({ fault: "delay=900", path: GENERATION });
    await press("Restore");
    await phase("ready");
    await press("Transcribe");
    await noteOnDisk(page, ({ pieces }) => pieces && heard(pieces) >= 2, DATABASE);
    const killed = await pageOf(page.context());
    killed.setDefaultTimeout(PATIENCE_MS);
    await page.close({ runBeforeUnload: false });
    page = killed;
    await disarm();
    await visit(page, `${site.url}/note`);
    // The browser may take a moment to see that its tab is gone.
    while (!(await page.getByRole("button", { name: "Restore" }).isVisible())) await visit(page, `${site.url}/note`);
    const known = heard((await state()).found.pieces);
    const before = sent();
    assert.ok(known >= 2);
    await press("Restore");
    await phase("done");
    const { text } = await state();
    const pieces = text.split(PHRASE).length - 1;
    assert.equal(sent() - before, pieces - known, "only what nobody has heard is sent");
    assert.equal(text, repeated(pieces));
    const rest = ({ pieces, transcript }) => pieces === undefined && transcript.text.length > 100;
    await noteOnDisk(page, rest, DATABASE);
    assert.deepEqual(page.complaints, []);
  });

  test("that fail in the middle, or are cancelled, go on with what is missing", async () => {
    await openLongNote();
    await press("Restore");
    await phase("ready");
    emulator.arm({ fault: "delay=200", path: GENERATION });
    await press("Transcribe");
    await page.waitForFunction(() => globalThis.note.state.pieces?.settled >= 2);
    await disarm();
    emulator.arm({ fault: "code=Arrearage", path: GENERATION, times: 1000 });
    await phase("ready");
    assert.equal((await state()).trouble.code, "billing");
    await disarm();
    const known = async () => {
      let count = 0;
      await noteOnDisk(
        page,
        ({ pieces }) => {
          count = heard(pieces);
          return pieces.isUnderWay === false;
        },
        DATABASE,
      );
      return count;
    };
    const failed = await known();
    assert.ok(failed >= 2);
    emulator.arm({ fault: "delay=500", path: GENERATION });
    await press("Try again");
    await page.waitForFunction((count) => globalThis.note.state.pieces?.settled > count, failed);
    const shown = await page.evaluate(() => globalThis.texts.map(({ length }) => length));
    assert.deepEqual(
      shown,
      shown.toSorted((one, other) => one - other),
      "what stands there is not taken away",
    );
    await press("Cancel");
    await phase("ready");
    const cancelled = await known();
    assert.ok(cancelled > failed);
    await disarm();
    const before = sent();
    await press("Transcribe");
    await phase("done");
    const pieces = (await state()).text.split(PHRASE).length - 1;
    assert.equal(sent() - before, pieces - cancelled);
  });

  test("of which a part fails say so, and ask for that part only: also after a reload, and without what was written", async () => {
    await openLongNote({ bypassCSP: true });
    emulator.arm({ fault: "code=DataInspectionFailed,fail-times=1", path: GENERATION });
    await press("Restore");
    await phase("ready");
    await press("Transcribe");
    await phase("done");
    assert.match(
      await alert().textContent(),
      /^A part of the text is missing \(\d+:\d\d–\d+:\d\d\)\. The recording is kept\.$/,
    );
    const { gaps, transcript, trouble } = await state();
    assert.deepEqual([gaps.length, transcript.gaps.length, trouble], [1, 1, undefined]);
    assert.deepEqual(await problems(), []);
    await screenshot(page, "voice-note-light-incomplete");
    const whole = sent();
    await page.getByRole("textbox").fill("Edited.");
    await noteOnDisk(page, ({ text }) => text === "Edited.", DATABASE);

    await visit(page, `${site.url}/note`);
    await press("Restore");
    await phase("done");
    assert.deepEqual((await state()).gaps, gaps);
    // What fails again leaves everything as it was.
    emulator.arm({ fault: "code=Arrearage", path: GENERATION });
    await press("Ask for the missing part");
    await page.waitForFunction(() => globalThis.note.state.trouble);
    const { phase: now, text } = await state();
    assert.deepEqual([now, text, sent()], ["done", "Edited.", whole + 1]);
    await disarm();
    await press("Ask for the missing part");
    await page.waitForFunction(() => globalThis.note.state.phase === "done" && !globalThis.note.state.gaps.length);
    assert.equal(sent(), whole + 2, "that part only");
    assert.equal(await page.getByRole("textbox").inputValue(), `Edited. ${PHRASE}`);
    assert.equal(await alert().isVisible(), false);
    assert.equal((await state()).transcript.text, repeated(whole));
  });

  test("whose known pieces belong to something else begin anew", async () => {
    await openLongNote();
    await page.evaluate(async (database) => {
      const { SavedRecordings } = await import("dashscope-asr/recorder");
      const saved = await SavedRecordings.open(database);
      const [draft] = await saved.list();
      const resume = { version: 1, model: "of-another-day", pieces: [{ mark: "0-1-2" }] };
      await saved.save({ ...draft, pieces: { resume, isUnderWay: true } });
    }, DATABASE);
    await visit(page, `${site.url}/note`);
    await press("Restore");
    await phase("done");
    assert.equal((await state()).text, repeated(sent()));
  });
});

describe("a note of this visit", () => {
  test("goes in pieces where the page wants that, and leaves nothing of them on disk", async () => {
    page = await newPage(browser);
    await visit(page, `${site.url}/note`);
    await page.evaluate(() => {
      globalThis.note.callOptions = { longAudio: "split", concurrency: 2 };
    });
    await press("Record");
    await page.waitForFunction(() => globalThis.note.state.seconds > 1.2);
    await press("Stop");
    await phase("done");
    const { text, transcript } = await state();
    assert.deepEqual([text, transcript.way, sent()], [PHRASE, "split", 1]);
    await noteOnDisk(page, (note) => note.transcript && note.pieces === undefined, DATABASE);
  });

  /** In place of a client: says in which way it was asked, and takes nothing at once. */
  const withoutClient = () =>
    page.evaluateHandle(() => {
      const calls = [];
      globalThis.note.callOptions = {};
      globalThis.note.asr = {
        stream(_audio, { longAudio }) {
          calls.push(longAudio ?? "at once");
          return {
            [Symbol.asyncIterator]: () => ({
              async next() {
                if (longAudio) return { done: true, value: undefined };
                throw Object.assign(new Error("long"), { code: "audio_too_long", retryable: false });
              },
            }),
            final: async () => ({ text: "All of it.", noSpeech: false, segments: [], channels: [], gaps: [] }),
          };
        },
      };
      return calls;
    });

  test("that turns out to be too much for one request goes in pieces, too", async () => {
    page = await newPage(browser);
    await visit(page, `${site.url}/note`);
    const calls = await withoutClient();
    await press("Record");
    await page.waitForFunction(() => globalThis.note.state.seconds > 0.5);
    await press("Stop");
    await phase("done");
    assert.deepEqual(await calls.jsonValue(), ["at once", "auto"]);
    assert.equal((await state()).text, "All of it.");
  });

  test("that is longer than five minutes goes so by itself", async () => {
    await openLongNote();
    const calls = await withoutClient();
    await press("Restore");
    await phase("ready");
    await press("Transcribe");
    await phase("done");
    assert.deepEqual(await calls.jsonValue(), ["auto"]);
  });
});
