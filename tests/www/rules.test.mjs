// The page's rules that need no browser.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { chooseRecordingFormat } from "../../src/js/recorder/recording-format.ts";
import { shownName } from "../../src/js/recorder/shown-name.ts";
import { SilenceWatch } from "../../src/js/recorder/silence-watch.ts";
import { formatSeconds, saySeconds } from "../../www/src/clock.ts";
import { timelineOf, wordAt } from "../../www/src/reader/timeline.ts";
import { hotWordsIn, planFor, planLive } from "../../www/src/recognition/plan.ts";
import { describeMicrophoneTrouble } from "../../www/src/words/microphone-help.ts";
import { fileNameOf } from "../../www/src/words/names.ts";
import { describeTrouble } from "../../www/src/words/trouble.ts";

describe("what is recorded", () => {
  const safari = ["audio/mp4", "audio/webm;codecs=opus", "audio/webm"];
  for (const [browser, vendor, supported, mimeType] of [
    ["Chromium", "Google Inc.", ["audio/webm;codecs=opus", "audio/webm", "audio/mp4"], "audio/webm;codecs=opus"],
    ["Firefox", "", ["audio/webm;codecs=opus", "audio/ogg;codecs=opus"], "audio/webm;codecs=opus"],
    ["old Firefox", "", ["audio/ogg;codecs=opus"], "audio/ogg;codecs=opus"],
    ["Safari 18.4, whose WebM is broken", "Apple Computer, Inc.", safari, "audio/mp4"],
    ["old Safari", "Apple Computer, Inc.", ["audio/mp4"], "audio/mp4"],
    ["a browser that knows none of them", "", [], ""],
  ]) {
    test(`in ${browser}`, () => {
      const isSupported = (type) => supported.includes(type);
      assert.deepEqual(chooseRecordingFormat(isSupported, vendor), { mimeType, limitSeconds: 7200 });
    });
  }
});

describe("what the service is asked for", () => {
  const models = { quick: "q", long: "l", quickWithHotWords: "qh", longWithSpeakers: "ls" };
  const settings = { recognition: "quick", language: "", enableItn: false, context: "", hotWords: "" };
  const plan = (changes) => planFor({ ...settings, ...changes }, models);

  test("quick: directly, and by a task where that is not possible", () => {
    assert.deepEqual(plan({ language: "en", context: " A talk. ", enableItn: true }), {
      direct: { context: "A talk.", language: "en", enableItn: true, model: "q", includeUsage: true },
      byTask: { context: "A talk.", language: "en", enableItn: true, model: "l", enableWords: true },
    });
  });

  test("every word with its time: always by a task", () => {
    assert.deepEqual(plan({ recognition: "words" }), { byTask: { model: "l", enableWords: true } });
  });

  test("speakers: by the model that tells them apart, with what it listens to", () => {
    assert.deepEqual(plan({ recognition: "speakers", language: "de", enableItn: true, hotWords: "Ngũgĩ" }), {
      byTask: { languageHints: ["de"], vocabulary: { Ngũgĩ: 4 }, model: "ls", diarizationEnabled: true },
    });
  });

  test("hot words: by the models that listen to them, without languages that those do not know", () => {
    const quick = plan({ hotWords: "one, two", language: "yue" });
    assert.deepEqual(quick, {
      direct: { vocabulary: { one: 4, two: 4 }, model: "qh" },
      byTask: { vocabulary: { one: 4, two: 4 }, model: "ls" },
    });
    assert.deepEqual(plan({ hotWords: "one", language: "fil" }).direct.languageHints, ["tl"]);
    assert.equal(plan({ hotWords: "one", recognition: "words" }).direct, undefined);
  });

  test("while somebody speaks: by the model for that, where nothing else was asked for", () => {
    const live = (changes, known = { ...models, live: "s" }) =>
      planLive({ ...settings, startAtOnce: true, ...changes }, known);
    assert.deepEqual(live({}), { model: "s" });
    assert.deepEqual(live({ context: " A talk. ", language: "fil", hotWords: "one" }), {
      ...{ model: "s", context: "A talk.", languageHints: ["tl"], vocabulary: { one: 4 } },
    });
    assert.equal(live({}, models), undefined, "no model for it");
    assert.equal(planLive({ ...settings, startAtOnce: true }, undefined), undefined, "not known yet");
    for (const other of [
      { recognition: "words" },
      { recognition: "speakers" },
      { enableItn: true },
      { startAtOnce: false },
    ]) {
      assert.equal(live(other), undefined, JSON.stringify(other));
    }
  });

  test("hot words may be written in many ways", () => {
    assert.deepEqual(hotWordsIn(" Bulge Bracket\n\n语音，实验室;one,, one \n"), [
      "Bulge Bracket",
      "语音",
      "实验室",
      "one",
    ]);
  });

  test("no hot word is dropped in silence: how many are too many the package says", () => {
    const many = Array.from({ length: 2001 }, (_, index) => `word ${index}`);
    assert.deepEqual(hotWordsIn(many.join("\n")), many);
  });
});

describe("words with times", () => {
  const word = (text, beginMs, punctuation = "") => ({ text, beginMs, endMs: beginMs + 400, punctuation });
  const segments = [
    { text: "Hello there.", beginMs: 0, endMs: 900, speakerId: 0, words: [word("Hello ", 0), word("there", 500, ".")] },
    { text: "语音实验室。", beginMs: 2000, endMs: 2900, speakerId: 1, words: [] },
    { text: "Yes", beginMs: 3000, endMs: 3300, speakerId: 1, words: [word("Yes", 3000)] },
  ];

  test("keep their own spaces and marks; a sentence without words is one", () => {
    const timeline = timelineOf({ segments });
    assert.deepEqual(
      timeline.map(({ words }) => words.map(({ text }) => text)),
      [["Hello ", "there."], ["语音实验室。"], ["Yes"]],
    );
    assert.deepEqual(
      timeline.map(({ isNewSpeaker }) => isNewSpeaker),
      [true, true, false],
    );
  });

  test("are found by the moment; a pause belongs to the word before it", () => {
    const words = timelineOf({ segments }).flatMap((stretch) => stretch.words);
    const at = (milliseconds) => wordAt(words, milliseconds);
    assert.deepEqual([0, 499, 500, 1500, 2000, 2999, 3000, 99_999].map(at), [0, 0, 1, 1, 2, 2, 3, 3]);
    assert.equal(wordAt(words.slice(1), 100), -1);
    assert.equal(wordAt([], 100), -1);
  });
});

describe("names of files", () => {
  test("are what a file system takes", () => {
    assert.equal(fileNameOf("a/b\\c: d?"), "a b c d");
    assert.equal(fileNameOf("../../etc/passwd"), "etc passwd");
    assert.equal(fileNameOf('What? "No" <way>|*.wav'), "What No way");
    assert.equal(fileNameOf("a\tb\nc\u0000d\u007fe\u2028f.mp3"), "a b c d e f");
  });

  for (const [name, expected] of [
    ["Meeting 3.mp3", "Meeting 3"],
    ["Dr. Who.mp3", "Dr. Who"],
    ["2026.11.25 notes.m4a", "2026.11.25 notes"],
    ["会议.WAV", "会议"],
    ["talk.mp3.mp3", "talk.mp3"],
    ["voice.opus", "voice"],
    ["VID_0001.3gp", "VID_0001"],
  ]) {
    test(`lose the recording's own ending: ${name}`, () => assert.equal(fileNameOf(name), expected));
  }

  for (const name of ["Call 10.15", "Interview v1.2", "录音.2026", "archive.tar.gz", "Dr. Who", "Q.E.D", "v2.beta"]) {
    test(`keep what is no ending of a recording: ${name}`, () => assert.equal(fileNameOf(name), name));
  }

  test("neither begin nor end with a dot, and are never empty", () => {
    assert.equal(fileNameOf("Notes."), "Notes");
    assert.equal(fileNameOf("And so on ...mp3"), "And so on");
    assert.equal(fileNameOf(".hidden"), "hidden");
    for (const name of ["", ".mp3", "...", "???", " . ", "\u202e", "/.wav"])
      assert.equal(fileNameOf(name), "recording");
  });

  test("stay short enough for 255 bytes with an ending and a number, and whole characters", () => {
    assert.equal(fileNameOf(`${"x".repeat(300)}.mp3`), "x".repeat(100));
    assert.equal(fileNameOf("录".repeat(300)), "录".repeat(66));
    assert.equal(fileNameOf(`${"x".repeat(99)}😀 and more`), `${"x".repeat(99)}😀`);
    assert.equal(fileNameOf("😀".repeat(300)), "😀".repeat(50));
    assert.equal(fileNameOf(`${"x".repeat(99)}. and more`), "x".repeat(99), "nor is it cut behind a dot");
  });

  test("cannot turn what follows them: Unicode's bidirectional controls, all of them", () => {
    const controls = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";
    for (const control of controls) {
      assert.equal(shownName(`invoice${control}3pm.exe`), "invoice 3pm.exe", control.codePointAt(0).toString(16));
      assert.equal(fileNameOf(`invoice${control}3pm.exe`), "invoice 3pm.exe");
    }
    assert.equal(fileNameOf("talk.mp\u202e3"), "talk.mp 3", "an ending is one without help");
    assert.equal(fileNameOf("talk.mp3\u202e"), "talk");
  });

  test("keep what scripts need: joiners, marks, right-to-left letters", () => {
    for (const name of ["می\u200cخواهم", "👩\u200d👩\u200d👧", "שלום עולם", "e\u0301te\u0301", "น้ำ"]) {
      assert.equal(shownName(name), name);
      assert.equal(fileNameOf(name), name);
    }
    assert.equal(shownName("half \ud83d of a pair"), "half of a pair");
  });
});

describe("time", () => {
  test("to be read", () => {
    assert.deepEqual([0, 9.99, 65.2, 600, 3661].map(formatSeconds), ["0:00", "0:09", "1:05", "10:00", "1:01:01"]);
  });

  test("to be heard", () => {
    assert.deepEqual([0.4, 1, 60, 125, 7200].map(saySeconds), [
      "0 seconds",
      "1 second",
      "1 minute",
      "2 minutes 5 seconds",
      "2 hours",
    ]);
  });
});

describe("silence", () => {
  test("is suspicious after four seconds and forgotten at the first sound", () => {
    const watch = new SilenceWatch();
    watch.hear(0.02, 3900);
    assert.equal(watch.isSuspicious, false);
    watch.hear(0.02, 200);
    assert.equal(watch.isSuspicious, true);
    watch.hear(0.4, 60);
    assert.equal(watch.isSuspicious, false);
  });
});

describe("help with the microphone", () => {
  const blocked = new DOMException("no", "NotAllowedError");
  for (const [browser, userAgent, place] of [
    [
      "Chrome",
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36",
      /icon before the address/,
    ],
    ["Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", /crossed-out microphone/],
    [
      "Safari",
      "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15",
      /Settings for This Website/,
    ],
    [
      "an iPhone",
      "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1",
      /Website Settings/,
    ],
    ["Android", "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36", /Permissions/],
    ["something else", "Whatever/1.0", /browser's settings/],
  ]) {
    test(`in ${browser} names the place`, () => {
      const trouble = describeMicrophoneTrouble(blocked, userAgent);
      assert.equal(trouble.title, "The microphone is blocked");
      assert.match(trouble.advice, place);
    });
  }
});

describe("errors in words", () => {
  const isAsrError = (error) => error.name === "AsrError";

  test("have a title of their own, the package's advice and the request id", () => {
    const error = { name: "AsrError", code: "rate_limit", message: "Wait a minute", requestId: "r-1" };
    assert.deepEqual(describeTrouble(error, isAsrError), {
      title: "Too many requests just now",
      advice: "Wait a minute.",
      code: "rate_limit",
      requestId: "r-1",
    });
  });

  test("say that words were kept", () => {
    const error = { name: "AsrError", code: "stream_interrupted", message: "Cut.", partialText: "And so" };
    assert.match(describeTrouble(error, isAsrError).advice, /^Cut\. The words that had arrived are below\.$/);
  });

  test("of unknown kinds are still words", () => {
    assert.match(describeTrouble(new TypeError("x is not y"), isAsrError).advice, /^x is not y\. Reload/);
    const future = { name: "AsrError", code: "from_the_future", message: "New." };
    assert.equal(describeTrouble(future, isAsrError).title, "Something went wrong");
  });
});
