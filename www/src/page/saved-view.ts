// The list of earlier recordings on the page.

import type { Draft } from "dashscope-asr/recorder";
import { formatSeconds } from "../clock.ts";
import type { Elements } from "./elements.ts";

export interface SavedEvents {
  onOpen(draft: Draft): void;
  onRename(draft: Draft, name: string): void;
  onDelete(draft: Draft): void;
}

const FIRST_WORDS = 120;

const DATES = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

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
    this.#elements.deleteAll.hidden = drafts.length < 2;
    if (drafts === this.#shown) return;
    this.#shown = drafts;
    const list = this.#elements.savedList;
    const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
    list.replaceChildren(...drafts.map((draft) => this.#item(draft)));
    // Whoever renamed or deleted something stays where they were.
    if (focused >= 0) list.children[Math.min(focused, drafts.length - 1)]?.querySelector("button")?.focus();
  }

  #item(draft: Draft): HTMLLIElement {
    const when = draft.startedAt > 0 ? DATES.format(draft.startedAt) : "Date unknown";
    const length = draft.seconds > 0 ? ` · ${formatSeconds(draft.seconds)}` : "";
    const title = draft.name ?? `${when}${length}`;

    const item = document.createElement("li");
    const open = document.createElement("button");
    open.type = "button";
    open.className = "open";
    open.setAttribute("aria-label", `Open ${title}`);
    const heading = document.createElement("strong");
    heading.dir = "auto";
    heading.textContent = title;
    open.append(heading);
    if (draft.name) {
      const date = document.createElement("small");
      date.textContent = `${when}${length}`;
      open.append(date);
    }
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = stateOf(draft);
    text.classList.toggle("pending", draft.transcript === undefined);
    open.append(text);
    open.addEventListener("click", () => this.#events.onOpen(draft));

    item.append(
      open,
      button("Rename", `Rename ${title}`, () => this.#rename(item, draft, title)),
      button("Delete", `Delete ${title}`, () => this.#events.onDelete(draft)),
    );
    return item;
  }

  /** Enter keeps the new name, Escape the old one; an empty name brings the date back. */
  #rename(item: HTMLLIElement, draft: Draft, title: string): void {
    const form = document.createElement("form");
    const field = document.createElement("input");
    field.type = "text";
    field.maxLength = 200;
    field.value = draft.name ?? "";
    field.placeholder = title;
    field.setAttribute("aria-label", "Name");
    const save = document.createElement("button");
    save.type = "submit";
    save.textContent = "Save";
    form.append(field, save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#events.onRename(draft, field.value.trim());
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      const same = this.#item(draft);
      item.replaceWith(same);
      same.querySelectorAll("button")[1]?.focus();
    });
    item.replaceChildren(form);
    field.focus();
    field.select();
  }
}

function stateOf(draft: Draft): string {
  if (draft.transcript) return firstWords(draft.text ?? "");
  if (draft.pieces) return "Transcribed in part";
  return draft.task ? "Sent, and the words were not fetched yet" : "Not transcribed yet";
}

function firstWords(text: string): string {
  if (text === "") return "No speech was heard";
  return text.length > FIRST_WORDS ? `${text.slice(0, FIRST_WORDS)}…` : text;
}

function button(words: string, name: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet-button";
  made.textContent = words;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", onClick);
  return made;
}
