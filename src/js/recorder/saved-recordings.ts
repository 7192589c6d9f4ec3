// The recordings that a browser keeps: making, finding, opening and deleting them.

import type { Draft } from "./draft.js";
import { newDraftId } from "./draft-id.js";
import { DraftLock } from "./draft-lock.js";
import { DraftStore } from "./draft-store.js";
import { DraftWriter } from "./draft-writer.js";

/** Unless a site has a name of its own for it. */
const DATABASE = "dashscope-asr-recordings";

/** A file is kept in pieces of this size: one huge value is more than some browsers take at once. */
const PIECE_BYTES = 4_000_000;

/** Of a larger file only the words are kept: its owner still has it, and a browser's space is not for films. */
const LARGEST_KEPT_FILE = 200_000_000;

/** What somebody opens from elsewhere. */
export interface Opened {
  /** Its sound, where that is here. */
  readonly audio: Blob | undefined;
  /** How long it is; 0 where nobody knows. */
  readonly seconds: number;
  /** What it is called. */
  readonly name: string;
  /** Where it came from. */
  readonly origin: NonNullable<Draft["origin"]>;
  /** The service is at work on it. */
  readonly task: Draft["task"];
}

/**
 * The recordings that this browser keeps, from the first second until their owner deletes them. Nothing here throws: where
 * the browser forbids storage there simply are none.
 */
export class SavedRecordings {
  readonly #store: DraftStore | undefined;
  readonly #lock = new DraftLock();

  private constructor(store: DraftStore | undefined) {
    this.#store = store;
  }

  /**
   * Opens what this browser keeps for this site. Each `SavedRecordings` has one recording open at a time.
   * @param database its name, where a site keeps several kinds apart
   */
  static async open(database: string = DATABASE): Promise<SavedRecordings> {
    return new SavedRecordings(await DraftStore.open(database));
  }

  /** Whether anything is kept: some browsers forbid it, some in private windows. */
  get isKeeping(): boolean {
    return this.#store !== undefined;
  }

  /** A safe copy for a recording that begins now. `onFail` is told, once, when it is no longer complete. */
  begin(mimeType: string, onFail: () => void, place?: string): DraftWriter | undefined {
    if (!this.#store) return undefined;
    const where = place === undefined ? {} : { place };
    const draft: Draft = { id: newDraftId(), mimeType, startedAt: Date.now(), seconds: 0, ...where };
    void this.#lock.hold(draft.id);
    return new DraftWriter(this.#store, draft, onFail);
  }

  /** A note for something from elsewhere. Its audio, which may be large, follows with `addAudio`. */
  async keep({ audio, seconds, name, origin, task }: Opened): Promise<Draft | undefined> {
    if (!this.#store) return undefined;
    const mimeType = audio?.type ?? "";
    const draft: Draft = { id: newDraftId(), mimeType, startedAt: Date.now(), seconds, name, origin };
    if (task) draft.task = task;
    await this.save(draft);
    return draft;
  }

  /** In pieces, as there is room; without all of them the note has words only. */
  async addAudio(draft: Draft, audio: Blob): Promise<void> {
    const store = this.#store;
    if (!store || audio.size > LARGEST_KEPT_FILE) return;
    try {
      for (let index = 0; index * PIECE_BYTES < audio.size; index += 1) {
        const piece = audio.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);
        await store.addPiece(draft, index, await piece.arrayBuffer());
      }
      draft.isComplete = true;
    } catch {
      // The disk is full, perhaps; half a recording would be worse than none.
      await store.deletePieces(draft.id).catch(() => {});
    }
    await this.save(draft);
  }

  /** Tells other tabs that this one is open here. */
  async hold(draft: Draft): Promise<void> {
    await this.#lock.hold(draft.id);
  }

  /** Newest first, without those that are open here or in another tab. */
  async list(): Promise<Draft[]> {
    return (await this.#all()).flatMap(({ draft, isInUse }) => (isInUse ? [] : [draft]));
  }

  /** Whether some are open here or in another tab, and left out of the list therefore. */
  async someInUse(): Promise<boolean> {
    return (await this.#all()).some(({ isInUse }) => isInUse);
  }

  async #all(): Promise<{ draft: Draft; isInUse: boolean }[]> {
    const drafts = (await this.#store?.list().catch(() => [])) ?? [];
    const inUse = await this.#lock.draftsInUse();
    return drafts.map((draft) => ({ draft, isInUse: inUse(draft.id) }));
  }

  /** `undefined` when it is gone, because another tab deleted it; an empty Blob where only the words were kept. */
  async take(draft: Draft): Promise<Blob | undefined> {
    const drafts = (await this.#store?.list().catch(() => [])) ?? [];
    if (!drafts.some(({ id }) => id === draft.id)) return undefined;
    await this.#lock.hold(draft.id);
    if (draft.origin && !draft.isComplete) return new Blob();
    return (await this.#store?.read(draft).catch(() => undefined)) ?? new Blob();
  }

  /** The one that was open goes back into the list. */
  async putBack(): Promise<void> {
    await this.#lock.release();
  }

  /** Writes down what has changed of it. */
  async save(draft: Draft): Promise<void> {
    await this.#store?.save(draft).catch(() => {});
  }

  /** Deletes it for good, with its sound. */
  async delete(draft: Draft): Promise<void> {
    await this.#store?.delete(draft.id).catch(() => {});
  }

  /** Deletes them for good. */
  async deleteAll(drafts: readonly Draft[]): Promise<void> {
    await this.#store?.deleteAll(drafts.map(({ id }) => id)).catch(() => {});
  }
}
