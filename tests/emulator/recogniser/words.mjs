// Times for words. The model gives none, so they are derived: the words of a piece are spread over the stretches in which
// somebody speaks, each in proportion to its length. Pauses between stretches fall between words only by chance; what is
// always true is that words are in order, do not overlap and lie inside the speech they belong to.

import { FRAME_MS } from "../audio/voice-activity.mjs";

/**
 * @typedef {object} TimedWord
 * @property {string} text without any spaces
 * @property {string} punctuation what follows the word directly, or ""
 * @property {number} beginMs
 * @property {number} endMs
 */

/**
 * @param {string} text
 * @param {import("../audio/voice-activity.mjs").Run[]} voiced
 * @returns {TimedWord[]}
 */
export function spreadWords(text, voiced) {
  const words = splitWords(text);
  const total = words.reduce((sum, word) => sum + word.text.length, 0);
  const speech = voiced.reduce((sum, run) => sum + (run.end - run.begin) * FRAME_MS, 0);
  let done = 0;
  return words.map((word) => {
    const beginMs = momentAt((done / total) * speech, voiced, "begin");
    done += word.text.length;
    return { ...word, beginMs, endMs: momentAt((done / total) * speech, voiced, "end") };
  });
}

/** @param {string} text @returns {{ text: string, punctuation: string }[]} */
export function splitWords(text) {
  return text
    .split(/\s+/u)
    .filter((word) => word !== "")
    .map((word) => {
      const punctuation = /[^\p{L}\p{N}]*$/u.exec(word)?.[0] ?? "";
      const bare = word.slice(0, word.length - punctuation.length);
      return bare === "" ? { text: word, punctuation: "" } : { text: bare, punctuation };
    });
}

/**
 * The moment at which `spoken` milliseconds of speech have passed. On the border of two stretches a word ends with the
 * earlier and the next begins with the later one.
 */
function momentAt(spoken, voiced, side) {
  let left = spoken;
  for (const run of voiced) {
    const length = (run.end - run.begin) * FRAME_MS;
    if (left < length || (side === "end" && left <= length)) return Math.round(run.begin * FRAME_MS + left);
    left -= length;
  }
  return voiced.at(-1).end * FRAME_MS;
}
