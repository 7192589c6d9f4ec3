// The element: attributes in, a form's value out, and events on the way.
//
// It is long because a field of a form has many members, each of which only passes on what it is told.

import type { LiveCallOptions, SplitCallOptions, TranscribeCallOptions, Transcript } from "../api.js";
import { EMPTY_NOTE, type SpeechClient, VoiceNote, type VoiceNoteOptions, type VoiceNoteState } from "../recorder.js";
import { stringsFor } from "./languages.js";
import { Player } from "./player.js";
import type { VoiceNoteStrings } from "./strings.js";
import { styleSheet } from "./style.js";
import { type ButtonName, isBusy, View } from "./view.js";

/** Servers read this file, too, and have no elements. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/** Endings of files by what browsers record. */
const ENDINGS: Record<string, string> = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" };

/** What pages may set before this file is there. */
const PROPERTIES = ["value", "asr", "callOptions", "liveOptions", "strings", "deviceId"] as const;

/**
 * `<voice-note endpoint="/dashscope" name="note">`: a field of a form whose value is what somebody says into it.
 *
 * It fires `input` and `change` as a text field does, and `statechange`, `transcript` and `problem`, whose `detail` is the new state, the
 * transcript, and what went wrong.
 */
export class VoiceNoteElement extends Base {
  /** @internal */
  static readonly formAssociated = true;
  /** @internal */
  static readonly observedAttributes = [
    ...[
      "endpoint",
      "language",
      "model",
      "max-seconds",
      "placeholder",
      "required",
      "lang",
      "name",
      "audio-name",
      "live",
    ],
  ];

  readonly #internals = this.attachInternals();
  readonly #view: View;
  readonly #player = new Player(() => this.#render());
  #note: VoiceNote | undefined;
  #state = EMPTY_NOTE;
  #asr: SpeechClient | undefined;
  #callOptions: TranscribeCallOptions | SplitCallOptions = {};
  #liveOptions: LiveCallOptions | undefined;
  #strings: Partial<VoiceNoteStrings> = {};
  #deviceId = "";
  #customMessage = "";
  #isDisabled = false;
  #wasDiscarded = false;
  #isWriting = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [styleSheet()];
    this.#view = new View(root, (name) => void this.#press(name));
    this.#view.text.addEventListener("input", () => this.#write(this.#view.text.value));
    // That of a text field does not leave the shadow tree.
    this.#view.text.addEventListener("change", () => this.#tell(new Event("change", { bubbles: true })));
    this.#internals.role = "group";
  }

  /** The text. */
  get value(): string {
    return this.#state.text;
  }

  set value(text: string) {
    this.#write(String(text));
  }

  /** The recording as a file, or `null`. */
  get audio(): File | null {
    const { audio } = this.#state;
    if (!audio || audio.size === 0) return null;
    const type = audio.type.split(";", 1)[0] ?? "";
    return new File([audio], `${this.name || "voice-note"}.${ENDINGS[type] ?? "bin"}`, { type });
  }

  /** All that the service told of the recording, or `null`. */
  get transcript(): Transcript | null {
    return this.#state.transcript ?? null;
  }

  /** All that the note is, as data. */
  get state(): VoiceNoteState {
    return this.#state;
  }

  /** A client of your own, instead of the attribute `endpoint`. */
  get asr(): SpeechClient | undefined {
    return this.#asr;
  }

  set asr(asr: SpeechClient | undefined) {
    this.#asr = asr;
    this.#configure();
  }

  /** More options of the call that asks for the words, e.g. `context`. */
  get callOptions(): TranscribeCallOptions | SplitCallOptions {
    return this.#callOptions;
  }

  set callOptions(options: TranscribeCallOptions | SplitCallOptions) {
    this.#callOptions = options;
    this.#configure();
  }

  /** Shows words while somebody speaks, by `asr.live()` with these options; `undefined`: as the attribute `live` says. */
  get liveOptions(): LiveCallOptions | undefined {
    return this.#liveOptions;
  }

  set liveOptions(options: LiveCallOptions | undefined) {
    this.#liveOptions = options;
    this.#configure();
  }

  /** What it says, in your own words; what is left out is as it was. */
  get strings(): Partial<VoiceNoteStrings> {
    return this.#strings;
  }

  set strings(strings: Partial<VoiceNoteStrings>) {
    this.#strings = strings;
    this.#render();
  }

  /** Which microphone, of `listMicrophones()`; empty for the default one. */
  get deviceId(): string {
    return this.#deviceId;
  }

  set deviceId(id: string) {
    this.#deviceId = id;
    this.#configure();
  }

  /** The name of the text in the form. */
  get name(): string {
    return this.getAttribute("name") ?? "";
  }

  set name(name: string) {
    this.setAttribute("name", name);
  }

  /** Whether it can be used. */
  get disabled(): boolean {
    return this.hasAttribute("disabled");
  }

  set disabled(isDisabled: boolean) {
    this.toggleAttribute("disabled", isDisabled);
  }

  /** Whether the form wants something in it. */
  get required(): boolean {
    return this.hasAttribute("required");
  }

  set required(isRequired: boolean) {
    this.toggleAttribute("required", isRequired);
  }

  /** The text that a reset brings back. */
  get defaultValue(): string {
    return this.getAttribute("value") ?? "";
  }

  set defaultValue(text: string) {
    this.setAttribute("value", text);
  }

  /** `"voice-note"`, as other fields of a form have theirs. */
  get type(): string {
    return "voice-note";
  }

  /** The form that it belongs to. */
  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  /** The labels that point to it. */
  get labels(): NodeList {
    return this.#internals.labels;
  }

  /** What is wrong with it for the form, if anything. */
  get validity(): ValidityState {
    return this.#internals.validity;
  }

  /** The same in words. */
  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  /** Whether the form looks at it. */
  get willValidate(): boolean {
    return this.#internals.willValidate;
  }

  /** Whether it is valid; fires `invalid` where not. */
  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  /** The same, and says so to the person. */
  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** Makes it invalid for a reason of your own; valid again with an empty one. */
  setCustomValidity(message: string): void {
    this.#customMessage = message;
    this.#offer();
  }

  /** Begins to record, when somebody presses a button. */
  async record(): Promise<void> {
    if (!this.#isDisabled) await this.#note?.record();
  }

  /** Leaves out what is said from now on. */
  async pause(): Promise<void> {
    await this.#note?.pause();
  }

  /** Goes on after a pause. */
  async resume(): Promise<void> {
    await this.#note?.resume();
  }

  /** Ends the recording; the words follow. */
  async stop(): Promise<void> {
    await this.#note?.stop();
  }

  /** Asks for the words again. */
  async transcribe(): Promise<void> {
    await this.#note?.transcribe();
  }

  /** Asks for the words no longer. */
  cancel(): void {
    this.#note?.cancel();
  }

  /** Throws away the recording and its words. */
  async discard(): Promise<void> {
    await this.#note?.discard();
  }

  /** Empties it after it was used; so does the reset of its form. */
  async clear(): Promise<void> {
    if (this.#note) await this.#note.clear();
    else this.value = "";
  }

  /** @internal */
  connectedCallback(): void {
    window.addEventListener("submit", this.#sent);
    if (this.#note) return;
    for (const name of PROPERTIES) this.#upgrade(name);
    const text = this.#state.text || this.defaultValue;
    const keep = this.getAttribute("keep") === "off" ? false : undefined;
    const place = `${location.pathname} ${this.name}`;
    this.#note = new VoiceNote({ ...this.#options, keep, place });
    if (text) this.#write(text);
    // Browsers look for it once, and perhaps before this file was there.
    if (this.autofocus && document.activeElement === document.body) this.focus();
  }

  /** @internal */
  disconnectedCallback(): void {
    window.removeEventListener("submit", this.#sent);
    // What is only moved comes back at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#note?.close();
      this.#note = undefined;
      this.#player.load(undefined);
      const { text } = this.#state;
      this.#state = { ...EMPTY_NOTE, text };
    });
  }

  /** @internal */
  attributeChangedCallback(): void {
    this.#configure();
  }

  /** @internal */
  formDisabledCallback(isDisabled: boolean): void {
    this.#isDisabled = isDisabled;
    if (isDisabled) void this.#note?.stop();
    this.#render();
  }

  /** @internal */
  formResetCallback(): void {
    this.#customMessage = "";
    if (this.#note) void this.#note.clear(this.defaultValue);
    else this.value = this.defaultValue;
  }

  /** @internal */
  formStateRestoreCallback(state: unknown): void {
    if (typeof state === "string" && this.value === this.defaultValue) this.value = state;
  }

  get #options(): VoiceNoteOptions {
    const [language, model] = [this.getAttribute("language"), this.getAttribute("model")];
    const limit = Number(this.getAttribute("max-seconds"));
    return {
      endpoint: this.getAttribute("endpoint") ?? undefined,
      asr: this.#asr,
      transcribe: { ...(language ? { language } : {}), ...(model ? { model } : {}), ...this.#callOptions },
      live:
        this.#liveOptions ?? (this.hasAttribute("live") ? { languageHints: language ? [language] : [] } : undefined),
      limitSeconds: limit > 0 ? limit : undefined,
      deviceId: this.#deviceId,
      onState: (state) => this.#follow(state),
      onLevel: (level) => this.#view.showLevel(level),
    };
  }

  /** What was set before the element was one is a member of its own, and hides what this class has. */
  #upgrade(name: (typeof PROPERTIES)[number]): void {
    if (!Object.hasOwn(this, name)) return;
    const { [name]: value } = this;
    Reflect.deleteProperty(this, name);
    Object.assign(this, { [name]: value });
  }

  #configure(): void {
    this.#note?.configure(this.#options);
    this.#render();
  }

  async #press(name: ButtonName): Promise<void> {
    const note = this.#note;
    if (!note) return;
    const { phase } = this.#state;
    if (name === "record") await (phase === "idle" ? note.record() : note.stop());
    else if (name === "pause") await (phase === "paused" ? note.resume() : note.pause());
    else if (name === "play") await this.#player.toggle();
    else if (name === "discard") {
      await note.discard();
      this.#wasDiscarded = true;
      this.#render();
    } else await note[name]();
  }

  #write(text: string): void {
    this.#isWriting = true;
    if (this.#note) this.#note.setText(text);
    else this.#follow({ ...this.#state, text });
    this.#isWriting = false;
  }

  #follow(state: VoiceNoteState): void {
    const before = this.#state;
    this.#state = state;
    if (state.phase !== "idle") this.#wasDiscarded = false;
    this.#player.load(state.audio);
    this.#render();
    // What somebody writes, the text field tells itself; of what a page writes, fields do not tell.
    if (before.text !== state.text && !this.#isWriting)
      this.#tell(new Event("input", { bubbles: true, composed: true }));
    if (!this.#note) return;
    this.#tell(new CustomEvent("statechange", { detail: state }));
    const { transcript } = state;
    if (transcript && transcript !== before.transcript) {
      this.#tell(new CustomEvent("transcript", { detail: transcript }));
      this.#tell(new Event("change", { bubbles: true }));
    }
    const trouble = state.trouble ?? state.microphoneTrouble;
    if (trouble && trouble !== (before.trouble ?? before.microphoneTrouble)) {
      this.#tell(new CustomEvent("problem", { detail: trouble }));
    }
  }

  #tell(event: Event): void {
    this.dispatchEvent(event);
  }

  /** What it says, and in which language where that is known. */
  get #said(): { language: string; strings: VoiceNoteStrings } {
    const known = stringsFor(this.closest<HTMLElement>("[lang]")?.lang || navigator.language);
    const isOwn = Object.keys(this.#strings).length > 0;
    return isOwn ? { language: "", strings: { ...known.strings, ...this.#strings } } : known;
  }

  #render(): void {
    const { language, strings } = this.#said;
    this.#view.render(this.#state, {
      ...{ strings, language, textLanguage: this.getAttribute("language") ?? "" },
      placeholder: this.getAttribute("placeholder") ?? strings.text,
      ...{ isDisabled: this.#isDisabled, isRequired: this.required, isKept: this.getAttribute("keep") !== "off" },
      ...{ isPlaying: this.#player.isPlaying, wasDiscarded: this.#wasDiscarded },
    });
    const label = [...this.labels].map(({ textContent }) => textContent?.trim()).join(" ");
    this.#internals.ariaLabel = label || strings.name;
    this.#offer();
  }

  /** Tells the form what is in it, and whether that will do. */
  #offer(): void {
    const { strings } = this.#said;
    const { text } = this.#state;
    const { audio } = this;
    const audioName = this.getAttribute("audio-name");
    if (audioName && audio) {
      const value = new FormData();
      if (this.name) value.append(this.name, text);
      value.append(audioName, audio);
      this.#internals.setFormValue(value, text);
    } else this.#internals.setFormValue(text);
    const { anchor } = this.#view;
    if (isBusy(this.#state)) this.#internals.setValidity({ customError: true }, strings.unfinished, anchor);
    else if (this.#customMessage) this.#internals.setValidity({ customError: true }, this.#customMessage, anchor);
    else if (this.required && text.trim() === "") {
      this.#internals.setValidity({ valueMissing: true }, strings.required, anchor);
    } else this.#internals.setValidity({});
  }

  /** The form is sent by the browser: what is in it is on its way. A page that sends it itself resets it afterwards. */
  readonly #sent = (event: SubmitEvent): void => {
    if (event.target === this.form && !event.defaultPrevented) void this.#note?.used();
  };
}

/** Makes `<voice-note>`, or another name for the same, known to the page; a name that is known already stays as it is. */
export function defineVoiceNote(tag: string = "voice-note"): void {
  const registry = globalThis.customElements as CustomElementRegistry | undefined;
  if (!registry || registry.get(tag)) return;
  // A class has one name.
  registry.define(tag, tag === "voice-note" ? VoiceNoteElement : class extends VoiceNoteElement {});
}
