// The cut table: one recording, the connection cut at fifty places, and the text is that of the recording that was not cut.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../emulator/server.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { transcribedOverWire } from "./over-wire.mjs";
import { OPTIONS, SAID, speak } from "./speaking.mjs";

const PLACES = 25;
const AT_ONCE = 10;
const TOLERANCE_MS = 50;

/** @type {import("../emulator/server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.close());

/** @param {import("./wire.mjs").Cut} [cut] */
async function transcribed(cut) {
  const { transcript, state } = await transcribedOverWire(emulator.url, OPTIONS, speak, cut);
  return { transcript, bytes: state.bytes, connections: state.connections };
}

describe("a connection that is cut", () => {
  test("loses no words, and no time", async (t) => {
    const whole = await transcribed();
    assert.ok(wordErrors(SAID, whole.transcript.text).rate < 0.12, whole.transcript.text);
    assert.equal(whole.connections, 1);
    /** @type {import("./wire.mjs").Cut[]} */
    const cuts = [true, false].flatMap((upwards) =>
      Array.from({ length: PLACES }, (_, index) => ({
        upwards,
        after: Math.round((whole.bytes[Number(upwards)] * (index + 0.5)) / PLACES),
      })),
    );
    let furthest = 0;
    const check = async (/** @type {import("./wire.mjs").Cut} */ cut) => {
      const { transcript, connections } = await transcribed(cut);
      const where = JSON.stringify(cut);
      assert.ok(connections >= 2, `${where}: it was not cut`);
      assert.equal(transcript.text, whole.transcript.text, where);
      assert.equal(transcript.segments.length, whole.transcript.segments.length, where);
      for (const [index, { beginMs, endMs }] of transcript.segments.entries()) {
        const expected = whole.transcript.segments[index];
        const off = Math.max(Math.abs(beginMs - expected.beginMs), Math.abs(endMs - expected.endMs));
        furthest = Math.max(furthest, off);
        assert.ok(off <= TOLERANCE_MS, `${where}: sentence ${index} is ${off} ms off`);
      }
    };
    const waiting = [...cuts];
    const failures = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let cut = waiting.shift(); cut; cut = waiting.shift())
          await check(cut).catch((error) => failures.push(error));
      }),
    );
    t.diagnostic(`${cuts.length} cuts, times at most ${furthest} ms off, ${failures.length} failed`);
    assert.deepEqual(
      failures.map(({ message }) => message),
      [],
    );
  });
});
