// Hot-word lists.

import type { HotWord, NewVocabulary, Vocabulary } from "../../target/js/glue.js";
import type { Client, RequestOptions } from "./call.js";
import { perform } from "./perform.js";

/** Lists of words to listen for. Give the id of one as `vocabularyId`, to the very model it was made for. */
export class Vocabularies {
  readonly #client: Client;

  /** @internal */
  constructor(client: Client) {
    this.#client = client;
  }

  /** Makes a list and gives its id. An account has ten at most. */
  create(list: NewVocabulary, options: RequestOptions = {}): Promise<string> {
    return perform(this.#client, "createVocabulary", list, options);
  }

  /** The lists whose ids begin with `vocab-<prefix>`, or all; pages are counted from 0. */
  list(
    filter: { prefix?: string | undefined; pageIndex?: number | undefined; pageSize?: number | undefined } = {},
    options: RequestOptions = {},
  ): Promise<Vocabulary[]> {
    return perform(this.#client, "listVocabularies", filter, options);
  }

  /** One list with its words. */
  get(id: string, options: RequestOptions = {}): Promise<Vocabulary> {
    return perform(this.#client, "getVocabulary", id, options);
  }

  /** Replaces the words of a list. The service wants five minutes between two updates. */
  update(id: string, words: HotWord[], options: RequestOptions = {}): Promise<void> {
    return perform(this.#client, "updateVocabulary", id, options, words);
  }

  /** Deletes a list. */
  delete(id: string, options: RequestOptions = {}): Promise<void> {
    return perform(this.#client, "deleteVocabulary", id, options);
  }
}
