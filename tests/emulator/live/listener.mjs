// From the bytes of one task or session to what is said in them, in order: speech begins, an unfinished sentence, a whole one.
import { createAudioReader } from "./audio-reader.mjs";
import { createSegmenter } from "./segmenter.mjs";

/**
 * @typedef {object} Heard
 * @property {string} text
 * @property {number} beginMs
 * @property {number} endMs
 * @property {import("../recogniser/words.mjs").TimedWord[]} words
 *
 * @typedef {object} Listening what a protocol does with it; each is awaited before the next
 * @property {(beginMs: number) => void} [onSpeech]
 * @property {(heard: Heard) => void} [onPartial]
 * @property {(endMs: number) => void} [onSilence] before the sentence is recognised
 * @property {(heard: Heard | undefined) => void} [onSentence] undefined: there was sound, but no words
 * @property {(forMs: number, atMs: number) => void} [onQuiet] every second in which nobody speaks
 * @property {(cause: Error) => void} onError
 */

/**
 * @param {object} options
 * @param {import("./live-ears.mjs").LiveEars} options.ears
 * @param {string} options.format
 * @param {number} options.sampleRate
 * @param {number} options.silenceMs
 * @param {number} [options.threshold]
 * @param {number} [options.partialEveryMs]
 * @param {boolean} [options.everyPartial] also those that are outdated when the recogniser comes to them
 * @param {Listening} listening
 */
export function createListener(options, listening) {
  const { ears, everyPartial = false } = options;
  /** @type {import("./segmenter.mjs").Segmenter | undefined} */
  let segmenter;
  let rate = options.sampleRate;
  /** @type {import("./segmenter.mjs").Cut[]} */
  const cuts = [];
  let working = Promise.resolve();
  let stopped = false;

  function take(samples, sampleRate) {
    if (stopped) return;
    rate = sampleRate;
    segmenter ??= createSegmenter({
      sampleRate,
      silenceMs: options.silenceMs,
      threshold: options.threshold,
      everyMs: options.partialEveryMs,
    });
    line(segmenter.push(samples));
  }

  function line(found) {
    if (found.length === 0) return;
    cuts.push(...found);
    // Audio may come far faster than it can be recognised; looks that nobody will take are not kept.
    const kept = everyPartial ? cuts : cuts.filter(({ type }, at) => type !== "sofar" || !isNewer(cuts[at + 1]));
    if (kept.length < cuts.length) cuts.splice(0, cuts.length, ...kept);
    working = working.then(work).catch((cause) => {
      if (!stopped) listening.onError(cause);
    });
  }

  async function work() {
    while (cuts.length > 0 && !stopped) await tell(/** @type {import("./segmenter.mjs").Cut} */ (cuts.shift()));
  }

  /** A newer look at the same sentence, or its end, waits already. */
  const isOutdated = () => stopped || (!everyPartial && isNewer(cuts[0]));

  async function tell(cut) {
    if (cut.type === "begin") listening.onSpeech?.(cut.beginMs);
    else if (cut.type === "quiet") listening.onQuiet?.(cut.forMs, cut.atMs);
    else if (cut.type === "sofar") {
      if (!listening.onPartial || isOutdated()) return;
      const heard = await ears.hear(cut.sentence.samples, rate, { whole: false, isStale: isOutdated });
      if (heard && !stopped && heard.text !== "") listening.onPartial(timed(heard, cut.sentence));
    } else {
      listening.onSilence?.(cut.sentence.endMs);
      const heard = await ears.hear(cut.sentence.samples, rate, { whole: true });
      if (!stopped) listening.onSentence?.(heard && heard.text !== "" ? timed(heard, cut.sentence) : undefined);
    }
  }

  const reader = createAudioReader({
    format: options.format,
    sampleRate: options.sampleRate,
    onSamples: take,
    onError: (cause) => stopped || listening.onError(cause),
  });

  return {
    /** @param {Buffer} bytes */
    push: (bytes) => reader.push(bytes),
    /** Milliseconds of audio that came. */
    receivedMs: () => segmenter?.receivedMs() ?? 0,
    /** What is unfinished is a sentence; resolves when everything has been told. */
    async flush() {
      await reader.end();
      await this.cut();
    },
    /** The same, but more audio may follow. */
    async cut() {
      if (segmenter) line(segmenter.flush());
      await working;
    },
    stop() {
      stopped = true;
      reader.close();
    },
  };
}

/** After a look at a sentence comes another one or its end, whatever the messages were. @param {import("./segmenter.mjs").Cut | undefined} next */
function isNewer(next) {
  return next?.type === "sofar" || next?.type === "end";
}

/** @param {import("../recogniser/recogniser.mjs").Recognition} heard @param {import("./segmenter.mjs").Sentence} sentence @returns {Heard} */
function timed({ phrases }, { beginMs, endMs, audioMs }) {
  const place = (milliseconds) => Math.min(endMs, Math.max(beginMs, Math.round(audioMs + milliseconds)));
  const words = phrases
    .flatMap((phrase) => phrase.words)
    .map((word) => ({ ...word, beginMs: place(word.beginMs), endMs: place(word.endMs) }));
  return { text: phrases.map((phrase) => phrase.text).join(" "), beginMs, endMs, words };
}
