// Where sentences begin and end in audio that is still coming. The cuts depend on the samples alone, never on how they were cut
// into messages; and after each sentence it starts anew at the sentence's end, so that audio which is sent again from there is
// cut at the same samples.

const WINDOW_MS = 10;
const SPEECH_DB = -38; // above the noise of an old recording, below the softest syllables
const DB_PER_THRESHOLD = 10;
const SHORTEST_SPEECH_MS = 80; // a click is no word
const BRIDGED_MS = 200; // the closure of a "p" or a "t" is no pause
const LEAST_ACTIVE_MS = 40;
const NOTICED_GAP_MS = 40;
const LONGEST_MS = 14_000; // what the recogniser was trained on
const EARLIEST_CUT_MS = 4000;
const BEFORE_MS = 300; // heard on either side, for soft beginnings and endings
const AFTER_MS = 200;
const QUIET_STEP_MS = 1000;

/**
 * @typedef {object} Sentence
 * @property {number} beginMs of the first sound, from the beginning of the audio
 * @property {number} endMs of the last one
 * @property {number} audioMs where `samples` begin
 * @property {Int16Array} samples
 *
 * @typedef {{ type: "begin", beginMs: number } | { type: "sofar", sentence: Sentence } | { type: "end", sentence: Sentence }
 *   | { type: "quiet", forMs: number, atMs: number }} Cut
 *
 * @typedef {ReturnType<typeof createSegmenter>} Segmenter
 */

/** @param {{ sampleRate: number, silenceMs: number, threshold?: number, everyMs?: number }} options `everyMs`: a look at the unfinished sentence */
export function createSegmenter({ sampleRate, silenceMs, threshold = 0, everyMs = 400 }) {
  const samplesOf = (milliseconds) => Math.round((milliseconds * sampleRate) / 1000);
  const msOf = (samples) => Math.floor((samples * 1000) / sampleRate);
  const window = samplesOf(WINDOW_MS);
  const [shortest, bridged, leastActive, noticedGap, longest, earliestCut, quietStep, silence, every] = [
    SHORTEST_SPEECH_MS,
    BRIDGED_MS,
    LEAST_ACTIVE_MS,
    NOTICED_GAP_MS,
    LONGEST_MS,
    EARLIEST_CUT_MS,
    QUIET_STEP_MS,
    silenceMs,
    everyMs,
  ].map(samplesOf);
  const loud = window * (32768 * 10 ** ((SPEECH_DB + DB_PER_THRESHOLD * threshold) / 20)) ** 2;

  let kept = new Int16Array(sampleRate * 4);
  let keptFrom = 0; // the position of kept[0] in the audio
  let received = 0;
  let origin = 0; // where the present search began: the end of the sentence before
  let position = 0;
  let energy = 0;
  let first = -1; // of the sounds that are, or may become, a sentence
  let last = -1;
  let active = 0;
  let speaking = false;
  /** @type {{ from: number, to: number }[]} */
  let gaps = [];

  function restart(at) {
    origin = position = at;
    energy = active = 0;
    first = last = -1;
    speaking = false;
    gaps = [];
  }

  function keep(samples) {
    // While nobody speaks, only what may belong to the next sentence is worth keeping.
    if (first < 0) {
      const useless = Math.max(0, position - samplesOf(BEFORE_MS) - window - keptFrom);
      if (useless > 0) {
        kept.copyWithin(0, useless, received - keptFrom);
        keptFrom += useless;
      }
    }
    const length = received - keptFrom;
    if (length + samples.length > kept.length) {
      const larger = new Int16Array(Math.max(kept.length * 2, length + samples.length));
      larger.set(kept.subarray(0, length));
      kept = larger;
    }
    kept.set(samples, length);
    received += samples.length;
  }

  /** @returns {Sentence} */
  function sentence(end, tail) {
    const begin = Math.max(origin, first - samplesOf(BEFORE_MS));
    const samples = kept.slice(begin - keptFrom, Math.min(received, end + tail) - keptFrom);
    return {
      beginMs: msOf(first),
      endMs: Math.ceil((end * 1000) / sampleRate),
      audioMs: (begin * 1000) / sampleRate,
      samples,
    };
  }

  /** @param {number} end @param {number} tail @returns {Cut} */
  function finish(end, tail) {
    const done = sentence(end, tail);
    restart(Math.min(received, samplesOf(done.endMs)));
    return { type: "end", sentence: done };
  }

  /** Too long for one sentence: it ends at its widest gap. */
  function cutLong() {
    const late = gaps.filter((gap) => gap.from - first >= earliestCut);
    const widest = late.reduce((best, gap) => (gap.to - gap.from > best.to - best.from ? gap : best), late[0]);
    if (!widest) return finish(position, 0);
    return finish(widest.from, Math.min(samplesOf(AFTER_MS), (widest.to - widest.from) >> 1));
  }

  function* search() {
    while (position < received) {
      const at = position++;
      const newest = kept[at - keptFrom];
      const leaving = at - window >= origin ? kept[at - window - keptFrom] : 0;
      energy += newest * newest - leaving * leaving;
      if (energy > loud) {
        if (first >= 0 && at - last > noticedGap) gaps.push({ from: last + 1, to: at });
        if (first < 0) first = at;
        last = at;
        active++;
        if (!speaking && last - first >= shortest && active >= leastActive) {
          speaking = true;
          yield/** @type {Cut} */ ({ type: "begin", beginMs: msOf(first) });
        }
      } else if (!speaking && first >= 0 && at - last >= bridged) {
        first = last = -1;
        active = 0;
        gaps = [];
      } else if (speaking && at - last >= silence) {
        yield finish(last + 1, samplesOf(AFTER_MS));
        continue;
      }
      if (speaking && position - first >= longest) yield cutLong();
      else if (speaking && (position - first) % every === 0 && at - last < every) {
        yield/** @type {Cut} */ ({ type: "sofar", sentence: sentence(last + 1, samplesOf(AFTER_MS)) });
      } else if (!speaking && (position - origin) % quietStep === 0) {
        yield/** @type {Cut} */ ({ type: "quiet", forMs: msOf(position - origin), atMs: msOf(position) });
      }
    }
  }

  return {
    /** @param {Int16Array} samples @returns {Cut[]} */
    push(samples) {
      keep(samples);
      return [...search()];
    },
    /** The sentence that is being spoken ends here. @returns {Cut[]} */
    flush() {
      return speaking ? [finish(last + 1, samplesOf(AFTER_MS))] : [];
    },
    /** Milliseconds of audio that came. */
    receivedMs: () => msOf(received),
    /** How much is remembered. */
    keptSamples: () => received - keptFrom,
  };
}
