// Subtitles through the package: what Rust writes natively, and what a browser's own WebVTT parser reads out of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { isAsrError, toJson, toSrt, toText, toVtt } from "../../dist/index.js";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";

const fixture = (name) => readFileSync(new URL(`../fixtures/subtitle/${name}`, import.meta.url), "utf8");
const examples = Object.entries(JSON.parse(fixture("options.json")));

describe("files of a transcript", () => {
  for (const [name, options] of examples) {
    test(name, () => {
      const transcript = JSON.parse(fixture(`${name}.json`));
      assert.equal(toSrt(transcript, options), fixture(`${name}.srt`));
      assert.equal(toVtt(transcript, options), fixture(`${name}.vtt`));
      assert.equal(toText(transcript, options), fixture(`${name}.txt`));
      assert.deepEqual(JSON.parse(toJson(transcript)), transcript);
    });
  }

  test("what cannot be is refused by its path", () => {
    const refusal = (field) => (error) => isAsrError(error) && error.code === "invalid_option" && error.field === field;
    assert.throws(() => toSrt({ text: "", segments: [] }, { maxLines: 0 }), refusal("maxLines"));
    assert.throws(() => toVtt({ text: "", segments: [{ text: 5 }] }), refusal("transcript.segments[0].text"));
  });
});

/** A file as it is meant: cues parted by blank lines, times, and a text with at most one tag before it. */
function meant(vtt) {
  const blocks = vtt.split("\n\n").slice(1, -1);
  const seconds = (time) => time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return blocks.map((block) => {
    const [times, ...lines] = block.split("\n");
    const [start, end] = times.split(" --> ").map(seconds);
    const [, voice, text] = /^(?:<v ([^>]*)>)?(.*)$/s.exec(lines.join("\n"));
    const plain = text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    return { start, end, voice: voice ?? "", text: plain };
  });
}

/** Runs in the page: the cues as the browser has them. */
async function cuesOf(vtt) {
  const track = document.createElement("track");
  const loaded = new Promise((resolve, reject) => {
    track.onload = resolve;
    track.onerror = () => reject(new Error("the browser refuses the file"));
  });
  track.src = URL.createObjectURL(new Blob([vtt], { type: "text/vtt" }));
  const video = document.createElement("video");
  video.append(track);
  document.body.append(video);
  track.track.mode = "hidden";
  await loaded;
  return [...track.track.cues].map((cue) => {
    const content = cue.getCueAsHTML();
    const voice = content.querySelector("[title]")?.getAttribute("title") ?? "";
    return { start: cue.startTime, end: cue.endTime, voice, text: content.textContent };
  });
}

describe("a browser reads", { skip: browserMissing }, () => {
  let browser;
  let page;
  before(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
  });
  after(() => browser?.close());

  for (const [name] of examples) {
    test(`${name}.vtt`, async () => {
      const vtt = fixture(`${name}.vtt`);
      const expected = meant(vtt);
      assert.ok(expected.length > 0);
      assert.deepEqual(await page.evaluate(cuesOf, vtt), expected);
    });
  }

  test("marks, emoji and times beyond a hundred hours", async () => {
    const segment = (text, beginMs, speakerId) => ({ text, beginMs, endMs: beginMs + 2_000, speakerId });
    const marks = "a --> b & <i>c</i> &lt; <v d>";
    const segments = [segment(marks, 0, 0), segment("👩‍👩‍👧 \u2028\n\nWEBVTT NOTE", 500_000_000, 1)];
    const vtt = toVtt({ text: "", segments }, { maxCharactersPerLine: 80 });
    const cues = await page.evaluate(cuesOf, vtt);
    assert.deepEqual(cues, [
      { start: 0, end: 2, voice: "Speaker 1", text: marks },
      { start: 500_000, end: 500_002, voice: "Speaker 2", text: "👩‍👩‍👧 WEBVTT NOTE" },
    ]);
  });
});
