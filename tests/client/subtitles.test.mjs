// From a task to the files people want: subtitles, text, JSON; also of a transcript that was kept.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { toJson, toSrt, toText, toVtt } from "../../dist/index.js";
import { errorOf, fault, startService } from "./service.mjs";
import { AT_ONCE, startSite } from "./site.mjs";

const FORMATS = { toSrt, toVtt, toText, toJson };
/** Two sentences of ten and more columns in two scripts, a second apart. */
const WORDS = ["Are you there?", "语音实验室 今天很忙 明天休息"];

let service;
let site;
let transcript;

before(async () => {
  service = await startService({ words: WORDS });
  site = await startSite();
  const task = await service.client().submit(site.url("a.wav"), fault(AT_ONCE, { model: "fun-asr" }));
  transcript = await task.result();
});
after(() => Promise.all([service.close(), site.close()]));

const columns = (line) => [...line].reduce((sum, letter) => sum + (/[\u1100-\uffef]/.test(letter) ? 2 : 1), 0);
const textOf = (srt) => srt.split("\n").filter((line) => line && !/^\d+$|-->/.test(line));

test("SubRip and WebVTT have the same cues, in time, with all that was said", () => {
  const [srt, vtt] = [toSrt(transcript), toVtt(transcript)];
  assert.match(srt, /^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\nAre you there\?\n\n2\n/);
  assert.match(vtt, /^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\nAre you there\?\n\n/);
  const times = [...srt.matchAll(/(\S+) --> (\S+)/g)].flatMap(([, begin, end]) => [begin, end]);
  assert.deepEqual(times, [...times].sort());
  assert.deepEqual(
    times,
    [...vtt.matchAll(/(\S+) --> (\S+)/g)].flatMap(([, ...pair]) => pair.map((at) => at.replace(".", ","))),
  );
  assert.equal(textOf(srt).join("").replace(/\s/g, ""), WORDS.join("").replace(/\s/g, ""));
});

test("Chinese counts two columns, and lines keep to the width", () => {
  for (const maxCharactersPerLine of [8, 12, 20]) {
    const lines = textOf(toSrt(transcript, { maxCharactersPerLine, maxLines: 1 }));
    assert.ok(
      lines.every((line) => columns(line) <= maxCharactersPerLine),
      `${maxCharactersPerLine}: ${lines}`,
    );
    assert.equal(lines.join("").replace(/\s/g, ""), WORDS.join("").replace(/\s/g, ""));
  }
});

test("text and JSON, and what was kept as JSON becomes the same files", () => {
  assert.equal(toText(transcript), transcript.text);
  const kept = JSON.parse(toJson(transcript));
  assert.deepEqual(kept, transcript);
  for (const format of Object.values(FORMATS)) assert.equal(format(kept), format(transcript));
});

test("speakers and channels are named where there are several, or where it is asked for", () => {
  const [one, two] = transcript.segments;
  const dialogue = {
    ...transcript,
    segments: [
      { ...one, speakerId: 0 },
      { ...two, speakerId: 1 },
    ],
  };
  assert.match(toSrt(dialogue), /Speaker 1: Are you/);
  assert.match(toVtt(dialogue), /<v Speaker 2>/);
  assert.match(toText(dialogue), /^Speaker 1: .*\nSpeaker 2: /);
  assert.doesNotMatch(toSrt(dialogue, { speakerLabels: false }), /Speaker/);
  assert.match(toSrt(transcript, { channelLabels: true }), /Channel 1/);
});

test("a transcript without times is text, and no subtitles", async () => {
  const short = await service.client().transcribe(new Uint8Array(await (await fetch(site.url("a.wav"))).arrayBuffer()));
  assert.equal(short.segments.length, 0);
  assert.deepEqual([toText(short), toVtt({ text: "", segments: [] })], [short.text, "WEBVTT\n\n"]);
});

describe("refused in words, by path", () => {
  for (const [given, options, field] of [
    [{}, { maxLines: 0 }, "maxLines"],
    [{}, { maxCharactersPerLine: 3 }, "maxCharactersPerLine"],
    [{}, { maxLines: "2" }, "maxLines"],
    [{}, { minDurationMs: 5000, maxDurationMs: 1000 }, "minDurationMs"],
    [{}, { max_lines: 2 }, "max_lines"],
    [{}, 5, "option"],
    [{ text: 5 }, {}, "transcript.text"],
    [{ segments: [{ text: 5 }] }, {}, "transcript.segments[0].text"],
    [{ segments: {} }, {}, "transcript.segments"],
    ["text", {}, "transcript"],
    [undefined, {}, "transcript"],
  ]) {
    test(`${JSON.stringify(given)} ${JSON.stringify(options)}`, async () => {
      const whole = given && typeof given === "object" ? { ...transcript, ...given } : given;
      for (const format of [toSrt, toVtt, toText]) {
        const error = await errorOf((async () => format(whole, options))());
        assert.deepEqual([error.name, error.code, error.field], ["InvalidOptionError", "invalid_option", field]);
      }
    });
  }
});
