import type { AsrError } from "dashscope-asr";
import { outlineOf } from "../audio/outline.ts";
import { saySeconds } from "../clock.ts";
import type { Draft } from "../drafts/draft_store.ts";
import type { SavedRecordings } from "../drafts/saved_recordings.ts";
import { loadPackage } from "../package.ts";
import { canRecord } from "../recording/microphone.ts";
import type { EndReason, Recording } from "../recording/recorder.ts";
import { RecordingSession } from "../recording/session.ts";
import type { Settings } from "../settings.ts";
import { transcribe } from "../transcription.ts";
import { describeMicrophoneTrouble, describeMissingRecorder } from "../words/microphone_help.ts";
import { describeTrouble } from "../words/trouble.ts";
import type { Playback } from "./playback.ts";
import { FIRST_STATE, isUnheard, type Source, type State } from "./state.ts";
import { transcribeOptions } from "./transcribe_options.ts";
import type { Waveform } from "./waveform.ts";

/** A slip of the finger rather than a recording. */
const SHORTEST_SECONDS = 0.3;

const RECORDING_WORDS = "Recording. Press again to stop.";
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
  confirm(words: string): Promise<boolean>;
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
  #request: AbortController | undefined;

  constructor(parts: AppParts) {
    this.#parts = parts;
  }

  start(): void {
    const recorder = canRecord();
    this.#set({ canRecord: recorder, trouble: recorder ? undefined : describeMissingRecorder() });
    this.#parts.waveform.showNothing();
    void this.#listSaved();
  }

  // Recording

  async record(): Promise<void> {
    if (this.state.phase.name === "recording") return this.#session?.stop();
    if (!this.state.canRecord || !(await this.#makeRoom())) return;

    this.#set({ phase: { name: "starting" }, message: "Allow the microphone if the browser asks." });
    this.#discardAtEnd = false;
    try {
      this.#session = await RecordingSession.begin(this.#parts.settings.microphoneId, this.#parts.saved, {
        onSeconds: (seconds) => this.#set({ seconds }),
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
      message: "Recording. Press again to stop.",
    });
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
    this.#take({ kind: "file", blob: file, name }, "Ready.");
    if (this.#parts.settings.startAtOnce) await this.transcribe();
  }

  async openUrl(url: string): Promise<void> {
    if (!(await this.#makeRoom())) return;
    this.#take({ kind: "url", url }, "Ready.");
    await this.transcribe();
  }

  async openSample(): Promise<void> {
    try {
      const response = await fetch("samples/jfk.wav");
      if (!response.ok) throw new Error(`The sample could not be loaded (HTTP ${response.status}).`);
      await this.openFile(await response.blob(), "Sample: John F. Kennedy, 1961");
    } catch (error) {
      await this.#fail(error);
    }
  }

  async openSaved(draft: Draft): Promise<void> {
    if (!(await this.#makeRoom())) return;
    const blob = await this.#parts.saved.take(draft);
    if (!blob) {
      await this.#listSaved();
      return this.#set({ message: "That recording is no longer there." });
    }
    this.#take({ kind: "recording", blob, seconds: draft.seconds, draft, isSafe: true }, "Your recording is back.");
    this.#set({ text: draft.text ?? "", transcript: draft.transcript });
    await this.#listSaved();
  }

  async deleteSaved(draft: Draft): Promise<void> {
    if (!(await this.#parts.confirm("Delete this recording for good?"))) return;
    await this.#parts.saved.delete(draft);
    await this.#listSaved();
    this.#set({ message: "Deleted." });
  }

  async playOrPause(): Promise<void> {
    if (this.state.phase.name !== "ready" || this.state.source === undefined || this.state.source.kind === "url")
      return;
    try {
      await this.#parts.playback.toggle();
    } catch {
      this.#set({ message: "This browser cannot play this recording. It can be transcribed all the same." });
    }
  }

  // Transcribing

  async transcribe(): Promise<void> {
    const { source, phase } = this.state;
    if (!source || phase.name !== "ready") return;
    this.#parts.playback.pause();
    const request = new AbortController();
    this.#request = request;
    this.#set({ phase: { name: "busy", step: "preparing" }, trouble: undefined, message: "" });
    try {
      const audio = source.kind === "url" ? source.url : source.blob;
      const options = { ...transcribeOptions(this.#parts.settings, this.state.about), signal: request.signal };
      const transcript = await transcribe(audio, options, {
        onStep: (step) => this.#whileBusy(request, { phase: { name: "busy", step } }),
        onText: (text) => this.#whileBusy(request, { text, transcript: undefined }),
      });
      if (request.signal.aborted) return;
      const message = transcript.noSpeech ? "No speech was heard. Play it back to check the microphone." : "Done.";
      this.#set({ phase: { name: "ready" }, text: transcript.text, transcript, message });
      await this.#remember();
    } catch (error) {
      if (!request.signal.aborted) await this.#fail(error);
    }
  }

  cancel(): void {
    if (this.state.phase.name !== "busy") return;
    this.#request?.abort();
    const kept = this.state.source?.kind === "recording" ? " The recording is still here." : "";
    this.#set({ phase: { name: "ready" }, message: `Cancelled.${kept}` });
  }

  /** Late news of a cancelled request must not touch the page. */
  #whileBusy(request: AbortController, change: Partial<State>): void {
    if (this.#request === request && !request.signal.aborted) this.#set(change);
  }

  async #fail(error: unknown): Promise<void> {
    // When it was the package that could not be loaded, there is nobody to tell its errors from others.
    const isAsrError = await loadPackage().then(
      (loaded) => loaded.isAsrError,
      () =>
        (_: unknown): _ is AsrError =>
          false,
    );
    const phase = this.state.source ? ({ name: "ready" } as const) : ({ name: "idle" } as const);
    this.#set({ phase, message: "", trouble: describeTrouble(error, isAsrError) });
  }

  // The text

  editText(text: string): void {
    this.#set({ text });
    void this.#remember();
  }

  /** Text and facts stay with the recording, so that a reload brings all of it back. */
  async #remember(): Promise<void> {
    const { source, text, transcript } = this.state;
    if (source?.kind !== "recording" || !source.draft || !transcript) return;
    Object.assign(source.draft, { text, transcript });
    await this.#parts.saved.save(source.draft);
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
    const unheard = isUnheard(this.state);
    if (unheard && !(await this.#parts.confirm("This recording has not been transcribed. Discard it for good?")))
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
    if (wouldBeLost && !(await this.#parts.confirm("This recording exists nowhere else. Discard it?"))) return false;
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
    if (source.kind === "url") return;
    this.#parts.playback.load(source.blob);
    void outlineOf(source.blob).then((outline) => {
      if (this.state.source === source) this.#set({ outline });
    });
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
