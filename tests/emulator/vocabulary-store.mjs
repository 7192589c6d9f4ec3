// Hot-word lists of the account.
import { randomUUID } from "node:crypto";

/** @typedef {ReturnType<typeof createVocabularyStore>} VocabularyStore */
/** @typedef {{ text: string, weight: number, lang?: string }} HotWord */
/** @typedef {{ id: string, prefix: string, targetModel: string, vocabulary: HotWord[], created: number, modified: number }} Vocabulary */

export const MOST_VOCABULARIES = 10;

export function createVocabularyStore() {
  /** @type {Map<string, Vocabulary>} */
  const lists = new Map();
  return {
    count: () => lists.size,
    /** @param {{ prefix: string, targetModel: string, vocabulary: HotWord[] }} list */
    create(list) {
      const id = `vocab-${list.prefix}-${randomUUID().replaceAll("-", "")}`;
      lists.set(id, { ...list, id, created: Date.now(), modified: Date.now() });
      return id;
    },
    /** @param {string} id */
    get: (id) => lists.get(id),
    /** @param {string} id */
    remove: (id) => lists.delete(id),
    /** Newest first. @param {string} [prefix] */
    all: (prefix) => [...lists.values()].filter((list) => !prefix || list.prefix === prefix).reverse(),
  };
}
