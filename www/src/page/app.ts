// What can be done with the page, and what comes of it.

import { canRecord, type Draft, type SavedRecordings, shownName } from "dashscope-asr/recorder";
import { outlineOf, plainOutline } from "../audio/outline.ts";
import type { Settings } from "../settings.ts";
import { describeMissingRecorder } from "../words/microphone-help.ts";
import { EarlierRecordings } from "./earlier-recordings.ts";
import type { Playback } from "./playback.ts";
import { Speaking, type Spoken } from "./speaking.ts";
import { audioOf, FIRST_STATE, hasTask, isUnheard, type Source, type State } from "./state.ts";
import type { Waveform } from "./waveform.ts";
import { Work } from "./work.ts";

export interface AppParts {
  readonly settings: Settings;
  readonly saved: SavedRecordings;
  readonly waveform: Waveform;
  readonly playback: Playback;
  /** `verb` is the answer that means yes. */
  confirm(words: string, verb: string): Promise<boolean>;
  onState(state: State): void;
  onLevel(level: number): void;
  onMicrophoneOpened(): void;
}

/** What can be done with the page, whoever asks: a button, a key or a dropped file. */
export class App {
  state: State = FIRST_STATE;
  readonly earlier: EarlierRecordings;
  readonly #parts: AppParts;
  readonly #speaking: Speaking;
  readonly #work: Work;

  constructor(parts: AppParts) {
    this.#parts = parts;
    const state = { get: () => this.state, set: (change: Partial<State>) => this.#set(change) };
    this.#work = new Work(parts, state);
    this.earlier = new EarlierRecordings(parts, state, {
      makeRoom: () => this.#makeRoom(),
      clear: () => this.#clear(),
      take: (source, message) => this.#take(source, message),
      transcribe: () => this.transcribe(),
    });
    this.#speaking = new Speaking(parts, state, {
      onSpoken: (spoken) => void this.#takeSpoken(spoken),
      onNothing: (draft, words) => void this.#takeNothing(draft, words),
    });
  }

  start(): void {
    const recorder = canRecord();
    this.#set({ canRecord: recorder, trouble: recorder ? undefined : describeMissingRecorder() });
    this.#parts.waveform.showNothing();
    void this.earlier.resume();
  }

  // Recording

  async record(): Promise<void> {
    const { phase } = this.state;
    if (phase.name === "recording") return this.#speaking.stop();
    if (phase.name === "starting" || !this.state.canRecord || !(await this.#makeRoom())) return;
    await this.#speaking.start();
  }

  pauseOrResume(): void {
    this.#speaking.pauseOrResume();
  }

  async #takeSpoken({ recording, draft, isSafe, words, live }: Spoken): Promise<void> {
    const { blob, seconds, reason } = recording;
    this.#take({ kind: "recording", blob, seconds, draft, isSafe }, words);
    const wasWanted = reason === "stopped" || reason === "limit";
    if (live?.isListening) await this.#work.start(live);
    else if (wasWanted && this.#parts.settings.startAtOnce) await this.transcribe();
  }

  async #takeNothing(draft: Draft | undefined, words: string): Promise<void> {
    if (draft) await this.#parts.saved.delete(draft);
    await this.#clear();
    this.#set({ message: words });
  }

  // Other sources

  async openFile(file: Blob, name: string): Promise<void> {
    if (!(await this.#makeRoom())) return;
    this.#take({ kind: "file", blob: file, name: shownName(name) || "Recording", draft: undefined }, "Ready.");
    if (this.#parts.settings.startAtOnce) await this.transcribe();
  }

  async openUrl(url: string): Promise<void> {
    if (!(await this.#makeRoom())) return;
    this.#take({ kind: "url", url, draft: undefined }, "Ready.");
    await this.transcribe();
  }

  async openSample(): Promise<void> {
    try {
      const response = await fetch("samples/jfk.wav");
      if (!response.ok) throw new Error(`The sample could not be loaded (HTTP ${response.status}).`);
      await this.openFile(await response.blob(), "Sample: John F. Kennedy, 1961");
    } catch (error) {
      await this.#work.fail(error);
    }
  }

  async playOrPause(): Promise<void> {
    await this.#play(() => this.#parts.playback.toggle());
  }

  async playFrom(seconds: number): Promise<void> {
    await this.#play(() => this.#parts.playback.playFrom(seconds));
  }

  async #play(play: () => Promise<void>): Promise<void> {
    if (this.state.phase.name !== "ready" || !audioOf(this.state.source)) return;
    try {
      await play();
    } catch {
      this.#set({ message: "This browser cannot play this recording. It can be transcribed all the same." });
    }
  }

  // Transcribing

  async transcribe(): Promise<void> {
    await this.#work.start();
  }

  cancel(): void {
    this.#work.cancel();
  }

  // The text

  editText(text: string): void {
    this.#set({ text });
    void this.#work.remember();
  }

  setEditing(editing: boolean): void {
    this.#set({ editing });
  }

  say(message: string): void {
    this.#set({ message });
  }

  // Leaving

  /** Escape: stops what is running, else puts away what is there. */
  async leave(): Promise<void> {
    if (this.state.phase.name === "busy") this.cancel();
    else if (this.state.phase.name !== "idle") await this.discard();
  }

  /** Deletes a recording that nobody has read yet, after asking; anything else is only put away. */
  async discard(): Promise<void> {
    if (this.state.phase.name === "starting") return this.#speaking.cancelStart();
    // Of what the service is at work on, the words can still be fetched from the list.
    const unheard = isUnheard(this.state) && !hasTask(this.state);
    if (
      unheard &&
      !(await this.#parts.confirm("This recording has not been transcribed. Discard it for good?", "Discard"))
    )
      return;
    if (this.#speaking.discard()) return;
    const { source } = this.state;
    if (unheard && source?.kind === "recording" && source.draft) await this.#parts.saved.delete(source.draft);
    await this.#clear();
    this.#set({ message: unheard ? "Discarded." : "" });
  }

  /** Puts away what is there, so that something new can come; false when that cannot or must not be. */
  async #makeRoom(): Promise<boolean> {
    const { phase, source } = this.state;
    if (phase.name === "recording") {
      this.#set({ message: "Stop the recording first." });
      return false;
    }
    this.#speaking.cancelStart();
    if (phase.name === "busy") {
      this.#set({ message: "Cancel or wait first." });
      return false;
    }
    const wouldBeLost = isUnheard(this.state) && source?.kind === "recording" && !source.isSafe;
    if (wouldBeLost && !(await this.#parts.confirm("This recording exists nowhere else. Discard it?", "Discard")))
      return false;
    await this.#clear();
    // Two presses at once: the first to arrive has taken the room.
    return this.state.phase.name === "idle";
  }

  async #clear(): Promise<void> {
    this.#parts.playback.load(undefined);
    this.#parts.waveform.showNothing();
    const { about, canRecord: recorder, saved, limitSeconds } = this.state;
    this.state = { ...FIRST_STATE, about, canRecord: recorder, saved, limitSeconds };
    this.#set({});
    await this.#parts.saved.putBack();
    await this.earlier.list();
  }

  // State

  #take(source: Source, message: string): void {
    this.#set({ phase: { name: "ready" }, source, message, seconds: 0, outline: undefined });
    this.#parts.waveform.showNothing();
    const audio = audioOf(source);
    this.#parts.playback.load(audio);
    if (!audio) return;
    const looking = outlineOf(audio).then((outline) => {
      const length = source.kind === "recording" ? source.seconds : this.#parts.playback.length;
      const known = outline ?? (length ? plainOutline(length) : undefined);
      if (known && this.state.source === source) this.#set({ outline: known });
    });
    this.#work.measuring(looking);
  }

  #set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.#parts.onState(this.state);
  }

  setAbout(about: NonNullable<State["about"]>): void {
    this.#set({ about });
  }

  setPlayback(playing: boolean, seconds: number): void {
    if (this.state.phase.name === "ready") this.#set({ playing, seconds });
  }
}
