// A running recording, written to disk while it grows.

import type { Draft } from "./draft.js";
import type { DraftStore } from "./draft-store.js";

/** Puts a running recording on disk piece by piece, in order, without ever holding the recorder up. */
export class DraftWriter {
  /** The recording as it stands on disk. */
  readonly draft: Draft;
  readonly #store: DraftStore;
  readonly #onFail: () => void;
  #index = 0;
  #queue: Promise<void>;
  #failed = false;

  /** @internal `onFail` is told once, as soon as something could not be written. */
  constructor(store: DraftStore, draft: Draft, onFail: () => void) {
    this.draft = draft;
    this.#store = store;
    this.#onFail = onFail;
    this.#queue = store.save(draft).catch(() => this.#fail());
  }

  /** Takes the next piece; `seconds` is how long the recording is with it. */
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
    if (this.#failed) return;
    this.#failed = true;
    this.#onFail();
  }
}
