// The transcript with its times: words that play, speakers, sentences.

import type { Transcript } from "dashscope-asr";
import { formatSeconds, saySeconds } from "../clock.ts";
import { type Stretch, type TimedWord, timelineOf, wordAt } from "./timeline.ts";

/** Different enough to be told apart; more speakers share them. */
const SPEAKER_COLOURS = 6;

/** A word's beginning, rounded up into the word: rounding down would play the end of the one before. */
const INTO_THE_WORD_MS = 1;

/**
 * The transcript as words that light up while they are heard and can be pressed to hear them. For the keyboard it is one
 * stop: up and down go from sentence to sentence, left and right from word to word.
 */
export class Reader {
  readonly #list: HTMLOListElement;
  readonly #playFrom: (seconds: number) => void;
  #shown: Transcript | undefined;
  #canPlay = false;
  #words: readonly TimedWord[] = [];
  #spans: readonly HTMLElement[] = [];
  #times: readonly HTMLButtonElement[] = [];
  #current = -1;

  constructor(list: HTMLOListElement, playFrom: (seconds: number) => void) {
    this.#list = list;
    this.#playFrom = playFrom;
    list.addEventListener("click", (event) => this.#press(event));
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("focusin", (event) => this.#remember(event.target));
  }

  /** Built once per transcript; a long one has many thousand words. */
  render(transcript: Transcript | undefined, canPlay: boolean): void {
    if (transcript === this.#shown && canPlay === this.#canPlay) return;
    this.#shown = transcript;
    this.#canPlay = canPlay;
    this.#current = -1;
    const stretches = transcript ? timelineOf(transcript) : [];
    this.#words = stretches.flatMap(({ words }) => words);
    this.#list.classList.toggle("playable", canPlay);
    this.#list.replaceChildren(...stretches.map((stretch) => item(stretch, canPlay)));
    this.#spans = [...this.#list.querySelectorAll<HTMLElement>(".word")];
    this.#times = [...this.#list.querySelectorAll<HTMLButtonElement>("button.time")];
    this.#remember(this.#times[0]);
  }

  /** Lights up what is heard now; with `keepInView` the page goes along. */
  follow(seconds: number, keepInView: boolean): void {
    const index = seconds > 0 ? wordAt(this.#words, seconds * 1000) : -1;
    if (index === this.#current) return;
    this.#spans[this.#current]?.classList.remove("heard");
    const span = this.#spans[index];
    span?.classList.add("heard");
    const before = this.#spans[this.#current]?.closest("li");
    this.#current = index;
    const stretch = span?.closest("li");
    if (keepInView && stretch && stretch !== before) stretch.scrollIntoView({ block: "nearest" });
  }

  #press(event: MouseEvent): void {
    if (!this.#canPlay || !(event.target instanceof Element)) return;
    // Whoever marks words to copy them does not want to hear them.
    if (event.detail > 0 && getSelection()?.isCollapsed === false) return;
    const pressed = event.target.closest<HTMLElement>("[data-at]");
    if (pressed) this.#playAt(Number(pressed.dataset.at));
  }

  #playAt(milliseconds: number): void {
    this.#playFrom((milliseconds + INTO_THE_WORD_MS) / 1000);
  }

  #key(event: KeyboardEvent): void {
    const at = this.#times.indexOf(event.target as HTMLButtonElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const goTo = (index: number): void => this.#times[Math.min(this.#times.length - 1, Math.max(0, index))]?.focus();
    switch (event.key) {
      case "ArrowDown":
        goTo(at + 1);
        break;
      case "ArrowUp":
        goTo(at - 1);
        break;
      case "Home":
        goTo(0);
        break;
      case "End":
        goTo(this.#times.length - 1);
        break;
      case "ArrowRight":
      case "ArrowLeft":
        this.#stepWord(event.key === "ArrowRight" ? 1 : -1);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #stepWord(step: 1 | -1): void {
    const index = Math.min(this.#words.length - 1, Math.max(0, this.#current + step));
    const word = this.#words[index];
    if (!word || !this.#canPlay) return;
    this.#playAt(word.beginMs);
    this.#spans[index]?.closest("li")?.querySelector<HTMLElement>("button.time")?.focus();
  }

  /** The one that the Tab key comes back to. */
  #remember(target: EventTarget | null | undefined): void {
    if (!(target instanceof HTMLButtonElement) || !target.classList.contains("time")) return;
    for (const time of this.#list.querySelectorAll<HTMLButtonElement>("button.time[tabindex='0']")) time.tabIndex = -1;
    target.tabIndex = 0;
  }
}

function item(stretch: Stretch, canPlay: boolean): HTMLLIElement {
  const made = document.createElement("li");
  const seconds = stretch.beginMs / 1000;
  const time = document.createElement(canPlay ? "button" : "span");
  time.className = "time";
  time.textContent = formatSeconds(seconds);
  if (time instanceof HTMLButtonElement) {
    time.type = "button";
    time.tabIndex = -1;
    time.setAttribute("aria-label", `Play from ${saySeconds(seconds)}`);
    time.dataset.at = String(stretch.beginMs);
  }

  const said = document.createElement("p");
  said.dir = "auto";
  if (stretch.speaker !== undefined) {
    made.dataset.speaker = String(stretch.speaker % SPEAKER_COLOURS);
    if (stretch.isNewSpeaker) {
      const speaker = document.createElement("strong");
      speaker.className = "speaker";
      speaker.textContent = `Speaker ${stretch.speaker + 1}`;
      said.append(speaker, " ");
    }
  }
  for (const word of stretch.words) {
    const span = document.createElement("span");
    span.className = "word";
    span.textContent = word.text.trim();
    span.dataset.at = String(word.beginMs);
    // White space belongs to the word on the wire; lit up it would look like a mistake.
    said.append(/^\s/.test(word.text) ? " " : "", span, /\s$/.test(word.text) ? " " : "");
  }
  made.append(time, said);
  return made;
}
