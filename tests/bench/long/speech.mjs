// Speech of any length whose every word is known: the recordings of tests/fixtures, each time in another order, with other
// pauses and in another loudness, so that any stretch of it can be told from any other by its sound. The same length is the same speech.
import { open } from "node:fs/promises";
import { FRAME_MS, findSpeech } from "../../emulator/audio/voice-activity.mjs";
import { readWav, writeWav } from "../../emulator/audio/wav.mjs";
import { spreadWords } from "../../emulator/recogniser/words.mjs";
import { recordings } from "../../fixtures/recordings.mjs";
import { seededRandom } from "../../fixtures/seeded-random.mjs";

export const RATE = 16_000;
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [400, 1_000];
/** Whoever speaks turns away from the microphone and back again: the loudness goes to another one in each second. */
const QUIETEST = 0.35;
/** Of a quiet room, in steps of 16 bits. */
const NOISE = 6;

/** @typedef {{ begin: number, end: number }} Word samples, `end` excluded */
/** @typedef {{ samples: Float32Array, words: Word[] }} Recording */
/** @typedef {{ recording: Recording, at: number }} Utterance */

/** Where its words are: each in the one stretch of voice that most of it falls into, as nobody pauses within a word. */
function wordsOf(samples, text) {
  const { runs } = findSpeech(samples);
  const spread = spreadWords(text, runs);
  const perSample = RATE / 1000;
  return runs.flatMap((run) => {
    const [begin, end] = [run.begin * FRAME_MS, run.end * FRAME_MS];
    const within = spread.filter(({ beginMs, endMs }) => {
      const middle = (beginMs + endMs) / 2;
      return middle >= begin && middle < end;
    });
    const placed = spreadWords(within.map((word) => word.text).join(" "), [run]);
    return placed.map((word) => ({ begin: word.beginMs * perSample, end: word.endMs * perSample }));
  });
}

/** @returns {Recording[]} */
const read = () =>
  recordings.map(({ read: bytes, words }) => {
    const [samples] = readWav(bytes()).channels;
    return { samples, words: wordsOf(samples, words) };
  });

/**
 * What is said when, of about so many seconds and never more.
 * @param {number} seconds
 * @returns {{ utterances: Utterance[], words: Word[], length: number }} `length` in samples
 */
export function speechOf(seconds) {
  const random = seededRandom(seconds);
  const known = read();
  /** @type {Utterance[]} */
  const utterances = [];
  let at = RATE / 2;
  for (;;) {
    const order = known.map((recording) => ({ recording, rank: random() })).sort((one, other) => one.rank - other.rank);
    for (const { recording } of order) {
      const pauseMs = SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
      const next = at + recording.samples.length + Math.round((pauseMs * RATE) / 1000);
      if (next > seconds * RATE) {
        const words = utterances.flatMap((one) =>
          one.recording.words.map(({ begin, end }) => ({ begin: one.at + begin, end: one.at + end })),
        );
        return { utterances, words, length: at };
      }
      utterances.push({ recording, at });
      at = next;
    }
  }
}

/** Writes it as a WAV file of 16 bits, a few seconds at a time. @param {string} path @param {number} seconds */
export async function writeSpeech(path, seconds) {
  const { utterances, length } = speechOf(seconds);
  const random = seededRandom(1);
  const gains = Array.from({ length: Math.ceil(length / RATE) + 1 }, () => QUIETEST + random() * (1 - QUIETEST));
  const gainAt = (at) => {
    const [second, part] = [Math.floor(at / RATE), (at % RATE) / RATE];
    return gains[second] * (1 - part) + gains[second + 1] * part;
  };
  const file = await open(path, "w");
  try {
    const header = Buffer.from(writeWav([new Float32Array(0)], RATE));
    header.writeUInt32LE(header.length - 8 + length * 2, 4);
    header.writeUInt32LE(length * 2, 40);
    await file.write(header);
    let from = 0;
    for (const [index, { recording, at }] of utterances.entries()) {
      const to = utterances[index + 1]?.at ?? length;
      const samples = new Int16Array(to - from);
      for (let place = 0; place < samples.length; place++) {
        const voice = recording.samples[from + place - at] ?? 0;
        samples[place] = Math.round(voice * gainAt(from + place) * 32_767 + (random() * 2 - 1) * NOISE);
      }
      await file.write(new Uint8Array(samples.buffer));
      from = to;
    }
  } finally {
    await file.close();
  }
}
