// What the routes expect of a recogniser: the real one is moonshine.mjs, the one for tests without a model scripted.mjs.

/**
 * @typedef {object} Phrase what was said without a longer pause
 * @property {string} text
 * @property {number} beginMs
 * @property {number} endMs
 * @property {import("./words.mjs").TimedWord[]} words
 */

/**
 * @typedef {object} Recognition
 * @property {string} text everything, "" when nobody speaks
 * @property {Phrase[]} phrases
 */

/**
 * @typedef {object} RecogniseCall
 * @property {(textSoFar: string, phrases: Phrase[]) => void} [onText] called with a text that only ever grows; the last of
 *   `phrases` is the one being recognised, with word times that may still move
 * @property {AbortSignal} [signal]
 * @property {number} [since] when the request had come, on the clock of `performance.now()`; a recogniser that simulates its time
 *   counts from there
 */

/**
 * @typedef {object} Recogniser
 * @property {(samples: Float32Array, call?: RecogniseCall) => Promise<Recognition>} recognise 16 kHz mono
 * @property {() => Promise<void>} close
 */

export {};
