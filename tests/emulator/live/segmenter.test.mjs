// Sentences out of samples: the same whatever the messages were, and again from the end of any of them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { recordings } from "../../fixtures/recordings.mjs";
import { pcmOf } from "../live-client.mjs";
import { createSegmenter } from "./segmenter.mjs";

const pcm = pcmOf(
  recordings.map((recording) => recording.read()),
  700,
);
const samples = new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length));

/** @param {{ fromMs?: number, size?: number, silenceMs?: number, audio?: Int16Array }} [wish] */
function sentences({ fromMs = 0, size = 1600, silenceMs = 400, audio = samples } = {}) {
  const segmenter = createSegmenter({ sampleRate: 16000, silenceMs });
  const cuts = [];
  for (let at = fromMs * 16; at < audio.length; at += size) cuts.push(...segmenter.push(audio.subarray(at, at + size)));
  cuts.push(...segmenter.flush());
  return cuts.flatMap((cut) => (cut.type === "end" ? [cut.sentence] : []));
}
const shown = (list, fromMs = 0) =>
  list.map(({ beginMs, endMs, samples: heard }) => [
    beginMs + fromMs,
    endMs + fromMs,
    Buffer.from(heard.buffer).toString("base64"),
  ]);

describe("where sentences are cut", () => {
  test("does not depend on the pieces in which the audio comes", () => {
    const whole = shown(sentences());
    assert.equal(whole.length, 7);
    for (const size of [1, 777, 16_000, samples.length]) assert.deepEqual(shown(sentences({ size })), whole, `${size}`);
  });

  test("is the same when the audio comes again from the end of a sentence", () => {
    for (const silenceMs of [200, 400, 1300]) {
      const whole = sentences({ silenceMs });
      whole.forEach(({ endMs }, index) => {
        assert.deepEqual(shown(sentences({ fromMs: endMs, silenceMs }), endMs), shown(whole.slice(index + 1)));
      });
    }
  });

  test("and from anywhere else in the pause, if enough of it comes before the next word", () => {
    const whole = sentences();
    const heard = (list) => list.map((sentence) => Buffer.from(sentence.samples.buffer).toString("base64"));
    let tried = 0;
    whole.slice(0, -1).forEach(({ endMs }, index) => {
      for (let from = endMs * 16; from <= (whole[index + 1].beginMs - 310) * 16; from += 997) {
        const audio = samples.subarray(from);
        assert.deepEqual(heard(sentences({ audio })), heard(whole.slice(index + 1)), `${from}`);
        tried++;
      }
    });
    assert.ok(tried > 50, `${tried}`);
  });

  test("a longer silence makes longer sentences", () => {
    const counts = [200, 400, 1300].map((silenceMs) => sentences({ silenceMs }).length);
    assert.ok(counts[0] > counts[1] && counts[1] > counts[2], counts.join());
  });

  test("speech without pauses is cut all the same, and again from there", () => {
    const speech = recordings.flatMap((recording) => [...new Int16Array(recording.read().buffer.slice(44))]);
    const audio = Int16Array.from(speech);
    const whole = sentences({ audio, silenceMs: 6000 });
    assert.ok(whole.length > 2);
    for (const { beginMs, endMs } of whole) assert.ok(endMs - beginMs <= 14_000);
    const [{ endMs }] = whole;
    assert.deepEqual(shown(sentences({ audio, silenceMs: 6000, fromMs: endMs }), endMs), shown(whole.slice(1)));
  });

  test("silence, noise and clicks are no sentences, and ten minutes of them take no memory", () => {
    const segmenter = createSegmenter({ sampleRate: 16000, silenceMs: 400 });
    const second = Int16Array.from({ length: 16_000 }, (_, i) => (i < 160 ? 20_000 : ((i * 7919) % 101) - 50));
    const cuts = [];
    for (let i = 0; i < 600; i++) cuts.push(...segmenter.push(second));
    assert.deepEqual([...new Set(cuts.map(({ type }) => type))], ["quiet"]);
    assert.equal(cuts.length, 600);
    assert.ok(segmenter.keptSamples() < 16_000 * 2);
  });
});
