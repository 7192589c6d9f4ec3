// Independent proof of both realtime protocols: the official dashscope SDK for Python recognises a recording, spoken to the
// emulator in real time.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { officialSdkMissing, startOfficialSdk } from "./official-sdk.mjs";

/** @type {import("../emulator/server.mjs").Emulator} */
let emulator;
/** @type {ReturnType<typeof startOfficialSdk>} */
let sdk;

const MODEL = "qwen-audio-3.1-asr-flash-streaming";
const SPOKEN_SECONDS = 11;
const options = { file: jfk.path, model: MODEL, format: "wav", sample_rate: 16000 };

async function value(call, callArguments) {
  const reply = await sdk.call(call, callArguments);
  assert.equal(reply.raised, undefined, JSON.stringify(reply.raised));
  return reply.value;
}
function assertHeard(sentences) {
  const text = sentences.join(" ");
  assert.ok(wordErrors(jfk.words, text).rate < 0.1, text);
}

describe("dashscope SDK for Python, realtime", { skip: officialSdkMissing() }, () => {
  before(async () => {
    emulator = await startEmulator();
    sdk = startOfficialSdk(emulator.url);
    // Warmed up, so that no partial sentence has to wait for the model.
    await value("Recognition.call", options);
  });
  after(async () => {
    sdk?.close();
    await emulator?.close();
  });

  test("Recognition, with a callback: the words come while they are spoken", async () => {
    for (const model of [MODEL, "fun-asr-realtime", "paraformer-realtime-v2"]) {
      const told = await value("Recognition.start", { ...options, model, format: "pcm", max_sentence_silence: 400 });
      assert.deepEqual(told.at(-1), { complete: true });
      const sentences = told.filter((event) => event.sentence);
      const finals = sentences.filter(({ sentence }) => sentence.sentence_end);
      assert.ok(finals.length >= 2);
      assertHeard(finals.map(({ sentence }) => sentence.text));
      const [partial] = sentences;
      assert.deepEqual([partial.sentence.sentence_end, partial.usage], [false, null]);
      assert.ok(partial.at < 4, `the first words came after ${partial.at} s`);
      assert.ok(finals[0].at < SPOKEN_SECONDS - 1, `the first sentence came after ${finals[0].at} s`);
      assert.equal(finals.at(-1).usage.duration, SPOKEN_SECONDS + (finals.at(-1).sentence.end_time > 11_000 ? 1 : 0));
      for (const { sentence } of finals) {
        const times = sentence.words.flatMap((word) => [word.begin_time, word.end_time]);
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
        assert.ok(times[0] >= sentence.begin_time && times.at(-1) <= sentence.end_time);
      }
    }
  });

  test("Recognition of a whole file, and its refusals", async () => {
    const { status, output } = await value("Recognition.call", options);
    assert.equal(status, 200);
    assertHeard(output.sentence.map(({ text }) => text));
    const unknown = await value("Recognition.call", { ...options, model: "no-such-realtime" });
    assert.deepEqual([unknown.code, unknown.message], ["ModelNotFound", "Model can not be found."]);
    const stranger = startOfficialSdk(emulator.url, { key: "sk-invalid" });
    const refused = await stranger.call("Recognition.call", options);
    stranger.close();
    assert.equal(refused.value.status, 401);
  });

  test("the second generation of the SDK: two tasks on one socket", async () => {
    const opened = emulator.requests.length;
    const told = await value("Client.audio.asr.recognize", options);
    assert.equal(told.length, 2);
    for (const sentences of told) {
      assertHeard(sentences.filter((sentence) => sentence.sentence_end).map(({ text }) => text));
    }
    assert.equal(emulator.requests.length, opened + 1);
  });

  test("OmniRealtimeConversation: a session with speech found by the service", async () => {
    const session = { file: jfk.path, model: "qwen3-asr-flash-realtime", silence_ms: 400 };
    const told = await value("OmniRealtimeConversation", session);
    const of = (type) => told.filter((event) => event.type === type);
    const finals = of("conversation.item.input_audio_transcription.completed");
    assert.ok(finals.length >= 2);
    assertHeard(finals.map(({ transcript }) => transcript));
    assert.ok(finals[0].at < SPOKEN_SECONDS - 1, `the first sentence came after ${finals[0].at} s`);
    assert.ok(of("conversation.item.input_audio_transcription.text").length > finals.length);
    assert.equal(of("input_audio_buffer.speech_started").length, finals.length);
    assert.deepEqual(
      [told[0].type, told[1].type, told.at(-1).type],
      ["session.created", "session.updated", "session.finished"],
    );
    assert.deepEqual(of("error"), []);
  });
});
