// The judge of the seams is judged: what is lost, doubled and cut in two is counted, also of what a codec has changed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readWav, writeWav } from "../../emulator/audio/wav.mjs";
import { createEars, judge } from "./ears.mjs";
import { RATE, speechOf, writeSpeech } from "./speech.mjs";

const SECONDS = 150;

describe("ears that know the recording", () => {
  const folder = mkdtempSync(join(tmpdir(), "dashscope-asr-ears-"));
  const path = join(folder, "speech.wav");
  const { utterances, words, length } = speechOf(SECONDS);
  let samples;
  let hear;
  before(async () => {
    await writeSpeech(path, SECONDS);
    [samples] = readWav(readFileSync(path)).channels;
    const { recogniser } = createEars({ path, seconds: SECONDS, answerMs: 0, perSecondMs: 0 });
    hear = async (from, to) => (await recogniser.recognise(samples.subarray(from, to))).text;
  });
  after(() => rmSync(folder, { recursive: true }));
  const none = { words: words.length, lost: 0, doubled: 0, misplaced: 0, unknown: 0 };
  const judged = (...texts) => judge(texts.join(" "), SECONDS);
  /** In a pause, and not where loudness is counted from. */
  const pause = utterances[9].at - 4_321;
  const cut = words[60];

  test("the file is as long as it says, and as was asked for", () => {
    assert.equal(samples.length, length);
    assert.ok(length <= SECONDS * RATE && length > (SECONDS - 15) * RATE);
  });

  test("a seam in a pause costs nothing", async () => {
    assert.deepEqual(judged(await hear(0, pause), await hear(pause)), none);
  });

  test("a word that is cut in two is lost, and half of it is there once more", async () => {
    const middle = Math.round((cut.begin + cut.end) / 2);
    assert.deepEqual(judged(await hear(0, middle), await hear(middle)), { ...none, lost: 1, doubled: 1 });
  });

  test("what nobody has sent is lost, and what was sent twice is doubled", async () => {
    const next = words[61];
    const [from, behind] = [cut.begin - 160, next.end + 160];
    const outside = [await hear(0, from), await hear(behind)];
    assert.deepEqual(judged(...outside), { ...none, lost: 2 });
    assert.deepEqual(judged(await hear(0, behind), await hear(from)), { ...none, doubled: 2, misplaced: 1 });
  });

  test("the order counts, and a sound from elsewhere is none of it", async () => {
    assert.equal(judged(await hear(pause), await hear(0, pause)).misplaced, 1);
    const other = Float32Array.from({ length: 5 * RATE }, (_, at) => Math.sin(at / 9) * Math.abs(Math.sin(at / 7_000)));
    const { recogniser } = createEars({ path, seconds: SECONDS, answerMs: 0, perSecondMs: 0 });
    assert.equal((await recogniser.recognise(other)).text, "?");
  });

  test("a piece in Opus is found, too", async () => {
    const text = await Promise.all(
      [samples.subarray(0, pause), samples.subarray(pause)].map(async (part, index) => {
        const file = join(folder, `${index}.wav`);
        const coded = execFileSync(
          "ffmpeg",
          ["-v", "error", "-i", "-", "-c:a", "libopus", "-b:a", "24k", "-f", "ogg", "-"],
          { input: writeWav([part], RATE) },
        );
        execFileSync("ffmpeg", ["-v", "error", "-i", "-", "-ar", String(RATE), file], { input: coded });
        const [decoded] = readWav(readFileSync(file)).channels;
        const { recogniser } = createEars({ path, seconds: SECONDS, answerMs: 0, perSecondMs: 0 });
        return (await recogniser.recognise(decoded)).text;
      }),
    );
    assert.deepEqual(judged(...text), none);
  });

  test("an answer takes its time, counted from when the request had come", async () => {
    const { recogniser } = createEars({ path, seconds: SECONDS, answerMs: 300, perSecondMs: 20 });
    const began = performance.now();
    await recogniser.recognise(samples.subarray(0, 5 * RATE), { since: began - 200 });
    const took = performance.now() - began;
    assert.ok(took >= 195 && took < 1_000, `${took} ms of 400, 200 of which were over`);
  });
});
