// Recordings that are made of those in tests/fixtures, with pauses between them.
import { readWav, writeWav } from "../emulator/audio/wav.mjs";
import { recordings } from "../fixtures/recordings.mjs";

const RATE = 16_000;

/** @param {string} name @returns {Float32Array} */
const spoken = (name) => {
  const recording = recordings.find((other) => other.name === name) ?? recordings[0];
  const { channels } = readWav(recording.read());
  return channels[0];
};

/**
 * A WAV file: stretches of speech, and silence between them.
 * @param {{ samples: Float32Array, pauseMs: number }[]} parts
 */
function recorded(parts) {
  const all = parts.flatMap(({ samples, pauseMs }) => [samples, new Float32Array((pauseMs * RATE) / 1000)]);
  const whole = new Float32Array(all.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of all) {
    whole.set(part, at);
    at += part.length;
  }
  return writeWav([whole], RATE);
}

/** So many utterances of two to three seconds, no two of the same length, with pauses that part them. @param {number} count */
export function utterances(count) {
  const samples = spoken("libri_0880");
  const one = (index) => samples.subarray(0, samples.length - index * 640);
  return recorded(Array.from({ length: count }, (_, index) => ({ samples: one(index), pauseMs: 6_000 })));
}

/** The recordings again and again, as somebody reads who takes a breath. @param {number} rounds */
export function reading(rounds) {
  const parts = recordings.map(({ name }) => ({ samples: spoken(name), pauseMs: 700 }));
  return recorded(Array.from({ length: rounds }, () => parts).flat());
}

/** What is said in it. @param {number} rounds */
export function said(rounds) {
  return Array.from({ length: rounds }, () => recordings.map(({ words }) => words).join(" ")).join(" ");
}
