// Realtime with the real recogniser: real recordings in every format, in any pieces, and again from the end of a sentence.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { recordings } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { appends, openSession, pcmOf, recogniseTask, sentencesOf } from "./live-client.mjs";
import { startEmulator } from "./server.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.close());

const spoken = recordings.slice(0, 3);
const said = spoken.map(({ words }) => words).join(" ");
const pcm = pcmOf(
  spoken.map((recording) => recording.read()),
  700,
);
const parameters = { max_sentence_silence: 600 };

function ffmpeg(...output) {
  const { stdout } = spawnSync(
    "ffmpeg",
    ["-v", "error", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "pipe:0", ...output, "pipe:1"],
    {
      input: pcm,
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return stdout;
}
const textOf = (finals) => finals.map(({ text }) => text).join(" ");
const wordsOf = (finals) =>
  finals.flatMap(({ words }) => words.map(({ begin_time, end_time, text }) => [begin_time, end_time, text]));

describe("realtime recognition", () => {
  test("every format says the same", async () => {
    /** @type {[string, number, Buffer][]} */
    const formats = [
      ["pcm", 16000, pcm],
      ["pcm", 8000, ffmpeg("-ar", "8000", "-f", "s16le")],
      ["wav", 16000, ffmpeg("-f", "wav")],
      ["wav", 16000, ffmpeg("-ar", "44100", "-af", "pan=stereo|c0=c0|c1=c0", "-f", "wav")],
      ["opus", 16000, ffmpeg("-c:a", "libopus", "-b:a", "24k", "-f", "ogg")],
      ["mp3", 16000, ffmpeg("-b:a", "64k", "-f", "mp3")],
      ["aac", 16000, ffmpeg("-b:a", "64k", "-f", "adts")],
    ];
    for (const [format, sampleRate, bytes] of formats) {
      // A pause of the first recording is nearly 600 ms long, and not every format agrees about it.
      const wish = { parameters: { max_sentence_silence: 800, format, sample_rate: sampleRate } };
      const { finals } = await recogniseTask(emulator.url, bytes, wish);
      const { rate } = wordErrors(said, textOf(finals));
      assert.ok(rate < 0.12, `${format} at ${sampleRate} Hz: ${rate}: ${textOf(finals)}`);
      assert.equal(finals.length, 3, format);
      assert.ok(Math.abs(finals[2].end_time - 22_294) < 150, `${format}: ${finals[2].end_time}`);
    }
  });

  test("the pieces make no difference, and what comes again from the end of a sentence is heard as before", async () => {
    const whole = await recogniseTask(emulator.url, pcm, { parameters });
    assert.equal(whole.finals.length, 3);
    for (const size of [640, 1001, pcm.length]) {
      assert.deepEqual((await recogniseTask(emulator.url, pcm, { parameters, size })).finals, whole.finals);
    }
    for (const [index, { end_time: from }] of whole.finals.entries()) {
      const { finals } = await recogniseTask(emulator.url, pcm.subarray(from * 32), { parameters });
      const shifted = wordsOf(finals).map(([begin, end, text]) => [begin + from, end + from, text]);
      assert.deepEqual(shifted, wordsOf(whole.finals.slice(index + 1)));
    }
  });

  test("partial sentences grow while the audio comes", async () => {
    const { events } = await recogniseTask(emulator.url, pcm.subarray(0, 11 * 32_000), {
      parameters,
      fault: "every-partial,partial-every=1200",
    });
    const texts = sentencesOf(events).map(({ text }) => text);
    assert.ok(texts.length > 6, `${texts.length}`);
    assert.ok(texts[0].length < 20 && texts[0].length > 0, texts[0]);
    const lengths = texts.map((text) => text.length);
    assert.ok(
      lengths.filter((length, at) => at > 0 && length >= lengths[at - 1]).length > texts.length * 0.7,
      texts.join("\n"),
    );
  });

  test("the other protocol hears the same", async () => {
    const turn_detection = { type: "server_vad", threshold: 0, silence_duration_ms: 600 };
    const client = await openSession(emulator.url, { session: { turn_detection }, fault: "time-scale=1000" });
    for (const message of appends(pcm)) client.say(message);
    client.say({ event_id: "event_end", type: "session.finish" });
    await client.until("session.finished");
    const completed = client.events.filter(
      ({ type }) => type === "conversation.item.input_audio_transcription.completed",
    );
    const { finals } = await recogniseTask(emulator.url, pcm, { parameters });
    assert.deepEqual(
      completed.map(({ transcript }) => transcript),
      finals.map(({ text }) => text),
    );
    client.close();
  });
});
