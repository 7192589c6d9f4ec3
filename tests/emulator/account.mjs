// Everything one emulator remembers and works with; the routes get it as `exchange.account`.
import { createLiveEars } from "./live/live-ears.mjs";
import { createObjectStore } from "./object-store.mjs";
import { createResultStore } from "./result-store.mjs";
import { createTaskStore } from "./task-store.mjs";
import { createTokenStore } from "./token-store.mjs";
import { createVocabularyStore } from "./vocabulary-store.mjs";

/**
 * @typedef {object} Account
 * @property {string} [key] the only key that is accepted, when there is one
 * @property {string} url where this emulator answers
 * @property {import("./recogniser/recogniser.mjs").Recogniser} recogniser
 * @property {import("./live/live-ears.mjs").LiveEars} liveEars the same for realtime connections
 * @property {ReturnType<typeof import("./request-rate.mjs").createRequestRate>} rate
 * @property {import("./object-store.mjs").ObjectStore} objects
 * @property {import("./token-store.mjs").TokenStore} tokens
 * @property {import("./task-store.mjs").TaskStore} tasks
 * @property {import("./result-store.mjs").ResultStore} results
 * @property {import("./vocabulary-store.mjs").VocabularyStore} vocabularies
 * @property {AbortSignal} closing aborted when the emulator is closed
 * @property {(line: string) => void} log
 */

/**
 * @param {{ key?: string, recogniser: import("./recogniser/recogniser.mjs").Recogniser, rate: Account["rate"], closing: AbortSignal, log?: (line: string) => void }} options
 * @returns {Account}
 */
export function createAccount({ key, recogniser, rate, closing, log = () => {} }) {
  return {
    key,
    url: "",
    recogniser,
    rate,
    liveEars: createLiveEars(recogniser),
    objects: createObjectStore(),
    tokens: createTokenStore(),
    tasks: createTaskStore(log),
    results: createResultStore(),
    vocabularies: createVocabularyStore(),
    closing,
    log,
  };
}
