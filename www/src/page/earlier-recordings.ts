// What can be done with the recordings of earlier visits.

import { type Draft, type SavedRecordings, shownName } from "dashscope-asr/recorder";
import { goesOn, type Source, type StateAccess } from "./state.ts";

/** When to look for what was sent before a reload: the page before holds it a moment longer than until this one begins. */
const RESUME_PAUSES_MS = [0, 200, 400, 800, 1600];

export interface EarlierParts {
  readonly saved: SavedRecordings;
  /** `verb` is the answer that means yes. */
  confirm(words: string, verb: string): Promise<boolean>;
}

/** What the rest of the page does, so that one of them can be opened. */
export interface PageActions {
  /** Puts away what is there; false when that cannot or must not be. */
  makeRoom(): Promise<boolean>;
  clear(): Promise<void>;
  take(source: Source, message: string): void;
  transcribe(): Promise<void>;
}

/** The list of earlier recordings: opening, renaming and deleting them, and waiting on for what a reload cut short. */
export class EarlierRecordings {
  readonly #parts: EarlierParts;
  readonly #state: StateAccess;
  readonly #page: PageActions;

  constructor(parts: EarlierParts, state: StateAccess, page: PageActions) {
    this.#parts = parts;
    this.#state = state;
    this.#page = page;
  }

  async list(): Promise<void> {
    this.#state.set({ saved: await this.#parts.saved.list() });
  }

  /** What was sent before a reload is waited for again, as soon as the page knows whom to ask. */
  async resume(): Promise<void> {
    let waiting: Draft | undefined;
    for (const pause of RESUME_PAUSES_MS) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.#state.get().phase.name !== "idle") return;
      await this.list();
      waiting = this.#state.get().saved.find(goesOn);
      if (waiting || !(await this.#parts.saved.someInUse())) break;
    }
    if (!waiting || this.#state.get().phase.name !== "idle") return;
    await this.open(waiting);
    if (this.#state.get().source?.draft?.id === waiting.id) await this.#page.transcribe();
  }

  async open(draft: Draft): Promise<void> {
    if (!(await this.#page.makeRoom())) return;
    const blob = await this.#parts.saved.take(draft);
    if (!blob) {
      await this.list();
      return this.#state.set({ message: "That recording is no longer there." });
    }
    const source = sourceOf(draft, blob);
    if (source.kind === "words" && !draft.transcript && !draft.text && !draft.task) {
      await this.#page.clear();
      const message = "Of this one neither sound nor words are left. It can be deleted in the list.";
      return this.#state.set({ message });
    }
    // Read before anything is shown: the words must not stand there while the list still offers them.
    const saved = await this.#parts.saved.list();
    this.#page.take(source, "Your recording is back.");
    this.#state.set({ text: draft.text ?? "", transcript: draft.transcript, saved });
  }

  async rename(draft: Draft, name: string): Promise<void> {
    const shown = shownName(name);
    if (shown) draft.name = shown;
    else delete draft.name;
    await this.#parts.saved.save(draft);
    await this.list();
    this.#state.set({ message: "Renamed." });
  }

  async delete(draft: Draft): Promise<void> {
    if (!(await this.#parts.confirm("Delete this recording and its words for good?", "Delete"))) return;
    await this.#parts.saved.delete(draft);
    await this.list();
    this.#state.set({ message: "Deleted." });
  }

  async deleteAll(): Promise<void> {
    const drafts = this.#state.get().saved;
    if (!(await this.#parts.confirm(`Delete all ${drafts.length} recordings for good?`, "Delete all"))) return;
    await this.#parts.saved.deleteAll(drafts);
    await this.list();
    this.#state.set({ message: "Deleted." });
  }
}

function sourceOf(draft: Draft, blob: Blob): Source {
  const name = draft.name ?? "";
  if (typeof draft.origin === "object") return { kind: "url", url: draft.origin.url, draft };
  if (blob.size === 0) return { kind: "words", name, draft };
  if (draft.origin === "file") return { kind: "file", blob, name, draft };
  return { kind: "recording", blob, seconds: draft.seconds, draft, isSafe: true };
}
