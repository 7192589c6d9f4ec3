// A recogniser that knows the recording: it finds the place of what it is given by its loudness, whatever the codec has made of the
// samples, and answers with the numbers of the words that are there. So a transcript says of each word how often it was heard.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { FRAME_MS } from "../../emulator/audio/voice-activity.mjs";
import { spreadWords } from "../../emulator/recogniser/words.mjs";
import { RATE, speechOf } from "./speech.mjs";

const WAV_HEADER = 44;
/** Samples: loudness is known every 5 ms, of 20 ms each. */
const [STEP, STEPS] = [80, 4];
/** Quieter is quiet: codecs change noise. */
const FLOOR_DB = -45;
/** On the average; more is another place. */
const MOST_DB = 3;
const PROBES = 100;
/** Of a word's length: less is not heard at all, and all but that is the whole word. */
const SHRED = 0.1;

/** Decibels of each 20 ms, every `every` steps of 5 ms. @param {Float32Array | Int16Array} samples @param {number} scale @param {number} every */
function loudness(samples, scale, every) {
  const energies = new Float64Array(Math.floor(samples.length / STEP));
  for (let step = 0; step < energies.length; step++) {
    let energy = 0;
    for (let at = step * STEP; at < (step + 1) * STEP; at++) energy += samples[at] * samples[at];
    energies[step] = energy * scale * scale;
  }
  const frames = new Float32Array(Math.max(0, Math.floor((energies.length - STEPS) / every) + 1));
  for (let frame = 0; frame < frames.length; frame++) {
    const from = frame * every;
    const sum = energies[from] + energies[from + 1] + energies[from + 2] + energies[from + 3];
    frames[frame] = Math.max(FLOOR_DB, 10 * Math.log10(sum / (STEP * STEPS) + 1e-12));
  }
  return frames;
}

/** The step at which a part begins, if there is one. @param {Float32Array} all every step @param {Float32Array} part every fourth */
function placeOf(all, part) {
  const frames = [...part.keys()];
  // A hundred frames from all over it leave one place.
  const probes =
    frames.length <= PROBES ? frames : frames.slice(0, PROBES).map((at) => Math.floor((at * frames.length) / PROBES));
  let best = MOST_DB * probes.length;
  let place;
  for (let at = 0; at + (part.length - 1) * STEPS < all.length; at++) {
    let difference = 0;
    for (let index = 0; index < probes.length && difference < best; index++) {
      difference += Math.abs(all[at + probes[index] * STEPS] - part[probes[index]]);
    }
    if (difference < best) [best, place] = [difference, at];
  }
  return place;
}

/**
 * The words between two samples: `w7`, and `w7~` for a part of it.
 * @param {import("./speech.mjs").Word[]} words @param {number} from @param {number} to
 */
function heard(words, from, to) {
  const said = [];
  for (const [index, { begin, end }] of words.entries()) {
    const part = (Math.min(end, to) - Math.max(begin, from)) / (end - begin);
    if (part > SHRED) said.push(part >= 1 - SHRED ? `w${index}` : `w${index}~`);
  }
  return said.join(" ");
}

/**
 * @param {object} given
 * @param {string} given.path the WAV file of `writeSpeech`
 * @param {number} given.seconds what it was asked for
 * @param {number} given.answerMs until there is an answer, whatever is heard
 * @param {number} given.perSecondMs and for each second of it
 */
export function createEars({ path, seconds, answerMs, perSecondMs }) {
  const { words } = speechOf(seconds);
  const bytes = readFileSync(path);
  const all = loudness(
    new Int16Array(bytes.buffer, bytes.byteOffset + WAV_HEADER, (bytes.length - WAV_HEADER) >> 1),
    1 / 32_768,
    1,
  );
  const recognised = (samples) => {
    const place = placeOf(all, loudness(samples, 1, STEPS));
    const text = place === undefined ? "?" : heard(words, place * STEP, place * STEP + samples.length);
    if (text === "") return { text, phrases: [] };
    const endMs = (samples.length / RATE) * 1000;
    const run = { begin: 0, end: Math.floor(endMs / FRAME_MS) };
    return { text, phrases: [{ text, beginMs: 0, endMs, words: spreadWords(text, [run]) }] };
  };
  const seen = { calls: 0, seconds: 0, under: 0, most: 0, firstAt: 0 };
  /** @type {import("../../emulator/recogniser/recogniser.mjs").Recogniser} */
  const recogniser = {
    async recognise(samples, call = {}) {
      const due = (call.since ?? performance.now()) + answerMs + (samples.length / RATE) * perSecondMs;
      seen.firstAt ||= Date.now();
      seen.calls += 1;
      seen.seconds += samples.length / RATE;
      seen.under += 1;
      seen.most = Math.max(seen.most, seen.under);
      try {
        const said = recognised(samples);
        await sleep(Math.max(0, due - performance.now()), undefined, { signal: call.signal });
        return said;
      } finally {
        seen.under -= 1;
      }
    },
    close: async () => {},
  };
  return { recogniser, seen };
}

/**
 * How often each word of a recording stands in a text of such numbers.
 * @param {string} text @param {number} seconds what the recording was asked for
 * @returns {{ words: number, lost: number, doubled: number, misplaced: number, unknown: number }} `lost`: never there as a whole;
 *   `doubled`: there once more, as a whole or in part; `misplaced`: behind a later one; `unknown`: pieces that were not found
 */
export function judge(text, seconds) {
  const { words } = speechOf(seconds);
  const [whole, all] = [new Map(), new Map()];
  const counts = { words: words.length, lost: 0, doubled: 0, misplaced: 0, unknown: 0 };
  let last = -1;
  for (const token of text.split(/\s+/u).filter((word) => word !== "")) {
    const index = Number(/^w(\d+)~?$/u.exec(token)?.[1] ?? Number.NaN);
    if (Number.isNaN(index)) {
      counts.unknown += 1;
      continue;
    }
    all.set(index, (all.get(index) ?? 0) + 1);
    if (!token.endsWith("~")) whole.set(index, (whole.get(index) ?? 0) + 1);
    if (index < last) counts.misplaced += 1;
    last = index;
  }
  for (const index of words.keys()) {
    if (!whole.has(index)) counts.lost += 1;
    counts.doubled += Math.max(0, (all.get(index) ?? 0) - 1);
  }
  return counts;
}
