// A running recording, written to disk while it grows.

import type { Draft } from "./draft.ts";
import type { DraftStore } from "./draft-store.ts";

/** Puts a running recording on disk piece by piece, in order, without ever holding the recorder up. */
export class DraftWriter {
  readonly draft: Draft;
  readonly #store: DraftStore;
  #index = 0;
  #queue: Promise<void>;
  #failed = false;

  constructor(store: DraftStore, draft: Draft) {
    this.draft = draft;
    this.#store = store;
    this.#queue = store.save(draft).catch(() => this.#fail());
  }

  add(piece: Blob, seconds: number): void {
    const index = this.#index++;
    this.draft.seconds = seconds;
    this.#queue = this.#queue
      .then(async () => this.#store.addPiece(this.draft, index, await piece.arrayBuffer()))
      .catch(() => this.#fail());
  }

  /** Waits for the disk; false when something could not be written, for example because it is full. */
  async finish(seconds: number): Promise<boolean> {
    await this.#queue;
    this.draft.seconds = seconds;
    await this.#store.save(this.draft).catch(() => this.#fail());
    return !this.#failed;
  }

  #fail(): void {
    this.#failed = true;
  }
}
