import { DraftLock, draftsInUse } from "./draft_lock.ts";
import { type Draft, DraftStore } from "./draft_store.ts";
import { DraftWriter } from "./draft_writer.ts";

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

  static async open(): Promise<SavedRecordings> {
    return new SavedRecordings(await DraftStore.open());
  }

  /** A safe copy for a recording that begins now. */
  begin(mimeType: string): DraftWriter | undefined {
    if (!this.#store) return undefined;
    const draft: Draft = { id: crypto.randomUUID(), mimeType, startedAt: Date.now(), seconds: 0 };
    void this.#lock.hold(draft.id);
    return new DraftWriter(this.#store, draft);
  }

  /** Newest first, without those that are open here or in another tab. */
  async list(): Promise<Draft[]> {
    const drafts = (await this.#store?.list().catch(() => [])) ?? [];
    const inUse = await draftsInUse();
    return drafts.filter((draft) => !inUse(draft.id));
  }

  /** `undefined` when it cannot be read, or is gone because another tab deleted it. */
  async take(draft: Draft): Promise<Blob | undefined> {
    const blob = await this.#store?.read(draft).catch(() => undefined);
    if (!blob || blob.size === 0) return undefined;
    await this.#lock.hold(draft.id);
    return blob;
  }

  /** The one that was open goes back into the list. */
  async putBack(): Promise<void> {
    await this.#lock.release();
  }

  async save(draft: Draft): Promise<void> {
    await this.#store?.save(draft).catch(() => {});
  }

  async delete(draft: Draft): Promise<void> {
    await this.#store?.delete(draft.id).catch(() => {});
  }
}
