// The thread in which the model runs: samples in, text out, one recording after the other.
import { parentPort, workerData } from "node:worker_threads";
import { cutIntoPieces } from "../audio/pieces.mjs";
import { FRAME_MS, findSpeech } from "../audio/voice-activity.mjs";
import { loadMoonshine } from "./moonshine-model.mjs";
import { spreadWords } from "./words.mjs";

const SAMPLES_PER_FRAME = FRAME_MS * 16;
const USUAL_MS_PER_LETTER = 70;
const ORDINARY_PEAK = 0.5;
const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
const loading = loadMoonshine(workerData.modelDirectory);
loading.then(
  () => port.postMessage({ type: "ready" }),
  (cause) => port.postMessage({ type: "broken", message: String(cause?.message ?? cause) }),
);

let queue = Promise.resolve();
port.on("message", (job) => {
  queue = queue.then(() => recognise(job));
});

/** @param {{ id: number, samples: Float32Array, cancelled: Int32Array }} job */
async function recognise({ id, samples, cancelled }) {
  // The flag is shared memory, because no message gets through while the model computes.
  const isCancelled = () => Atomics.load(cancelled, 0) === 1;
  try {
    const model = await loading;
    const { runs, loudness } = findSpeech(samples);
    const phrases = [];
    for (const piece of cutIntoPieces(runs, loudness)) {
      if (isCancelled()) break;
      const cut = louder(samples.slice(piece.begin * SAMPLES_PER_FRAME, piece.end * SAMPLES_PER_FRAME));
      const tell = (phrase) => {
        const sofar = [...phrases, phrase];
        port.postMessage({ type: "text", id, text: textOf(sofar), phrases: sofar });
      };
      const early = (text) => tell(phraseOf(text, firstPart(piece.voiced, text.length * USUAL_MS_PER_LETTER)));
      const text = await model.transcribe(cut, early, isCancelled);
      // A cough makes the model answer with dots or brackets; only letters and digits are words.
      if (!/[\p{L}\p{N}]/u.test(text)) continue;
      const phrase = phraseOf(text, piece.voiced);
      tell(phrase);
      phrases.push(phrase);
    }
    port.postMessage({ type: "done", id, recognition: { text: textOf(phrases), phrases } });
  } catch (cause) {
    port.postMessage({ type: "failed", id, message: String(/** @type {Error} */ (cause)?.message ?? cause) });
  }
}

/** A microphone turned down costs words; the model was trained on ordinary loudness. */
function louder(samples) {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return peak > 0 && peak < ORDINARY_PEAK ? samples.map((value) => (value * ORDINARY_PEAK) / peak) : samples;
}

function textOf(phrases) {
  return phrases.map((phrase) => phrase.text).join(" ");
}

/** @param {string} text @param {import("../audio/voice-activity.mjs").Run[]} voiced */
function phraseOf(text, voiced) {
  const words = spreadWords(text, voiced);
  return { text, beginMs: voiced[0].begin * FRAME_MS, endMs: voiced.at(-1).end * FRAME_MS, words };
}

/** The first so many milliseconds of speech: where an unfinished phrase is likely to have got to. */
function firstPart(voiced, milliseconds) {
  const part = [];
  let left = Math.max(1, Math.ceil(milliseconds / FRAME_MS));
  for (const run of voiced) {
    if (left <= 0) break;
    part.push({ begin: run.begin, end: Math.min(run.end, run.begin + left) });
    left -= run.end - run.begin;
  }
  return part;
}
