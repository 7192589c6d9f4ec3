// Everything one emulator remembers and works with; the routes get it as `exchange.account`.
import { createObjectStore } from "./object_store.mjs";
import { createResultStore } from "./result_store.mjs";
import { createTaskStore } from "./task_store.mjs";
import { createTokenStore } from "./token_store.mjs";
import { createVocabularyStore } from "./vocabulary_store.mjs";

/**
 * @typedef {object} Account
 * @property {string} [key] the only key that is accepted, when there is one
 * @property {string} url where this emulator answers
 * @property {import("./recogniser/recogniser.mjs").Recogniser} recogniser
 * @property {import("./object_store.mjs").ObjectStore} objects
 * @property {import("./token_store.mjs").TokenStore} tokens
 * @property {import("./task_store.mjs").TaskStore} tasks
 * @property {import("./result_store.mjs").ResultStore} results
 * @property {import("./vocabulary_store.mjs").VocabularyStore} vocabularies
 * @property {AbortSignal} closing aborted when the emulator is closed
 * @property {(line: string) => void} log
 */

/**
 * @param {{ key?: string, recogniser: import("./recogniser/recogniser.mjs").Recogniser, closing: AbortSignal, log?: (line: string) => void }} options
 * @returns {Account}
 */
export function createAccount({ key, recogniser, closing, log = () => {} }) {
  return {
    key,
    url: "",
    recogniser,
    objects: createObjectStore(),
    tokens: createTokenStore(),
    tasks: createTaskStore(log),
    results: createResultStore(),
    vocabularies: createVocabularyStore(),
    closing,
    log,
  };
}
