// What the element shows: its buttons, its text and its lines, made once and then kept up to date.

import type { VoiceNoteState } from "../recorder.js";
import { icon, type Shape } from "./icons.js";
import type { VoiceNoteStrings } from "./strings.js";
import { formatSeconds, problemOf, shareOf, statusOf } from "./words.js";

/** The buttons, in the order in which focus moves on when the one that has it goes away. */
const BUTTONS = ["record", "pause", "play", "transcribe", "cancel", "discard", "restore", "forget"] as const;

export type ButtonName = (typeof BUTTONS)[number];

/** What the state alone does not tell. */
export interface Circumstances {
  readonly strings: VoiceNoteStrings;
  /** The language that they are in, where it is known. */
  readonly language: string;
  /** The language of what is said, where it is known. */
  readonly textLanguage: string;
  readonly placeholder: string;
  readonly isDisabled: boolean;
  readonly isRequired: boolean;
  readonly isKept: boolean;
  readonly isPlaying: boolean;
  readonly wasDiscarded: boolean;
}

interface Button {
  readonly element: HTMLButtonElement;
  say(words: string): void;
  picture?: ((shape: Shape) => void) | undefined;
}

const RECORDING = new Set(["starting", "recording", "paused", "saving"]);

/** The microphone or the service is at work: what is there now is not yet the note. */
export function isBusy({ phase }: VoiceNoteState): boolean {
  return RECORDING.has(phase) || phase === "transcribing";
}

export class View {
  readonly text = document.createElement("textarea");
  readonly #group = document.createElement("div");
  readonly #time = document.createElement("span");
  readonly #level = document.createElement("div");
  readonly #bar = document.createElement("div");
  readonly #progress = document.createElement("div");
  readonly #progressBar = document.createElement("div");
  readonly #progressWords = document.createElement("span");
  readonly #found = document.createElement("div");
  readonly #foundWords = document.createElement("span");
  readonly #problem = document.createElement("p");
  readonly #status = document.createElement("p");
  readonly #buttons: Record<ButtonName, Button>;
  readonly #root: ShadowRoot;

  constructor(root: ShadowRoot, onPress: (name: ButtonName) => void) {
    this.#root = root;
    const made = BUTTONS.map((name) => [name, makeButton(name, () => onPress(name))] as const);
    this.#buttons = Object.fromEntries(made) as Record<ButtonName, Button>;
    const { restore, forget, ...others } = this.#buttons;
    this.#level.append(this.#bar);
    this.#level.setAttribute("aria-hidden", "true");
    this.#progressBar.append(document.createElement("div"));
    this.#progressBar.setAttribute("role", "progressbar");
    this.#progressBar.setAttribute("aria-labelledby", "status");
    // The bar has it as its value.
    this.#progressWords.setAttribute("aria-hidden", "true");
    this.#progress.append(this.#progressBar, this.#progressWords);
    this.#time.setAttribute("role", "timer");
    this.#status.setAttribute("role", "status");
    this.#status.id = "status";
    this.#problem.setAttribute("role", "alert");
    this.#problem.id = "problem";
    this.text.setAttribute("aria-describedby", "problem");
    // What it says may be in another language than the page, and what is written in a third.
    const said = [this.#foundWords, this.#progressWords, this.#problem, this.#status, this.text];
    for (const element of said) element.dir = "auto";
    this.text.rows = 3;
    const controls = document.createElement("div");
    controls.append(...Object.values(others).map(({ element }) => element), this.#level, this.#time);
    this.#found.append(this.#foundWords, restore.element, forget.element);
    this.#group.append(controls, this.#progress, this.text, this.#found, this.#problem, this.#status);
    for (const [name, element] of Object.entries({
      ...{ group: this.#group, controls, level: this.#level, time: this.#time, found: this.#found },
      ...{ progress: this.#progress, "progress-bar": this.#progressBar, "progress-text": this.#progressWords },
      ...{ text: this.text, problem: this.#problem, status: this.#status },
    })) {
      element.setAttribute("part", name);
    }
    root.append(this.#group);
  }

  /** Where a form points when something is wrong with the note. */
  get anchor(): HTMLElement {
    return BUTTONS.map((name) => this.#buttons[name].element).find(isUsable) ?? this.text;
  }

  showLevel(level: number): void {
    this.#bar.style.setProperty("--_level", level.toFixed(2));
  }

  render(state: VoiceNoteState, about: Circumstances): void {
    const focused = this.#root.activeElement;
    this.#renderButtons(state, about);
    this.#renderText(state, about);
    const { strings, isKept, wasDiscarded } = about;
    const isRecording = RECORDING.has(state.phase);
    this.#group.lang = about.language;
    this.#level.hidden = !isRecording;
    this.#time.hidden = !isRecording && state.audio === undefined;
    const limit = isRecording ? ` / ${formatSeconds(state.limitSeconds)}` : "";
    say(this.#time, `${formatSeconds(state.seconds)}${limit}`);
    this.#renderProgress(state, strings);
    this.#found.hidden = !state.found || state.phase !== "idle";
    say(this.#foundWords, strings.found.replace("{length}", formatSeconds(state.found?.seconds ?? 0)));
    const problem = problemOf(state, strings);
    this.#problem.hidden = problem === "";
    say(this.#problem, problem);
    say(this.#status, wasDiscarded ? strings.discarded : statusOf(state, strings, isKept));
    // Whoever works without a mouse stays where things go on.
    if (focused instanceof HTMLElement && !isUsable(focused)) this.anchor.focus();
  }

  /** By the time that has been heard: how many pieces there will be, nobody knows before all was read. */
  #renderProgress(state: VoiceNoteState, strings: VoiceNoteStrings): void {
    const share = shareOf(state);
    this.#progress.hidden = share === undefined;
    if (share === undefined) return;
    const heard = formatSeconds(share * state.seconds);
    const words = strings.heard.replace("{heard}", heard).replace("{length}", formatSeconds(state.seconds));
    say(this.#progressWords, words);
    const bar = this.#progressBar;
    bar.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
    bar.setAttribute("aria-valuetext", words);
    bar.style.setProperty("--_share", share.toFixed(3));
  }

  #renderButtons(state: VoiceNoteState, { strings, isDisabled, isPlaying }: Circumstances): void {
    const { phase, audio, trouble, gaps } = state;
    const isRecording = RECORDING.has(phase);
    const isWhole = audio !== undefined && !isRecording && phase !== "transcribing";
    const isIncomplete = phase === "done" && gaps.length > 0;
    const isWanting = phase === "ready" || isIncomplete || trouble !== undefined;
    const again = isIncomplete ? strings.retryMissing : strings.retry;
    const { record, pause, play, transcribe, cancel, discard, restore, forget } = this.#buttons;
    const shown: [Button, boolean, string][] = [
      [record, phase === "idle" || isRecording, isRecording ? strings.stop : strings.record],
      [pause, phase === "recording" || phase === "paused", phase === "paused" ? strings.resume : strings.pause],
      [play, isWhole && audio.size > 0, isPlaying ? strings.stopPlaying : strings.play],
      [transcribe, isWanting && isWhole && audio.size > 0, isIncomplete || trouble ? again : strings.transcribe],
      [cancel, phase === "transcribing", strings.cancel],
      [discard, isWhole || phase === "recording" || phase === "paused", strings.discard],
      [restore, true, strings.restore],
      [forget, true, strings.forget],
    ];
    for (const [button, isShown, words] of shown) {
      button.element.hidden = !isShown;
      button.element.disabled = isDisabled;
      button.say(words);
    }
    const isOn = phase === "recording" ? " recording" : phase === "starting" ? " waiting" : "";
    record.element.setAttribute("part", `button record${isOn}`);
    record.picture?.(isRecording ? "stop" : "record");
    pause.picture?.(phase === "paused" ? "record" : "pause");
    play.picture?.(isPlaying ? "stop" : "play");
  }

  #renderText(state: VoiceNoteState, about: Circumstances): void {
    const { strings, placeholder, isDisabled, isRequired, textLanguage } = about;
    const field = this.text;
    // Written anew, the caret would jump.
    if (field.value !== state.text) field.value = state.text;
    field.disabled = isDisabled;
    field.readOnly = isBusy(state);
    field.lang = textLanguage;
    field.placeholder = placeholder;
    field.setAttribute("aria-label", strings.text);
    field.setAttribute("aria-required", String(isRequired));
  }
}

/** Said only when it is new: screen readers read out every change. */
function say(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}

function isUsable(element: HTMLElement): boolean {
  return element.closest("[hidden]") === null && !(element as HTMLButtonElement).disabled;
}

const PICTURES: Partial<Record<ButtonName, Shape>> = { record: "record", pause: "pause", play: "play" };

function makeButton(name: ButtonName, onPress: () => void): Button {
  const element = document.createElement("button");
  element.type = "button";
  element.setAttribute("part", `button ${name}`);
  const words = document.createElement("span");
  const shape = PICTURES[name];
  const picture = shape && icon(shape);
  if (picture) element.append(picture.element);
  element.append(words);
  element.addEventListener("click", onPress);
  return { element, say: (next) => say(words, next), picture: picture?.show };
}
