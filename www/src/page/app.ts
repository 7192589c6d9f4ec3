import { outlineOf, plainOutline } from "../audio/outline.ts";
import { saySeconds } from "../clock.ts";
import type { Draft } from "../drafts/draft_store.ts";
import type { SavedRecordings } from "../drafts/saved_recordings.ts";
import { QUICK_SECONDS } from "../recognition/recognise.ts";
import { canRecord } from "../recording/microphone.ts";
import type { EndReason, Recording } from "../recording/recorder.ts";
import { RecordingSession } from "../recording/session.ts";
import type { Settings } from "../settings.ts";
import { describeMicrophoneTrouble, describeMissingRecorder } from "../words/microphone_help.ts";
import type { Playback } from "./playback.ts";
import { audioOf, FIRST_STATE, hasTask, isUnheard, type Source, type State } from "./state.ts";
import type { Waveform } from "./waveform.ts";
import { Work } from "./work.ts";

/** A slip of the finger rather than a recording. */
const SHORTEST_SECONDS = 0.3;

/** When to look for what was sent before a reload: the page before holds it a moment longer than until this one begins. */
const RESUME_PAUSES_MS = [0, 200, 400, 800, 1600];

const RECORDING_WORDS = "Recording. Press again to stop.";
const LONG_RECORDING_WORDS = "Recording. After five minutes the words come all at once, when you have stopped.";
const SILENCE_WORDS = "Nothing is heard. Is the right microphone chosen under Options, and is it on?";

const END_WORDS: Record<EndReason, string> = {
  stopped: "",
  limit: "The limit for one recording is reached. ",
  "microphone-lost": "The microphone went away. Everything up to then is kept. ",
  failed: "The browser stopped recording. Everything up to then is kept. ",
};

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
  readonly #parts: AppParts;
  #session: RecordingSession | undefined;
  #discardAtEnd = false;
  readonly #work: Work;

  constructor(parts: AppParts) {
    this.#parts = parts;
    this.#work = new Work(parts, {
      get: () => this.state,
      set: (change) => this.#set(change),
    });
  }

  start(): void {
    const recorder = canRecord();
    this.#set({ canRecord: recorder, trouble: recorder ? undefined : describeMissingRecorder() });
    this.#parts.waveform.showNothing();
    void this.#resume();
  }

  /** What was sent before a reload is waited for again, as soon as the page knows whom to ask. */
  async #resume(): Promise<void> {
    let waiting: Draft | undefined;
    for (const pause of RESUME_PAUSES_MS) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (this.state.phase.name !== "idle") return;
      await this.#listSaved();
      waiting = this.state.saved.find((draft) => draft.task && !draft.transcript);
      if (waiting || !(await this.#parts.saved.someInUse())) break;
    }
    if (!waiting || this.state.phase.name !== "idle") return;
    await this.openSaved(waiting);
    if (hasTask(this.state)) await this.transcribe();
  }

  // Recording

  async record(): Promise<void> {
    if (this.state.phase.name === "recording") return this.#session?.stop();
    if (!this.state.canRecord || !(await this.#makeRoom())) return;

    this.#set({ phase: { name: "starting" }, message: "Allow the microphone if the browser asks." });
    this.#discardAtEnd = false;
    try {
      this.#session = await RecordingSession.begin(this.#parts.settings.microphoneId, this.#parts.saved, {
        onSeconds: (seconds) => this.#showRecorded(seconds),
        onLevel: (level) => this.#parts.onLevel(level),
        onSilence: (isSilent) => this.#set({ message: isSilent ? SILENCE_WORDS : RECORDING_WORDS }),
        onEnd: (recording, draft, isSafe) => void this.#recorded(recording, draft, isSafe),
      });
    } catch (error) {
      this.#set({ phase: { name: "idle" }, message: "", trouble: describeMicrophoneTrouble(error) });
      return;
    }
    this.#parts.waveform.startLive();
    this.#parts.onMicrophoneOpened();
    const { limitSeconds } = this.#session;
    this.#set({
      phase: { name: "recording", paused: false },
      limitSeconds,
      message: RECORDING_WORDS,
    });
  }

  #showRecorded(seconds: number): void {
    const isLong = seconds > QUICK_SECONDS && this.state.message === RECORDING_WORDS;
    this.#set({ seconds, ...(isLong ? { message: LONG_RECORDING_WORDS } : {}) });
  }

  pauseOrResume(): void {
    const session = this.#session;
    if (!session || this.state.phase.name !== "recording") return;
    if (session.isPaused) session.resume();
    else session.pause();
    const paused = session.isPaused;
    this.#set({ phase: { name: "recording", paused }, message: paused ? "Paused." : RECORDING_WORDS });
  }

  async #recorded(recording: Recording, draft: Draft | undefined, isSafe: boolean): Promise<void> {
    this.#session = undefined;
    const tooShort = recording.blob.size === 0 || recording.seconds < SHORTEST_SECONDS;
    if (this.#discardAtEnd || tooShort) {
      if (draft) await this.#parts.saved.delete(draft);
      await this.#clear();
      return this.#set({ message: tooShort ? "That was too short to hear anything." : "Discarded." });
    }
    const unsafe = isSafe ? "" : " This browser keeps no safe copy: do not close the page.";
    const words = `${END_WORDS[recording.reason]}Recorded ${saySeconds(recording.seconds)}.${unsafe}`;
    this.#take({ kind: "recording", blob: recording.blob, seconds: recording.seconds, draft, isSafe }, words);
    const wasWanted = recording.reason === "stopped" || recording.reason === "limit";
    if (wasWanted && this.#parts.settings.startAtOnce) await this.transcribe();
  }

  // Other sources

  async openFile(file: Blob, name: string): Promise<void> {
    if (!(await this.#makeRoom())) return;
    this.#take({ kind: "file", blob: file, name, draft: undefined }, "Ready.");
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

  async openSaved(draft: Draft): Promise<void> {
    if (!(await this.#makeRoom())) return;
    const blob = await this.#parts.saved.take(draft);
    if (!blob) {
      await this.#listSaved();
      return this.#set({ message: "That recording is no longer there." });
    }
    this.#take(sourceOf(draft, blob), "Your recording is back.");
    this.#set({ text: draft.text ?? "", transcript: draft.transcript });
    await this.#listSaved();
  }

  async renameSaved(draft: Draft, name: string): Promise<void> {
    if (name) draft.name = name;
    else delete draft.name;
    await this.#parts.saved.save(draft);
    await this.#listSaved();
    this.#set({ message: "Renamed." });
  }

  async deleteSaved(draft: Draft): Promise<void> {
    if (!(await this.#parts.confirm("Delete this recording and its words for good?", "Delete"))) return;
    await this.#parts.saved.delete(draft);
    await this.#listSaved();
    this.#set({ message: "Deleted." });
  }

  async deleteAllSaved(): Promise<void> {
    const drafts = this.state.saved;
    if (!(await this.#parts.confirm(`Delete all ${drafts.length} recordings for good?`, "Delete all"))) return;
    await this.#parts.saved.deleteAll(drafts);
    await this.#listSaved();
    this.#set({ message: "Deleted." });
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
    if (this.state.phase.name === "busy") return this.cancel();
    if (this.state.phase.name === "recording" || this.state.phase.name === "ready") await this.discard();
  }

  /** Deletes a recording that nobody has read yet, after asking; anything else is only put away. */
  async discard(): Promise<void> {
    // Of what the service is at work on, the words can still be fetched from the list.
    const unheard = isUnheard(this.state) && !hasTask(this.state);
    if (
      unheard &&
      !(await this.#parts.confirm("This recording has not been transcribed. Discard it for good?", "Discard"))
    )
      return;
    if (this.#session) {
      this.#discardAtEnd = true;
      return this.#session.stop();
    }
    const { source } = this.state;
    if (unheard && source?.kind === "recording" && source.draft) await this.#parts.saved.delete(source.draft);
    await this.#clear();
    this.#set({ message: unheard ? "Discarded." : "" });
  }

  /** Puts away what is there, so that something new can come; false when that cannot or must not be. */
  async #makeRoom(): Promise<boolean> {
    const { phase, source } = this.state;
    if (phase.name === "recording" || phase.name === "starting") {
      this.#set({ message: "Stop the recording first." });
      return false;
    }
    if (phase.name === "busy") {
      this.#set({ message: "Cancel or wait first." });
      return false;
    }
    const wouldBeLost = isUnheard(this.state) && source?.kind === "recording" && !source.isSafe;
    if (wouldBeLost && !(await this.#parts.confirm("This recording exists nowhere else. Discard it?", "Discard")))
      return false;
    await this.#clear();
    return true;
  }

  async #clear(): Promise<void> {
    this.#parts.playback.load(undefined);
    this.#parts.waveform.showNothing();
    const { about, canRecord: recorder, saved, limitSeconds } = this.state;
    this.state = { ...FIRST_STATE, about, canRecord: recorder, saved, limitSeconds };
    this.#set({});
    await this.#parts.saved.putBack();
    await this.#listSaved();
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

  async #listSaved(): Promise<void> {
    this.#set({ saved: await this.#parts.saved.list() });
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

function sourceOf(draft: Draft, blob: Blob): Source {
  const name = draft.name ?? "";
  if (typeof draft.origin === "object") return { kind: "url", url: draft.origin.url, draft };
  if (blob.size === 0) return { kind: "words", name, draft };
  if (draft.origin === "file") return { kind: "file", blob, name, draft };
  return { kind: "recording", blob, seconds: draft.seconds, draft, isSafe: true };
}
