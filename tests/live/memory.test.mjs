// An hour of audio through the module of live(), at once: its memory is that of the first minutes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createGlue, namespace } from "../../dist/live.js";

const PIECE_MS = 100;
const MINUTE = 60_000 / PIECE_MS;
/** A sentence ends so often while somebody speaks. */
const SENTENCE = 5_000 / PIECE_MS;
const MEGABYTE = 2 ** 20;

function boot() {
  const module = new WebAssembly.Module(
    readFileSync(new URL("../../dist/dashscope_asr_live_bg.wasm", import.meta.url)),
  );
  const glue = createGlue();
  const { exports } = new WebAssembly.Instance(module, { [namespace]: glue });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return { glue, bytes: () => exports.memory.buffer.byteLength };
}

/** Speaks for a minute and is silent for a minute, again and again. @param {string} model */
function hour(model) {
  const { glue, bytes } = boot();
  const session = new glue.LiveSession("{}", JSON.stringify({ model }), "0".repeat(32), 0.5);
  const isTask = model !== "qwen3-asr-flash-realtime";
  const silence = new Int16Array(16 * PIECE_MS);
  const voice = silence.map((_, at) => (at % 100) * 100);
  let [now, heardMs, finals, task] = [0, 0, 0, ""];
  const say = (message) => session.message(JSON.stringify(message), now);
  const event = (name, payload = {}) => say({ header: { task_id: task, event: name }, payload });

  function sentence() {
    const [begin, end, text, item] = [heardMs - 4_000, heardMs - 500, `Sentence ${finals}.`, `item_${finals}`];
    if (isTask) {
      const words = [{ begin_time: begin, end_time: end, text, punctuation: "" }];
      const told = { sentence_id: finals, begin_time: begin, end_time: end, text, sentence_end: true, words };
      return event("result-generated", { output: { sentence: told }, usage: { duration: Math.ceil(heardMs / 1000) } });
    }
    say({ type: "input_audio_buffer.speech_started", item_id: item, audio_start_ms: begin });
    say({ type: "input_audio_buffer.speech_stopped", item_id: item, audio_end_ms: end });
    say({ type: "conversation.item.input_audio_transcription.completed", item_id: item, transcript: text });
  }

  function act() {
    for (const [name, value] of session.actions()) {
      if (name === "connect") {
        session.tell("opened", now);
        if (!isTask) say({ type: "session.created" });
      } else if (name === "text") {
        const message = JSON.parse(value);
        task = message.header?.task_id ?? task;
        if (message.header?.action === "run-task") event("task-started");
        else if (message.type === "session.update") say({ type: "session.updated" });
        else if (message.audio) heardMs += (message.audio.length * 3) / 4 / 32;
      } else if (name === "binary") heardMs += value.length / 32;
      else if (name === "event") finals += Number(JSON.parse(value).type === "final");
      else assert.notEqual(name, "fail", String(value));
    }
    if (session.deadline <= now) session.tell("wake", now);
  }

  let early = 0;
  for (let piece = 0; piece < 60 * MINUTE; piece++) {
    const isSpeech = Math.floor(piece / MINUTE) % 2 === 0;
    session.send(isSpeech ? voice : silence, 0, now);
    now += PIECE_MS;
    for (let round = 0; round < 3; round++) act();
    if (isSpeech && piece % SENTENCE === SENTENCE - 1) sentence();
    if (piece === 4 * MINUTE) early = bytes();
  }
  act();
  return { finals, grown: bytes() - early, bytes: bytes() };
}

for (const model of ["qwen-audio-3.1-asr-flash-streaming", "qwen3-asr-flash-realtime"]) {
  test(`${model}: an hour needs what four minutes need`, (t) => {
    const { finals, grown, bytes } = hour(model);
    assert.equal(finals, 30 * 12);
    t.diagnostic(`${(bytes / MEGABYTE).toFixed(1)} MiB, ${grown} bytes more than after four minutes`);
    assert.ok(grown <= MEGABYTE, `it grew by ${grown} bytes`);
    assert.ok(bytes < 8 * MEGABYTE, `${bytes} bytes`);
  });
}
