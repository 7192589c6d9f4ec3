// The one recogniser that all realtime connections share: whole sentences go before unfinished ones, and what was heard once is
// not recognised again (a recording that is sent fifty times, cut at fifty places, costs little more than one).
import { createHash } from "node:crypto";
import { resample } from "../audio/resample.mjs";

const REMEMBERED = 2000;

/** @typedef {import("../recogniser/recogniser.mjs").Recognition} Recognition */
/** @typedef {{ whole: boolean, isStale?: () => boolean }} Urgency `isStale`: nobody wants to know any more */
/** @typedef {ReturnType<typeof createLiveEars>} LiveEars */

/** @param {import("../recogniser/recogniser.mjs").Recogniser} recogniser */
export function createLiveEars(recogniser) {
  /** @type {Map<string, Promise<Recognition | undefined>>} */
  const memory = new Map();
  /** @type {{ run: () => Promise<void>, urgency: Urgency }[]} */
  const waiting = [];
  let busy = false;

  async function next() {
    if (busy) return;
    const at = Math.max(
      0,
      waiting.findIndex(({ urgency }) => urgency.whole),
    );
    const [job] = waiting.splice(at, 1);
    if (!job) return;
    busy = true;
    await job.run();
    busy = false;
    next();
  }

  return {
    /**
     * @param {Int16Array} samples
     * @param {number} sampleRate
     * @param {Urgency} urgency
     * @returns {Promise<Recognition | undefined>} undefined: it was stale before its turn came
     */
    hear(samples, sampleRate, urgency) {
      const key = createHash("sha1")
        .update(`${sampleRate} `)
        .update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
        .digest("base64");
      const known = memory.get(key);
      if (known) return known.then((heard) => heard ?? this.hear(samples, sampleRate, urgency));
      /** @type {Promise<Recognition | undefined>} */
      const hearing = new Promise((resolve, reject) => {
        const run = async () => {
          if (urgency.isStale?.()) {
            memory.delete(key);
            return resolve(undefined);
          }
          const floats = Float32Array.from(samples, (value) => value / 32768);
          await recogniser.recognise(resample(floats, sampleRate, 16000)).then(resolve, (cause) => {
            memory.delete(key);
            reject(cause);
          });
        };
        waiting.push({ run, urgency });
      });
      memory.set(key, hearing);
      if (memory.size > REMEMBERED) memory.delete(/** @type {string} */ (memory.keys().next().value));
      next();
      return hearing;
    },
  };
}
