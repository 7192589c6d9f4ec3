// What a voice agent is told when, of a live transcription that a script makes up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DashScopeSTT } from "../../dist/cloudflare-voice.js";
import { AsrError } from "../../dist/index.js";
import { eventually } from "../edge/upstream.mjs";
import { scriptedLive } from "./scripted-live.mjs";

const state = (name) => ({ type: "state", state: name });
const partial = (text) => ({ type: "partial", segment: { id: 1, text }, text });
const final = (text) => ({ type: "final", segment: { id: 1, text }, text });

/** @param {import("../../dist/cloudflare-voice.js").DashScopeSTTOptions} [options] @param {object} [more] */
function call(options, more) {
  const asr = scriptedLive();
  const told = [];
  const session = new DashScopeSTT(asr, options).createSession({
    onSpeechStart: (text) => told.push(["start", text]),
    onInterim: (text) => told.push(["interim", text]),
    onUtterance: (text) => told.push(["utterance", text]),
    onFatalError: (error) => told.push(["fatal", error]),
    ...more,
  });
  const [live] = asr.lives;
  return { session, live, told, until: (count) => eventually(`${count} calls`, () => told.length >= count) };
}

test("somebody begins to speak once for a sentence, by the voice or by the first words", async () => {
  const { live, told, until } = call();
  for (const event of [
    state("open"),
    { type: "speech", speaking: true, atMs: 1 },
    partial("ask "),
    partial("ask not"),
    { type: "speech", speaking: false, atMs: 2 },
    final("Ask not. "),
    partial("what"),
    final("What?"),
    final("Ask."),
  ])
    live.tell(event);
  await until(9);
  assert.deepEqual(told, [
    ["start", undefined],
    ["interim", "ask"],
    ["interim", "ask not"],
    ["utterance", "Ask not."],
    ["start", "what"],
    ["interim", "what"],
    ["utterance", "What?"],
    ["start", "Ask."],
    ["utterance", "Ask."],
  ]);
});

test("the call's language stands for the hints, in the service's words", () => {
  for (const [language, known] of [
    ["en-GB", "en"],
    ["zh-Hant-HK", "yue"],
    ["cmn-Hans-CN", "zh"],
    ["nb-NO", "no"],
    ["tl", "fil"],
    ["no language", "no language"],
  ]) {
    const { live } = call({ languageHints: ["fr"], heartbeat: true }, { language });
    assert.deepEqual(live.options, { languageHints: undefined, heartbeat: true, language: known });
  }
  assert.deepEqual(call({ languageHints: ["fr"] }).live.options, { languageHints: ["fr"] });
});

test("what the agent says is passed on once there is a connection, as much as the service reads", async () => {
  const { session, live } = call();
  session.updateAgentContext(`${"a".repeat(500)} at seven?`);
  assert.deepEqual(live.contexts, []);
  live.tell(state("open"));
  await eventually("it is passed on", () => live.contexts.length === 1);
  session.updateAgentContext("At eight?");
  session.updateAgentContext(" ");
  const [[first], [second]] = live.contexts;
  assert.deepEqual([first.role, first.text.length, first.text.slice(-9)], ["assistant", 400, "at seven?"]);
  assert.deepEqual([second, live.contexts.length], [{ role: "assistant", text: "At eight?" }, 2]);
});

const failure = () => new AsrError({ code: "connection_error", message: "gone", retryable: true });

test("a failure is told once: to whoever waits for the beginning, afterwards to the agent", async () => {
  const waiting = call();
  const error = failure();
  const ready = waiting.session.waitUntilReady();
  waiting.live.fail(error);
  await assert.rejects(ready, error);
  assert.deepEqual(waiting.told, []);

  const unheard = call();
  unheard.live.fail(error);
  await unheard.until(1);
  assert.deepEqual(unheard.told, [["fatal", error]]);

  const later = call();
  later.live.tell(state("open"));
  await later.session.waitUntilReady();
  later.live.fail(error);
  await later.until(1);
  assert.deepEqual(later.told, [["fatal", error]]);
});

test("whoever hangs up is told nothing more, and no longer waits", async () => {
  const { session, live, told } = call();
  const ready = session.waitUntilReady();
  session.close();
  live.tell(final("Too late."));
  await assert.rejects(ready, { code: "aborted" });
  assert.deepEqual([told, live.closed], [[], true]);
});

test("what the agent throws ends the call and is not lost", async () => {
  const thrown = new Error("of the agent");
  const { live, told, until } = call(undefined, {
    onUtterance() {
      throw thrown;
    },
  });
  live.tell(state("open"));
  live.tell(final("Ask not."));
  await until(2);
  assert.deepEqual([told.at(-1), live.closed], [["fatal", thrown], true]);
});
