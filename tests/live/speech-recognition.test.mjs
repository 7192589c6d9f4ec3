// The class of the Web Speech API, over a microphone and a live transcription that scripts make up: which events, in which order.
import assert from "node:assert/strict";
import { afterEach, describe, mock, test } from "node:test";
import { AsrError } from "../../dist/index.js";
import { DashScopeSpeechRecognition } from "../../dist/speech-recognition.js";
import { eventually } from "../edge/upstream.mjs";
import { scriptedLive } from "./scripted-live.mjs";

const LOUD = new Int16Array(800).fill(2000);
const QUIET = new Int16Array(800).fill(50);
const EVENTS = ["start", "audiostart", "soundstart", "speechstart", "speechend", "soundend", "audioend"];
EVENTS.push("result", "nomatch", "error", "end");

const partial = (id, text, all = text) => ({ type: "partial", segment: { id, text }, text: all });
const final = (id, text, all = text) => ({ type: "final", segment: { id, text }, text: all });
const done = (text) => ({ type: "done", transcript: { text } });

/** A microphone whose sound a test makes. */
function scriptedMicrophone() {
  const chunks = [];
  let wake = () => {};
  const microphone = {
    state: "open",
    say(...samples) {
      chunks.push(...samples);
      wake();
    },
    lose() {
      microphone.state = "lost";
      wake();
    },
    close() {
      if (microphone.state === "open") microphone.state = "closed";
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk) yield chunk;
        else if (microphone.state !== "open") return;
        else await new Promise((resolve) => (wake = () => resolve(undefined)));
      }
    },
  };
  return microphone;
}

/** @type {DashScopeSpeechRecognition[]} */
const begun = [];
afterEach(() => {
  for (const recognition of begun.splice(0)) recognition.abort();
});

/** @param {object} [attributes] @param {object} [settings] */
function begin(attributes = {}, settings = {}) {
  const asr = scriptedLive();
  const microphone = scriptedMicrophone();
  const opened = [];
  const openMicrophone = async (options) => {
    opened.push(options);
    return microphone;
  };
  const Recognition = DashScopeSpeechRecognition.with(asr, { openMicrophone, ...settings });
  const recognition = Object.assign(new Recognition(), attributes);
  const told = [];
  const shown = ({ type, results, resultIndex, error }) => {
    if (error) return `${type} ${error}`;
    if (!results) return type;
    return [type, resultIndex, [...results].map((result) => (result.isFinal ? "!" : "?") + result[0].transcript)];
  };
  const events = [];
  for (const type of EVENTS) {
    recognition.addEventListener(type, (event) => {
      events.push(event);
      told.push(shown(event));
    });
  }
  const until = (type) => eventually(type, () => events.find((event) => event.type === type));
  recognition.start();
  begun.push(recognition);
  return { recognition, microphone, asr, opened, told, events, until, started: () => until("audiostart") };
}

const OPENED = ["start", "audiostart"];
const HEARD = [...OPENED, "soundstart", "speechstart"];
const CLOSED = ["speechend", "soundend", "audioend"];

test("one result, in the standard's order", async () => {
  const { microphone, asr, told, until, started } = begin();
  await started();
  microphone.say(QUIET, LOUD);
  const [live] = asr.lives;
  await until("soundstart");
  live.tell(partial(1, "Ask"));
  live.tell(final(1, "Ask not."));
  await until("end");
  assert.deepEqual(told, [...HEARD, ...CLOSED, ["result", 0, ["!Ask not."]], "end"]);
  assert.deepEqual([live.sent.length, live.closed, microphone.state], [2, true, "closed"]);
});

test("what may still change, if that is wanted, and never a final result that was not told before", async () => {
  const { asr, told, until, started } = begin({ interimResults: true });
  await started();
  asr.lives[0].tell(partial(1, "Ask"));
  asr.lives[0].tell(final(1, "Ask not."));
  await until("end");
  const results = told.filter(([type]) => type === "result");
  assert.deepEqual(results, [
    ["result", 0, ["?Ask"]],
    ["result", 0, ["!Ask not."]],
  ]);
  const short = begin({ interimResults: true });
  await short.started();
  short.asr.lives[0].tell(final(1, "Ask."));
  await short.until("end");
  assert.deepEqual(short.told.slice(4), [...CLOSED, ["result", 0, ["?Ask."]], ["result", 0, ["!Ask."]], "end"]);
});

test("many results, until it is stopped: final ones first, each with its space", async () => {
  const { recognition, microphone, asr, told, until, started } = begin({ continuous: true, interimResults: true });
  await started();
  const [live] = asr.lives;
  live.tell(partial(1, "Ask not"));
  live.tell(partial(2, "What", "Ask not What"));
  live.tell(final(1, "Ask not. ", "Ask not. What"));
  live.tell(partial(2, "What you", "Ask not. What you"));
  await eventually("the fourth result", () => told.length === 8);
  recognition.stop();
  await until("audioend");
  assert.ok(live.finishing && microphone.state === "closed");
  live.tell(final(2, "What you can.", "Ask not. What you can."));
  live.tell(final(3, "你好。", "Ask not. What you can.你好。"));
  live.tell(done("Ask not. What you can.你好。"));
  await until("end");
  assert.deepEqual(told.slice(4), [
    ["result", 0, ["?Ask not"]],
    ["result", 1, ["?Ask not", "? What"]],
    ["result", 0, ["!Ask not.", "? What"]],
    ["result", 1, ["!Ask not.", "? What you"]],
    ...CLOSED,
    ["result", 1, ["!Ask not.", "! What you can."]],
    ["result", 2, ["!Ask not.", "! What you can.", "?你好。"]],
    ["result", 2, ["!Ask not.", "! What you can.", "!你好。"]],
    "end",
  ]);
});

test("what was not final is forgotten when it is heard again over another connection", async () => {
  const { asr, told, started } = begin({ continuous: true, interimResults: true });
  await started();
  for (const event of [
    partial(1, "Ask"),
    partial(2, "not", "Ask not"),
    { type: "state", state: "reconnecting" },
    partial(1, "Ask not"),
  ])
    asr.lives[0].tell(event);
  await eventually("the third result", () => told.length === 7);
  assert.deepEqual(told.at(-1), ["result", 0, ["?Ask not"]]);
});

test("one result of all that was said when it is stopped", async () => {
  const { recognition, asr, told, until, started } = begin();
  await started();
  const [live] = asr.lives;
  live.tell(partial(1, "Ask"));
  await until("speechstart");
  recognition.stop();
  await until("audioend");
  live.tell(final(1, "Ask."));
  live.tell(final(2, "Not.", "Ask. Not."));
  live.tell(done("Ask. Not."));
  await until("end");
  assert.deepEqual(told, [...HEARD, ...CLOSED, ["result", 0, ["!Ask. Not."]], "end"]);
});

test("results are the standard's lists", async () => {
  const { asr, until, started } = begin();
  await started();
  asr.lives[0].tell(final(1, "Ask."));
  const { results } = await until("result");
  const [result] = results;
  assert.deepEqual([results.length, results.item(0), results.item(1), results[1]], [1, result, null, undefined]);
  assert.deepEqual([result.length, result.isFinal, result.item(0)], [1, true, result[0]]);
  assert.deepEqual(result[0], { transcript: "Ask.", confidence: 1 });
  assert.throws(() => {
    result[0].transcript = "Tell.";
  });
});

test("a voice without words is no match", async () => {
  const { recognition, asr, told, until, started } = begin({ continuous: true });
  await started();
  asr.lives[0].tell({ type: "speech", speaking: true, atMs: 1 });
  await until("speechstart");
  recognition.stop();
  await until("audioend");
  asr.lives[0].tell(done(""));
  await until("end");
  assert.deepEqual(told, [...HEARD, ...CLOSED, ["nomatch", 0, []], "end"]);
});

test("nobody speaks: told after eight seconds, but not to whoever wants to go on", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const pass = async () => {
    for (let turn = 0; turn < 20; turn++) await null;
  };
  try {
    const once = begin();
    const forever = begin({ continuous: true });
    await pass();
    mock.timers.tick(7999);
    await pass();
    assert.deepEqual(once.told, OPENED);
    mock.timers.tick(1);
    await pass();
    mock.timers.tick(1);
    assert.deepEqual(once.told, [...OPENED, "audioend", "error no-speech", "end"]);
    assert.deepEqual([once.microphone.state, once.asr.lives[0].closed], ["closed", true]);
    assert.deepEqual(forever.told, OPENED);
  } finally {
    mock.timers.reset();
  }
});

describe("who begins and ends it", () => {
  test("it begins once at a time, and again after its end, also from within", async () => {
    const { recognition, asr, until, started } = begin();
    assert.throws(() => recognition.start(), { name: "InvalidStateError" });
    await started();
    let isAgain = false;
    recognition.onend = () => {
      if (isAgain) return;
      isAgain = true;
      recognition.start();
    };
    recognition.abort();
    assert.throws(() => recognition.start(), { name: "InvalidStateError" });
    await until("end");
    await eventually("another one", () => asr.lives.length === 2);
    recognition.abort();
  });

  test("aborted: no results, later than the call", async () => {
    const { recognition, asr, told, until, started, microphone } = begin();
    await started();
    recognition.abort();
    assert.deepEqual([told, microphone.state, asr.lives[0].closed], [OPENED, "closed", true]);
    asr.lives[0].tell(final(1, "Ask."));
    await until("end");
    recognition.abort();
    recognition.stop();
    assert.deepEqual(told, [...OPENED, "audioend", "error aborted", "end"]);
  });

  for (const [how, expected] of [
    ["stop", ["end"]],
    ["abort", ["error aborted", "end"]],
  ]) {
    test(`${how} while the microphone is asked for`, async () => {
      const late = scriptedMicrophone();
      const asked = Promise.withResolvers();
      const { recognition, told, until, asr } = begin({}, { openMicrophone: () => asked.promise });
      recognition[how]();
      if (how === "stop") asked.resolve(late);
      await until("end");
      asked.resolve(late);
      await eventually("it is closed again", () => late.state === "closed");
      assert.deepEqual([told, asr.lives.length], [expected, 0]);
    });
  }
});

describe("what goes wrong has the standard's names", () => {
  const failure = (code, field) =>
    new AsrError({ code, message: `${code}.`, retryable: false, ...(field && { field }) });
  for (const [code, name, field] of [
    ["connection_error", "network"],
    ["rate_limit", "network"],
    ["authentication", "service-not-allowed"],
    ["billing", "service-not-allowed"],
    ["invalid_option", "service-not-allowed", "vocabulary"],
    ["invalid_option", "language-not-supported", "language"],
  ]) {
    test(`${code} of ${field ?? "the service"} is ${name}`, async () => {
      const { asr, told, until, started } = begin();
      await started();
      const cause = failure(code, field);
      asr.lives[0].fail(cause);
      await until("end");
      assert.deepEqual(told, [...OPENED, "audioend", `error ${name}`, "end"]);
      const error = await until("error");
      assert.deepEqual([error.cause, error.message], [cause, `${code}.`]);
    });
  }

  for (const [code, name] of [
    ["microphone_denied", "not-allowed"],
    ["insecure_context", "not-allowed"],
    ["microphone_not_found", "audio-capture"],
    ["worklet_not_loaded", "audio-capture"],
  ]) {
    test(`${code} is ${name}`, async () => {
      const openMicrophone = () => Promise.reject(Object.assign(new Error("no"), { code }));
      const { told, until } = begin({}, { openMicrophone });
      await until("end");
      assert.deepEqual(told, [`error ${name}`, "end"]);
    });
  }

  test("a microphone that goes away: what was said is still told", async () => {
    const { microphone, asr, told, until, started } = begin({ continuous: true });
    await started();
    asr.lives[0].tell(partial(1, "Ask"));
    microphone.lose();
    await until("audioend");
    asr.lives[0].tell(final(1, "Ask."));
    asr.lives[0].tell(done("Ask."));
    await until("end");
    assert.deepEqual(told.slice(-3), [["result", 0, ["!Ask."]], "error audio-capture", "end"]);
  });

  test("a text that names no language", async () => {
    const { told, until, opened } = begin({ lang: "no language" });
    await until("end");
    assert.deepEqual([told, opened], [["error language-not-supported", "end"], []]);
  });
});

test("the language and the settings reach the service, the microphone's the microphone", async () => {
  const live = { model: "fun-asr-realtime", languageHints: ["fr"] };
  const { asr, opened, started } = begin({ lang: "en-GB" }, { live, microphone: { deviceId: "d" } });
  await started();
  assert.deepEqual(asr.lives[0].options, { model: "fun-asr-realtime", languageHints: undefined, language: "en" });
  assert.equal(opened[0].deviceId, "d");
  const other = begin({}, { live });
  await other.started();
  assert.deepEqual(other.asr.lives[0].options, live);
});

test("attributes that are listeners", async () => {
  const { recognition, until } = begin();
  assert.deepEqual(
    EVENTS.map((type) => [`on${type}` in recognition, recognition[`on${type}`]]),
    EVENTS.map(() => [true, null]),
  );
  const calls = [];
  recognition.onstart = () => calls.push("replaced");
  recognition.addEventListener("start", () => calls.push("listener"));
  recognition.onstart = function (event) {
    calls.push(["handler", event.type, this === recognition]);
  };
  recognition.onaudiostart = () => calls.push("removed");
  recognition.onaudiostart = null;
  await until("audiostart");
  assert.deepEqual(calls, [["handler", "start", true], "listener"]);
  recognition.abort();
});

test("a page's handler that throws stops nothing", async () => {
  const thrown = new Error("of the page");
  const reported = [];
  const hear = (error) => reported.push(error);
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", hear);
  try {
    const { recognition, asr, until, started } = begin();
    recognition.onstart = recognition.onresult = () => {
      throw thrown;
    };
    await started();
    asr.lives[0].tell(final(1, "Ask."));
    await until("end");
    assert.deepEqual(reported, [thrown, thrown]);
  } finally {
    process.off("uncaughtException", hear);
    for (const other of others) process.on("uncaughtException", other);
  }
});

test("whoever gives it up within an event is told no result more", async () => {
  const { recognition, asr, told, until, started } = begin({ continuous: true });
  await started();
  recognition.onspeechstart = () => recognition.abort();
  asr.lives[0].tell(final(1, "Ask."));
  await until("end");
  assert.deepEqual(told, [...HEARD, ...CLOSED, "error aborted", "end"]);
});

test("a track is heard in the microphone's place", async () => {
  const { MediaStream } = /** @type {any} */ (globalThis);
  /** @type {any} */ (globalThis).MediaStream = class {
    constructor(tracks) {
      this.tracks = tracks;
    }
  };
  try {
    const { recognition, opened, until } = begin();
    recognition.abort();
    await until("end");
    const track = /** @type {any} */ ({ kind: "audio", readyState: "live" });
    recognition.start(track);
    assert.deepEqual(opened[1].stream.tracks, [track]);
  } finally {
    /** @type {any} */ (globalThis).MediaStream = MediaStream;
  }
});

test("a track in the microphone's place has to be one of sound, and alive", () => {
  const { recognition } = begin();
  recognition.abort();
  const other = new DashScopeSpeechRecognition(scriptedLive());
  for (const track of [
    { kind: "video", readyState: "live" },
    { kind: "audio", readyState: "ended" },
  ])
    assert.throws(() => other.start(/** @type {any} */ (track)), { name: "InvalidStateError" });
});
