// <voice-note> in a form that is sent: recorded with a microphone, recognised, edited, and found again after a crash.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { jfk } from "../fixtures/recordings.mjs";
import { launchBrowser } from "../www/site.mjs";
import { formSink, newPage, pageOf, startPages, startService, visit } from "./page.mjs";

const SPOKEN_MS = 1000;

const FORM = `<form action="/sent" method="post" enctype="multipart/form-data">
<fieldset><label for="note">What happened?</label>
<voice-note id="note" endpoint="/relay" language="en" name="note" audio-name="sound" max-seconds="60" required></voice-note>
</fieldset><button>Send</button></form><script type="module" src="/form.js"></script>`;

/** What happens to the element, and a client that says what the test wants. */
const SCRIPT = `
globalThis.events = [];
const note = document.getElementById("note");
for (const type of ["input", "change", "transcript", "problem"]) {
  note.addEventListener(type, ({ detail }) => events.push(detail?.code ? type + " " + detail.code : type));
}
globalThis.words = (text, { fail, pieces = [text], wait = Promise.resolve() } = {}) => ({
  async *[Symbol.asyncIterator]() {
    for (const piece of pieces) yield { type: "delta", text: piece };
    await wait;
  },
  async final() {
    if (fail) throw Object.assign(new Error("no"), { code: fail, retryable: true });
    return { text, noSpeech: text === "", segments: [], channels: [] };
  },
});
globalThis.note = note;
await import("dashscope-asr/voice-note");
globalThis.ready = true;
`;

let emulator;
let site;
let browser;
let page;
const sink = formSink();

before(async () => {
  emulator = await startService();
  site = await startPages({ "/form": FORM }, { "/form.js": SCRIPT }, { upstream: emulator.url, serve: sink.serve });
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});
afterEach(async () => {
  await page?.context().close();
  page = undefined;
});
after(async () => {
  await browser?.close();
  await site?.close();
  await emulator?.close();
});

const open = async (options) => {
  page = await newPage(browser, options);
  await visit(page, `${site.url}/form`);
};
const press = (name) => page.getByRole("button", { name, exact: true }).click();
const phase = (wanted) =>
  page
    .waitForFunction((name) => globalThis.note.state.phase === name, wanted)
    .catch(async (cause) => {
      const state = await page.evaluate(() => JSON.stringify(globalThis.note.state));
      throw new Error(`it never came to "${wanted}": ${state} ${page.complaints}`, { cause });
    });
const text = () => page.getByRole("textbox");
const status = () => page.getByRole("status").textContent();
const recordFor = async (milliseconds) => {
  await press("Record");
  await phase("recording");
  await page.waitForFunction((seconds) => globalThis.note.state.seconds > seconds, milliseconds / 1000);
  await press("Stop");
};
/** From now on, `answer(audio, options)`, which runs in the page, is the client's stream. */
const answerWith = (answer) => page.evaluate(`globalThis.note.asr = { stream: ${answer} }; undefined`);

/** What a screen reader is told of an element, which playwright does not know of a role that no attribute gives. */
async function groupOf(selector) {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send("Runtime.evaluate", { expression: `document.querySelector("${selector}")` });
  const { nodes } = await session.send("Accessibility.getPartialAXTree", { objectId: result.objectId });
  return { role: nodes[0].role.value, name: nodes[0].name.value };
}

describe("a note", () => {
  test("is recorded, paused, played, written down while it is recognised, edited and sent with its form", async () => {
    await open();
    await press("Send");
    assert.equal(await page.evaluate(() => globalThis.note.matches(":invalid")), true);
    assert.equal(new URL(page.url()).pathname, "/form", "an empty note is not sent");

    await press("Record");
    await phase("recording");
    await page.waitForTimeout(SPOKEN_MS);
    await press("Pause");
    await phase("paused");
    assert.equal(await status(), "Paused.");
    assert.match(await page.evaluate(() => globalThis.note.validationMessage), /not finished yet/);
    await press("Resume");
    await page.waitForTimeout(SPOKEN_MS);
    await press("Stop");
    await phase("done");
    const heard = await text().inputValue();
    assert.equal(heard, jfk.words);
    assert.equal(await page.evaluate(() => globalThis.note.value), heard);
    const { language } = emulator.requests.at(-1).body.parameters.asr_options;
    assert.equal(language, "en");

    await press("Play");
    await page.getByRole("button", { name: "Stop playing" }).click();

    await text().press("End");
    await text().fill(`${heard} Edited.`);
    await text().blur();
    const events = await page.evaluate(() => globalThis.events);
    assert.ok(events.filter((type) => type === "input").length > 2, "the words came in pieces");
    assert.deepEqual(
      events.filter((type) => type !== "input"),
      ["transcript", "change", "change"],
    );
    assert.deepEqual(page.complaints, []);

    await press("Send");
    const form = await sink.sent;
    assert.equal(form.get("note"), `${heard} Edited.`);
    const sound = form.get("sound");
    assert.deepEqual([sound.name, sound.type, sound.size > 10_000], ["note.webm", "audio/webm", true]);
    await page.waitForURL("**/sent");
    await visit(page, `${site.url}/form`);
    await page.waitForFunction(() => globalThis.note.state.safety === "kept");
    assert.equal(await page.getByRole("button", { name: "Restore" }).isVisible(), false, "it was used");
  });

  test("survives a failure: what was recorded can be sent again, and the problem has words and a code", async () => {
    await open();
    emulator.arm({ fault: "code=Arrearage" });
    await recordFor(900);
    await phase("ready");
    assert.equal(
      await page.getByRole("alert").textContent(),
      "The words cannot be had just now. The recording is kept.",
    );
    assert.deepEqual(await page.evaluate(() => globalThis.events), ["problem billing"]);
    await press("Try again");
    await phase("done");
    assert.equal(await page.getByRole("alert").isVisible(), false);
    assert.equal(emulator.requests.length >= 2, true);
  });

  test("of a page that went away is found again, and its words are had then", async () => {
    await open();
    await press("Record");
    await page.waitForFunction(() => globalThis.note.state.seconds > 2.3);
    const other = await pageOf(page.context());
    await page.close({ runBeforeUnload: false });
    page = other;
    await visit(page, `${site.url}/form`);
    await page.waitForFunction(() => globalThis.note.state.safety === "kept");
    // The browser may take a moment to see that its tab is gone.
    while (!(await page.getByRole("button", { name: "Restore" }).isVisible())) await visit(page, `${site.url}/form`);
    await answerWith(() => globalThis.words("found again"));
    await text().fill("Before:");
    await press("Restore");
    await press("Transcribe");
    await phase("done");
    assert.equal(await text().inputValue(), "Before: found again");
    await page.reload();
    await press("Restore");
    await phase("done");
    assert.equal(await text().inputValue(), "Before: found again", "its words were kept, too, and are there once");
    await press("Discard");
    await page.getByRole("status").getByText("Discarded.").waitFor();
    assert.equal(await text().inputValue(), "");
    await visit(page, `${site.url}/form`);
    await page.waitForFunction(() => globalThis.note.state.safety === "kept");
    assert.equal(await page.getByRole("button", { name: "Restore" }).isVisible(), false);
  });

  test("shows words while somebody speaks, until those of the recording take their place", async () => {
    await open();
    await page.evaluate(() => {
      globalThis.note.asr = {
        live({ languageHints, signal }) {
          globalThis.hints = languageHints;
          signal.addEventListener("abort", () => {
            globalThis.isOver = true;
          });
          return {
            send({ length }) {
              globalThis.samples = (globalThis.samples ?? 0) + length;
            },
            finish: () => new Promise(() => {}),
            async *[Symbol.asyncIterator]() {
              yield { type: "partial", text: "And so" };
              await new Promise(() => {});
            },
          };
        },
        stream: () => globalThis.words("And so, my fellow Americans"),
      };
      globalThis.note.setAttribute("live", "");
    });
    await text().fill("He said:");
    await press("Record");
    await page.waitForFunction(() => globalThis.note.value === "He said: And so" && globalThis.samples > 4000);
    await page.waitForFunction(() => globalThis.note.state.seconds > 0.5);
    await press("Stop");
    await phase("done");
    assert.equal(await text().inputValue(), "He said: And so, my fellow Americans");
    assert.deepEqual(await page.evaluate(() => [globalThis.hints, globalThis.isOver]), [["en"], true]);
    await press("Discard");
    await page.waitForFunction(() => globalThis.note.value === "He said:");
    assert.deepEqual(page.complaints, []);
  });

  test("whose words are on their way can be cancelled, and asked for again", async () => {
    await open();
    await answerWith((_audio, { signal }) => {
      const wait = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return globalThis.words("all", { pieces: ["a", "al"], wait });
    });
    await recordFor(600);
    await page.waitForFunction(() => globalThis.note.value === "al");
    assert.equal(await text().getAttribute("readonly"), "");
    await press("Cancel");
    await phase("ready");
    await answerWith(() => globalThis.words("all of it"));
    await press("Transcribe");
    await phase("done");
    assert.equal(await text().inputValue(), "all of it");
  });
});

describe("in its form", () => {
  test("it is a field as others are: label, reset, fieldset, required, and a validity of the page's own", async () => {
    await open();
    assert.deepEqual(await groupOf("#note"), { role: "group", name: "What happened?" });
    await page.getByText("What happened?").click();
    const focused = () => page.evaluate(() => globalThis.note.shadowRoot.activeElement?.textContent);
    assert.equal(await focused(), "Record", "a press on the label leads to the first button");

    const facts = await page.evaluate(async () => {
      const { note } = globalThis;
      const form = document.forms[0];
      const list = () => [...new FormData(form)].map(([name, value]) => [name, value]);
      const found = { missing: note.validity.valueMissing, form: note.form === form, labels: note.labels.length };
      note.value = "Hello";
      found.filled = [note.matches(":valid"), list()];
      note.setCustomValidity("Not this");
      found.custom = [form.checkValidity(), note.validationMessage];
      note.setCustomValidity("");
      note.setAttribute("value", "At first");
      form.reset();
      await new Promise((resolve) => setTimeout(resolve, 50));
      found.reset = note.value;
      document.querySelector("fieldset").disabled = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
      found.disabled = [note.matches(":disabled"), list(), note.willValidate];
      return found;
    });
    assert.deepEqual(facts, {
      ...{ missing: true, form: true, labels: 1, filled: [true, [["note", "Hello"]]] },
      ...{ custom: [false, "Not this"], reset: "At first", disabled: [true, [], false] },
    });
    assert.equal(await page.getByRole("button", { name: "Record" }).isDisabled(), true);
    assert.equal(await text().isDisabled(), true);
    assert.deepEqual(page.complaints, []);
  });

  test("a keyboard is enough, and focus stays where things go on", async () => {
    await open();
    await answerWith(() => globalThis.words("by keys"));
    await page.evaluate(() => globalThis.note.focus());
    await page.waitForFunction(() => globalThis.note.shadowRoot.activeElement?.textContent === "Record");
    await page.keyboard.press("Enter");
    await phase("recording");
    await page.waitForFunction(() => globalThis.note.state.seconds > 0.5);
    await page.keyboard.press("Space");
    await phase("done");
    const focused = () => page.evaluate(() => globalThis.note.shadowRoot.activeElement?.textContent);
    assert.equal(await focused(), "Play", "the button that had it is gone");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Discard");
    await page.keyboard.press("Enter");
    await phase("idle");
    assert.equal(await focused(), "Record");
  });

  test("what a page sets before the element is known counts, and a name of its own makes another element", async () => {
    page = await newPage(browser);
    await page.goto(`${site.url}/form`);
    const found = await page.evaluate(async () => {
      const early = document.createElement("my-note");
      early.value = "Early";
      early.autofocus = true;
      early.strings = { record: "Speak" };
      document.body.append(early);
      const { defineVoiceNote, VoiceNoteElement } = await import("dashscope-asr/voice-note");
      defineVoiceNote("my-note");
      defineVoiceNote("my-note");
      const button = early.shadowRoot.querySelector("button").textContent;
      const moved = document.createElement("voice-note");
      moved.value = "Moved";
      document.body.append(moved);
      document.forms[0].append(moved);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const isFocused = document.activeElement === early;
      return [
        early.value,
        button,
        early instanceof VoiceNoteElement,
        moved.value,
        moved.form === document.forms[0],
        isFocused,
      ];
    });
    assert.deepEqual(found, ["Early", "Speak", true, "Moved", true, true]);
  });

  test("an element that is taken out of the page lets the microphone go; what was said is kept", async () => {
    await open();
    const track = await page.evaluateHandle(() => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      const opened = {};
      mediaDevices.getUserMedia = async (constraints) => {
        const stream = await ask(constraints);
        [opened.track] = stream.getTracks();
        return stream;
      };
      return opened;
    });
    await press("Record");
    await page.waitForFunction(() => globalThis.note.state.seconds > 1.3);
    await page.evaluate(() => globalThis.note.remove());
    await page.waitForFunction(({ track }) => track.readyState === "ended", track);
    await page.evaluate(() => document.querySelector("fieldset").append(globalThis.note));
    await page.getByRole("button", { name: "Restore" }).waitFor();
  });
});
