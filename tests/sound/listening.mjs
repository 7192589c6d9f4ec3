// Recordings for the tests of sound, and ffmpeg as their judge.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { recordings } from "../fixtures/recordings.mjs";
import { FILES, makeFiles, OTHERS, run } from "../media/files.mjs";

/** Makes files by their names in tests/media, for the tests of a file. @param {string[]} names @returns {(name: string) => string} their paths */
export function files(names) {
  const folder = mkdtempSync(join(tmpdir(), "sound-"));
  const wanted = Object.entries({ ...FILES, ...OTHERS }).filter(([name]) => names.includes(name));
  before(async () => {
    const { missing } = await makeFiles(folder, Object.fromEntries(wanted));
    if (Object.keys(missing).length > 0) throw new Error(`not made: ${JSON.stringify(missing)}`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** What ffmpeg decodes: one channel. @param {string} path @param {number} [rate] @returns {Promise<Int16Array>} */
export async function byFfmpeg(path, rate = 16_000) {
  const raw = `${path}.raw`;
  const { code, words } = await run("ffmpeg", [
    ...["-nostdin", "-v", "error", "-y", "-i", path, "-vn", "-ac", "1", "-ar", String(rate), "-f", "s16le", raw],
  ]);
  if (code !== 0) throw new Error(words);
  return samplesOf(readFileSync(raw));
}

/** @param {Uint8Array} bytes of samples @returns {Int16Array} */
export function samplesOf(bytes) {
  // A Buffer of Node's may stand in the middle of a larger one.
  return new Int16Array(Uint8Array.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).buffer);
}

/** The samples of a WAV file that we have written. @param {Blob} blob */
export async function samplesIn(blob) {
  return samplesOf(new Uint8Array(await blob.arrayBuffer()).subarray(44));
}

/**
 * How much louder the sound is than the difference, in decibels, where they fit best: how loud they are does not matter.
 * @param {Int16Array} ours @param {Int16Array} theirs @param {number} most samples of delay
 */
export function likeness(ours, theirs, most = 40) {
  const length = Math.min(ours.length, theirs.length);
  const at = (lag, from = most, to = length - most) => {
    let [both, own, other] = [0, 0, 0];
    for (let index = from; index < to; index += 11) {
      const [a, b] = [ours[index + lag], theirs[index]];
      both += a * b;
      own += a * a;
      other += b * b;
    }
    return { lag, decibels: -10 * Math.log10(1 - Math.min(1 - 1e-12, (both * both) / (own * other || 1))) };
  };
  // Two seconds in the middle tell where they fit.
  const middle = [Math.max(most, length / 2 - 16_000), Math.min(length - most, length / 2 + 16_000)].map(Math.round);
  let best = at(0, ...middle);
  for (let lag = -most; lag <= most && best.decibels < 30; lag++) {
    const found = at(lag, ...middle);
    if (found.decibels > best.decibels) best = found;
  }
  return at(best.lag);
}

/** Encoders begin with silence that not every decoder leaves out, up to two frames of AAC. */
export function assertAlike(name, ours, theirs) {
  const { decibels, lag } = likeness(ours, theirs, 2_200);
  assert.ok(decibels > 12, `${name}: ${decibels} dB at ${lag}`);
  assert.ok(Math.abs(ours.length - theirs.length) < 4_400, `${name}: ${ours.length}, not ${theirs.length}`);
}

/** The speech of all recordings of the tests, one after another, again and again. @param {number} seconds @returns {Int16Array} */
export function speech(seconds) {
  const spoken = recordings.map((recording) => samplesOf(new Uint8Array(recording.read()).subarray(44)));
  const all = new Int16Array(seconds * 16_000);
  for (let [index, at] = [0, 0]; at < all.length; index++) {
    const next = spoken[index % spoken.length].subarray(0, all.length - at);
    all.set(next, at);
    at += next.length;
  }
  return all;
}
