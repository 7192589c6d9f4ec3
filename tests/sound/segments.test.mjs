// segments(): pieces of real speech, in Node.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeWav, segments } from "../../dist/index.js";
import { samplesIn, speech } from "./listening.mjs";

const spoken = speech(260);
const file = new Blob([encodeWav([Float32Array.from(spoken, (sample) => sample / 32_767)], 16_000)]);

const all = async (iterable) => {
  const list = [];
  for await (const item of iterable) list.push(item);
  return list;
};

test("the pieces are the recording's own samples, in order, and cut where nobody speaks", async () => {
  const pieces = await all(segments(file, { targetMs: 20_000, maxMs: 30_000 }));
  assert.ok(pieces.length >= 8 && pieces.length <= 15, `${pieces.length}`);
  let end = 0;
  for (const [index, { index: told, fromMs, toMs, samples, ending, speechMs, toWav }] of pieces.entries()) {
    assert.equal(told, index);
    assert.ok(fromMs >= end && toMs - fromMs <= 30_000);
    assert.equal(samples.length, (toMs - fromMs) * 16);
    assert.ok(speechMs > 0 && speechMs <= toMs - fromMs);
    const own = spoken.subarray(fromMs * 16, toMs * 16);
    assert.ok(samples.every((sample, at) => Math.abs(sample - own[at]) <= 1));
    assert.deepEqual(await samplesIn(toWav()), samples);
    end = toMs;
    if (index < pieces.length - 1) assert.ok(ending === "pause" || ending === "silence", ending);
  }
  assert.ok(end > 259_000);
});

test("without a target they are as long as the model takes them, also as base64", async () => {
  const [first] = await all(segments(file));
  assert.ok(first.toMs - first.fromMs > 200_000);
  assert.ok(Math.ceil(first.toWav().size / 3) * 4 + "data:audio/wav;base64,".length <= 10_485_760);
});

test("silence is left out", async () => {
  const silence = new Int16Array(10 * 16_000);
  const parts = [silence, spoken.subarray(0, 170_000), silence, spoken.subarray(0, 170_000), silence];
  const wav = new Blob([file.slice(0, 44), ...parts]);
  const pieces = await all(segments(wav));
  assert.equal(pieces.length, 2);
  assert.deepEqual(
    pieces.map(({ ending }) => ending),
    ["silence", "silence"],
  );
  for (const [index, { fromMs, toMs }] of pieces.entries()) {
    const begins = 10_000 + index * 20_625;
    assert.ok(Math.abs(fromMs - begins) < 500 && Math.abs(toMs - begins - 10_625) < 1_000, `${fromMs} to ${toMs}`);
  }
});

test("whoever leaves the loop lets go of the stream", async () => {
  let cancelled = false;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let at = 0;
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.slice(at, at + 65_536));
      at += 65_536;
    },
    cancel() {
      cancelled = true;
    },
  });
  for await (const { index } of segments(stream, { targetMs: 5_000 })) if (index === 1) break;
  assert.ok(cancelled);
  assert.ok(at < bytes.length / 4);
});

test("options are checked", async () => {
  const field = (options) =>
    all(segments(file, options)).then(
      () => "done",
      (error) => error.field,
    );
  assert.equal(await field({ maxMs: 500 }), "maxMs");
  assert.equal(await field({ maxMs: "x" }), "maxMs");
  assert.equal(await field({ seconds: 5 }), "seconds");
});
