// A voice note: a recording, its copy on disk and its words, with every state as data.

import type { LongTranscript, Transcript } from "../api.js";
import { checkedOptions } from "../check-options.js";
import type { Draft, KnownPieces, Stretch } from "./draft.js";
import { LivePreview } from "./live-preview.js";
import type { FinishedRecording, RecorderState } from "./recorder-state.js";
import { SavedRecordings } from "./saved-recordings.js";
import type { SpeechClient } from "./speech-client.js";
import { NOTE_RULES, type VoiceNoteOptions } from "./voice-note-options.js";
import { EMPTY_NOTE, type TranscriptionTrouble, type VoiceNotePhase, type VoiceNoteState } from "./voice-note-state.js";
import { VoiceRecorder } from "./voice-recorder.js";
import { troubleOf, wordsOf } from "./words-of.js";

const DATABASE = "dashscope-asr-voice-notes";

const NOTHING = {
  audio: undefined,
  reason: undefined,
  transcript: undefined,
  pieces: undefined,
  gaps: [],
  trouble: undefined,
} as const;

/**
 * A voice note without a face: what `<voice-note>` and `useVoiceNote` are made of.
 *
 * ```ts
 * const note = new VoiceNote({ endpoint: "/dashscope", onState: (state) => show(state) });
 * button.onclick = () => (note.state.phase === "recording" ? note.stop() : note.record());
 * ```
 *
 * What goes wrong is not thrown: it is `state.microphoneTrouble` or `state.trouble`.
 */
export class VoiceNote {
  #options: VoiceNoteOptions;
  #state: VoiceNoteState;
  #saved: SavedRecordings | undefined;
  #draft: Draft | undefined;
  /** What has been heard, of a recording that goes in pieces and is not finished. */
  #heard: KnownPieces | undefined;
  /** What was written before the recording. */
  #before = "";
  #asking: AbortController | undefined;
  #preview: LivePreview | undefined;
  /** Kept, as it knows what its relay has told of itself. */
  #own: { readonly endpoint: string | undefined; readonly client: SpeechClient } | undefined;
  #isClosed = false;
  readonly #recorder: Promise<VoiceRecorder>;

  constructor(options: VoiceNoteOptions = {}) {
    this.#options = checkedOptions(options, NOTE_RULES);
    this.#state = { ...EMPTY_NOTE, limitSeconds: options.limitSeconds ?? EMPTY_NOTE.limitSeconds };
    this.#recorder = this.#open();
  }

  /** What it is now. */
  get state(): VoiceNoteState {
    return this.#state;
  }

  /** Takes other options in place of all others; for a recording, from the next one on. `keep`, `place` and `openStream` stay. */
  configure(options: VoiceNoteOptions): void {
    this.#options = { ...checkedOptions(options, NOTE_RULES), keep: this.#options.keep, place: this.#options.place };
    const { phase } = this.#state;
    const limitSeconds = options.limitSeconds ?? EMPTY_NOTE.limitSeconds;
    if (phase === "idle" && limitSeconds !== this.#state.limitSeconds) this.#set({ limitSeconds });
  }

  /** Begins to record. What is written already stays before the words. */
  async record(): Promise<void> {
    if (!this.#isIn("idle") || this.#isClosed) return;
    this.#before = this.#state.text;
    // Said before the disk has answered: two presses are one.
    this.#set({ phase: "starting", microphoneTrouble: undefined, ...NOTHING });
    const recorder = await this.#recorder;
    if (!this.#isIn("starting")) return;
    const { deviceId, limitSeconds = EMPTY_NOTE.limitSeconds } = this.#options;
    await recorder.start({ deviceId, limitSeconds });
  }

  /** Leaves out what is said from now on. */
  async pause(): Promise<void> {
    this.#preview?.pause();
    (await this.#recorder).pause();
  }

  /** Goes on after a pause. */
  async resume(): Promise<void> {
    this.#preview?.resume();
    (await this.#recorder).resume();
  }

  /** Ends the recording; its words follow by themselves. */
  async stop(): Promise<void> {
    if (this.#isIn("starting")) this.#set({ phase: "idle" });
    await (await this.#recorder).stop();
  }

  /** Asks for the words, again or for the first time. Settles when they are there, or are not to be had. */
  async transcribe(): Promise<void> {
    const { phase, audio, seconds, gaps } = this.#state;
    if ((phase !== "ready" && phase !== "done") || !audio || this.#isClosed) return;
    const asking = new AbortController();
    this.#asking = asking;
    const { signal } = asking;
    const edited = this.#edited;
    // What was shown while somebody spoke stays until there is better.
    this.#set({ phase: "transcribing", pieces: undefined, trouble: undefined });
    try {
      const transcript = await wordsOf(audio, {
        ...{ asr: await this.#transcriber(), seconds, options: this.#options.transcribe ?? {}, signal },
        known: this.#heard?.resume,
        onText: (text) => !signal.aborted && edited === undefined && this.#showWords(text),
        onPieces: (pieces) => this.#set({ pieces }),
        onKnown: (resume) => this.#keepHeard({ resume, isUnderWay: true, gaps }),
      });
      if (signal.aborted) return;
      this.#finish(transcript, edited);
      await this.#remember();
    } catch (error) {
      if (!signal.aborted) this.#stopAsking(troubleOf(error));
    }
  }

  /** Asks no longer. The recording stays. */
  cancel(): void {
    if (this.#state.phase !== "transcribing") return;
    this.#asking?.abort();
    this.#stopAsking(undefined);
  }

  /** Throws away the recording and its words, also on disk. What was written before it stays. */
  async discard(): Promise<void> {
    const { phase } = this.#state;
    if (phase === "idle") return;
    this.#asking?.abort();
    await (await this.#recorder).discard();
    await this.#delete();
    this.#set({ phase: "idle", text: this.#before, seconds: 0, ...NOTHING });
  }

  /** The text as somebody has written it; not while words come. */
  setText(text: string): void {
    if (this.#preview || this.#isIn("transcribing")) return;
    this.#set({ text });
    // Before there are words of the recording, what is written is what was there before them.
    if (!this.#state.transcript) this.#before = text;
    void this.#remember();
  }

  /** Its words have gone where they belong: the copy on disk goes, what is shown stays. */
  async used(): Promise<void> {
    await this.#delete();
  }

  /** Empties it after it was used: recording, words and what was written, also on disk. */
  async clear(text = ""): Promise<void> {
    await this.discard();
    this.#before = text;
    this.#set({ text, microphoneTrouble: undefined, ...NOTHING });
  }

  /** Takes up the recording of an earlier visit that was found. One that was being transcribed in pieces goes on where it was. */
  async restore(): Promise<void> {
    const { found } = this.#state;
    if (!found || !this.#isIn("idle")) return;
    const { transcript, text = "" } = found;
    const audio = await this.#saved?.take(found);
    // A crash before the first second leaves a note of nothing; and another tab may have deleted it.
    if (!audio || (audio.size === 0 && !transcript)) return this.forget();
    if (!this.#isIn("idle")) return;
    this.#draft = found;
    this.#heard = found.pieces;
    // Browsers bring back what was written in a form, too: the same is not said twice.
    this.#before = this.#state.text === text ? "" : this.#state.text;
    this.#set({
      ...{ found: undefined, audio, seconds: found.seconds, safety: "kept", transcript },
      ...{ phase: transcript ? "done" : "ready", text: this.#with(text), gaps: this.#heard?.gaps ?? [] },
    });
    if (this.#heard?.isUnderWay) await this.transcribe();
  }

  /** Deletes the recording of an earlier visit that was found. */
  async forget(): Promise<void> {
    const { found } = this.#state;
    if (!found) return;
    await this.#saved?.delete(found);
    await this.#saved?.putBack();
    await this.#look();
  }

  /** For good: lets the microphone go and tells nobody any more. What was recorded stays on disk. */
  close(): void {
    this.#isClosed = true;
    this.#asking?.abort();
    this.#endPreview();
    void this.#recorder.then((recorder) => recorder.close());
  }

  async #open(): Promise<VoiceRecorder> {
    const { keep = DATABASE, place, openStream } = this.#options;
    if (keep !== false) this.#saved = await SavedRecordings.open(keep);
    const recorder = new VoiceRecorder({
      ...{ saved: this.#saved, place, openStream, onStream: (stream) => void this.#listen(stream).catch(() => {}) },
      onState: (state) => this.#follow(state),
      onLevel: (level) => this.#options.onLevel?.(level),
    });
    this.#set({ safety: recorder.state.safety });
    // Nobody who wants to speak waits for what was said before.
    void this.#look();
    return recorder;
  }

  /** Looks for what an earlier visit has left here, the newest first. */
  async #look(): Promise<void> {
    const { place } = this.#options;
    const found = (await this.#saved?.list())?.find((draft) => draft.place === place);
    if (found !== this.#state.found) this.#set({ found });
  }

  async #listen(stream: MediaStream): Promise<void> {
    const { live } = this.#options;
    if (!live) return;
    const asr = await this.#transcriber();
    if (!stream.active) return;
    this.#preview = new LivePreview(stream, asr, live, (text) => this.#set({ text: this.#with(text) }));
  }

  #endPreview(): void {
    this.#preview?.close();
    this.#preview = undefined;
  }

  #follow({ phase, recording, trouble, ...rest }: RecorderState): void {
    if (phase !== "recording" && phase !== "paused" && phase !== "starting") this.#endPreview();
    if (recording) {
      void this.#take(recording, rest);
      return;
    }
    const { permission, safety } = rest;
    if (phase !== "idle") this.#set({ ...rest, phase: phase as VoiceNotePhase, microphoneTrouble: trouble });
    // What the recorder says of its own rest is no news while there is a note.
    else if (this.#state.audio) this.#set({ permission });
    else {
      // Words of what was too short to be a recording go with it.
      const text = this.#before;
      this.#set({ permission, safety, phase, seconds: 0, isSilent: false, text, microphoneTrouble: trouble });
    }
  }

  async #take({ blob, draft, reason }: FinishedRecording, rest: Partial<VoiceNoteState>): Promise<void> {
    // The recorder tells of a permission later, too.
    if (this.#state.audio === blob) return this.#set({ permission: rest.permission ?? "unknown" });
    this.#draft = draft;
    this.#heard = undefined;
    this.#set({ ...rest, phase: "ready", audio: blob, reason });
    await this.transcribe();
  }

  async #transcriber(): Promise<SpeechClient> {
    const { asr, endpoint } = this.#options;
    if (asr) return asr;
    if (!this.#own || this.#own.endpoint !== endpoint) {
      const { Transcriber } = await import("../api.js");
      this.#own = { endpoint, client: new Transcriber({ baseURL: endpoint }) };
    }
    return this.#own.client;
  }

  /** The text, where somebody has changed it and parts of the recording are missing in it. */
  get #edited(): string | undefined {
    const { text, transcript, gaps } = this.#state;
    return transcript && gaps.length > 0 && text !== this.#with(transcript.text) ? text : undefined;
  }

  /** As they come. Pieces that are known are told again, from the first on: what stands there stays until there is more. */
  #showWords(words: string): void {
    const text = this.#with(words);
    if (!this.#state.pieces || text.length >= this.#state.text.length) this.#set({ text });
  }

  #finish(transcript: Transcript, edited: string | undefined): void {
    const missing = (transcript as Partial<LongTranscript>).gaps ?? [];
    const gaps = missing.map(({ beginMs, endMs }) => ({ beginMs, endMs }));
    // What somebody has written is not thrown away for what a part of it should have been.
    const text =
      edited === undefined ? this.#with(transcript.text) : joined(edited, added(transcript, this.#state.gaps));
    this.#keepHeard(gaps.length > 0 && this.#heard ? { ...this.#heard, isUnderWay: false, gaps } : undefined);
    this.#set({ phase: "done", text, transcript, gaps, pieces: undefined });
  }

  /** The words are not to be had, or nobody waits for them any more; what was heard stays. */
  #stopAsking(trouble: TranscriptionTrouble | undefined): void {
    if (this.#heard) this.#keepHeard({ ...this.#heard, isUnderWay: false });
    this.#set({ phase: this.#state.transcript ? "done" : "ready", pieces: undefined, trouble });
  }

  /** Here, and beside its copy on disk, where a reload finds it. */
  #keepHeard(pieces: KnownPieces | undefined): void {
    this.#heard = pieces;
    if (!this.#draft) return;
    if (pieces) this.#draft.pieces = pieces;
    else delete this.#draft.pieces;
    void this.#saved?.save(this.#draft);
  }

  #isIn(phase: VoiceNotePhase): boolean {
    return this.#state.phase === phase;
  }

  #with(words: string): string {
    return joined(this.#before, words);
  }

  async #remember(): Promise<void> {
    const { text, transcript } = this.#state;
    if (!this.#draft || !transcript) return;
    Object.assign(this.#draft, { text, transcript });
    await this.#saved?.save(this.#draft);
  }

  async #delete(): Promise<void> {
    const draft = this.#draft;
    this.#draft = undefined;
    this.#heard = undefined;
    if (draft) await this.#saved?.delete(draft);
    await this.#saved?.putBack();
  }

  #set(change: Partial<VoiceNoteState>): void {
    if (this.#isClosed) return;
    this.#state = { ...this.#state, ...change };
    this.#options.onState?.(this.#state);
  }
}

function joined(before: string, words: string): string {
  const isApart = before === "" || words === "" || /\s$/.test(before);
  return `${before}${isApart ? "" : " "}${words}`;
}

/** What was said where something was missing. */
function added({ segments }: Transcript, gaps: readonly Stretch[]): string {
  const isThere = ({ beginMs }: Stretch) => gaps.some((gap) => beginMs >= gap.beginMs && beginMs < gap.endMs);
  return segments.filter(isThere).reduce((text, segment) => joined(text, segment.text), "");
}
