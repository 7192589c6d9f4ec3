// Recordings in IndexedDB, piece by piece.

import { inTransaction, openDatabase } from "./database.js";
import type { Draft } from "./draft.js";
import { readDraft } from "./stored-draft.js";

interface Piece {
  readonly draftId: string;
  readonly index: number;
  readonly bytes: ArrayBuffer;
}

/** Some browsers leave the question open for ever when storage is broken; the page must not wait for that. */
const PATIENCE_MS = 3000;

/** What lies on disk: a note for each recording, and its pieces. */
export class DraftStore {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** `undefined` where the browser forbids storage: then recordings live in memory only. */
  static async open(databaseName: string): Promise<DraftStore | undefined> {
    try {
      const tooLate = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));
      const database = await Promise.race([openDatabase(databaseName), tooLate]);
      return database && new DraftStore(database);
    } catch {
      return undefined;
    }
  }

  async save(draft: Draft): Promise<void> {
    await inTransaction(this.#database, "readwrite", (store) => store("drafts").put(draft));
  }

  /** Pieces are stored as bytes, not as a Blob: some browsers lose Blobs of a private window. */
  async addPiece(draft: Draft, index: number, bytes: ArrayBuffer): Promise<void> {
    const piece: Piece = { draftId: draft.id, index, bytes };
    await inTransaction(this.#database, "readwrite", (store) => {
      store("drafts").put(draft);
      return store("pieces").put(piece);
    });
  }

  /** Newest first. */
  async list(): Promise<Draft[]> {
    const stored = await inTransaction<unknown[]>(this.#database, "readonly", (store) => store("drafts").getAll());
    const drafts = (stored ?? []).flatMap((value) => readDraft(value) ?? []);
    return drafts.sort((one, other) => other.startedAt - one.startedAt);
  }

  async read(draft: Draft): Promise<Blob> {
    const pieces = await inTransaction<Piece[]>(this.#database, "readonly", (store) =>
      store("pieces").getAll(piecesOf(draft.id)),
    );
    // Anything else would become its own description, in letters, in the middle of the sound.
    const parts = (pieces ?? []).map((piece) => piece.bytes).filter((bytes) => bytes instanceof ArrayBuffer);
    return new Blob(parts, { type: draft.mimeType });
  }

  async deleteAll(ids: readonly string[]): Promise<void> {
    await inTransaction(this.#database, "readwrite", (store) => {
      for (const id of ids) {
        store("drafts").delete(id);
        store("pieces").delete(piecesOf(id));
      }
      return undefined;
    });
  }

  async deletePieces(id: string): Promise<void> {
    await inTransaction(this.#database, "readwrite", (store) => store("pieces").delete(piecesOf(id)));
  }

  async delete(id: string): Promise<void> {
    await this.deleteAll([id]);
  }
}

function piecesOf(draftId: string): IDBKeyRange {
  return IDBKeyRange.bound([draftId, 0], [draftId, Number.MAX_SAFE_INTEGER]);
}
