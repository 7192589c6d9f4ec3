// The thread in which the model runs: samples in, text out, one recording after the other.
import { parentPort, workerData } from "node:worker_threads";
import { cutIntoPieces } from "../audio/pieces.mjs";
import { FRAME_MS, findSpeech } from "../audio/voice_activity.mjs";
import { loadMoonshine } from "./moonshine_model.mjs";
import { spreadWords } from "./words.mjs";

const SAMPLES_PER_FRAME = FRAME_MS * 16;
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
      const cut = samples.slice(piece.begin * SAMPLES_PER_FRAME, piece.end * SAMPLES_PER_FRAME);
      const before = phrases.map((phrase) => phrase.text);
      const tell = (text) => port.postMessage({ type: "text", id, text: [...before, text].join(" ") });
      const text = await model.transcribe(cut, tell, isCancelled);
      // A cough makes the model answer with dots or brackets; only letters and digits are words.
      if (!/[\p{L}\p{N}]/u.test(text)) continue;
      tell(text);
      phrases.push({
        text,
        beginMs: piece.voiced[0].begin * FRAME_MS,
        endMs: piece.voiced.at(-1).end * FRAME_MS,
        words: spreadWords(text, piece.voiced),
      });
    }
    port.postMessage({ type: "done", id, recognition: { text: phrases.map(({ text }) => text).join(" "), phrases } });
  } catch (cause) {
    port.postMessage({ type: "failed", id, message: String(/** @type {Error} */ (cause)?.message ?? cause) });
  }
}
