import { formatSeconds } from "../clock.ts";
import type { Draft } from "../drafts/draft_store.ts";
import type { Elements } from "./elements.ts";

export interface SavedEvents {
  onOpen(draft: Draft): void;
  onDelete(draft: Draft): void;
}

const FIRST_WORDS = 90;

/** The list of earlier recordings. Rebuilt only when it differs, so that the focus stays where it is. */
export class SavedView {
  readonly #elements: Elements;
  readonly #events: SavedEvents;
  #shown: readonly Draft[] = [];

  constructor(elements: Elements, events: SavedEvents) {
    this.#elements = elements;
    this.#events = events;
  }

  render(drafts: readonly Draft[], visible: boolean): void {
    this.#elements.saved.hidden = !visible || drafts.length === 0;
    if (drafts === this.#shown) return;
    this.#shown = drafts;
    this.#elements.savedList.replaceChildren(...drafts.map((draft) => this.#item(draft)));
  }

  #item(draft: Draft): HTMLLIElement {
    const when = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(draft.startedAt);
    const title = `${when} · ${formatSeconds(draft.seconds)}`;

    const item = document.createElement("li");
    const words = document.createElement("div");
    const heading = document.createElement("strong");
    const text = document.createElement("p");
    heading.textContent = title;
    text.textContent = draft.transcript ? firstWords(draft.text ?? "") : "Not transcribed yet";
    text.classList.toggle("pending", draft.transcript === undefined);
    words.append(heading, text);
    item.append(
      words,
      button("Restore", `Restore the recording of ${title}`, () => this.#events.onOpen(draft)),
      button("Delete", `Delete the recording of ${title}`, () => this.#events.onDelete(draft)),
    );
    return item;
  }
}

function firstWords(text: string): string {
  if (text === "") return "No speech was heard";
  return text.length > FIRST_WORDS ? `${text.slice(0, FIRST_WORDS)}…` : text;
}

function button(words: string, name: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", onClick);
  return made;
}
