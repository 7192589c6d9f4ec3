// The published script of the audio thread, run by hand: what it makes of the samples, block by block.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import vm from "node:vm";
import { inProject } from "../../scripts/build/paths.mjs";

const script = readFileSync(inProject("dist", "microphone-worklet.js"), "utf8");
const BLOCK = 128;
const TO = 16_000;

/** An audio thread of this rate, as the standard has it. @param {number} sampleRate */
function startThread(sampleRate, { length = TO / 20 } = {}) {
  let Processor;
  /** @type {(Int16Array | "end")[]} */
  const messages = [];
  const port = {
    onmessage: undefined,
    postMessage: (message, transferred = []) => messages.push(structuredClone(message, { transfer: transferred })),
  };
  const AudioWorkletProcessor = class {
    port = port;
  };
  const registerProcessor = (name, given) => {
    assert.equal(name, "dashscope-asr-capture");
    Processor = given;
  };
  vm.runInNewContext(script, {
    ...{ AudioWorkletProcessor, registerProcessor, sampleRate },
    ...{ Float32Array, Int16Array, Math, Array, Number },
  });
  const processor = new Processor({ processorOptions: { sampleRate: TO, length } });
  return {
    messages,
    tell: (command) => port.onmessage({ data: command }),
    hear(samples) {
      let goesOn = true;
      for (let at = 0; at < samples.length; at += BLOCK) goesOn = processor.process([[samples.slice(at, at + BLOCK)]]);
      return goesOn;
    },
    hearNothing: () => processor.process([[]]),
    samples: () => messages.flatMap((message) => (message === "end" ? [] : [...message])),
  };
}

const tone = (frequency, rate, seconds) =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, index) => Math.sin((2 * Math.PI * frequency * index) / rate) / 2,
  );

const loudness = (samples) => Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);

describe("the audio thread", () => {
  for (const rate of [8000, 16_000, 22_050, 44_100, 44_101, 48_000, 96_000]) {
    test(`at ${rate} Hz, speech passes in its place and nothing folds back into it`, () => {
      const thread = startThread(rate);
      thread.hear(tone(1000, rate, 0.5));
      thread.tell("end");
      const heard = thread.samples().map((sample) => sample / 32_768);
      assert.ok(Math.abs(heard.length - TO / 2) <= BLOCK * Math.ceil(TO / rate), `${heard.length} samples`);
      const expected = tone(1000, TO, 0.5);
      const wrong = heard.slice(200, 7800).map((sample, index) => sample - expected[index + 200]);
      assert.ok(loudness(wrong) < 0.002, `${loudness(wrong)}`);
      if (rate <= 32_000) return;
      const high = startThread(rate);
      high.hear(tone(11_000, rate, 0.5));
      high.tell("end");
      const folded = high
        .samples()
        .slice(500, 7500)
        .map((sample) => sample / 32_768);
      assert.ok(loudness(folded) < 0.001, `${loudness(folded)}`);
    });
  }

  test("chunks are of one length, but for the last, and no sample is lost between them", () => {
    const thread = startThread(48_000);
    thread.hear(tone(300, 48_000, 1.03));
    thread.tell("end");
    const lengths = thread.messages.map((message) => message.length);
    assert.deepEqual(lengths.slice(0, -2), Array(20).fill(800));
    assert.equal(thread.messages.at(-1), "end");
    const heard = thread.samples();
    assert.equal(heard.length, 1.03 * 16_000);
    for (let index = 1; index < 16_000; index++) {
      // The steepest that this tone can be.
      assert.ok(Math.abs(heard[index] - heard[index - 1]) < 1950, `a jump at ${index}`);
    }
  });

  test("what is too loud is as loud as can be, not noise", () => {
    const thread = startThread(16_000);
    thread.hear(new Float32Array(1600).fill(1.5));
    thread.hear(new Float32Array(1600).fill(-1.5));
    thread.tell("end");
    const heard = thread.samples();
    assert.deepEqual([Math.max(...heard), Math.min(...heard)], [32_767, -32_768]);
  });

  test("while the device is being opened there is no time, afterwards a hole is silence", () => {
    const thread = startThread(16_000);
    for (let index = 0; index < 500; index++) thread.hearNothing();
    assert.deepEqual(thread.messages, []);
    thread.hear(new Float32Array(1280).fill(0.5));
    for (let index = 0; index < 10; index++) thread.hearNothing();
    thread.tell("end");
    const heard = thread.samples();
    assert.equal(heard.length, 2560);
    assert.equal(heard[640], 16_384);
    assert.equal(heard[1920], 0);
  });

  test("a pause is left out, and what was said before it comes at once", () => {
    const thread = startThread(16_000);
    thread.hear(new Float32Array(128 * 3).fill(0.25));
    thread.tell("pause");
    thread.tell("pause");
    assert.equal(thread.samples().length, 384);
    thread.hear(new Float32Array(128 * 50).fill(0.5));
    assert.equal(thread.samples().length, 384);
    thread.tell("resume");
    thread.hear(new Float32Array(128 * 5).fill(-0.25));
    thread.tell("end");
    const heard = thread.samples();
    assert.equal(heard.length, 384 + 640);
    assert.ok(!heard.some((sample) => sample > 10_000), "nothing of the pause");
  });

  test("after its end it asks for no more, and says so once", () => {
    const thread = startThread(16_000);
    assert.equal(thread.hear(new Float32Array(128)), true);
    thread.tell("end");
    thread.tell("resume");
    thread.tell("end");
    assert.equal(thread.hear(new Float32Array(128)), false);
    assert.deepEqual(thread.messages.slice(1), ["end"]);
  });
});
