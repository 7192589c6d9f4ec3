// All that a voice note is, as data.

import type { AsrError, Transcript } from "../api.js";
import type { Draft, Stretch } from "./draft.js";
import type { PiecesProgress } from "./in-pieces.js";
import type { MicrophoneTrouble } from "./microphone-trouble.js";
import type { EndReason } from "./recorder.js";
import type { RecorderPhase, RecorderState } from "./recorder-state.js";

/**
 * `"ready"`: there is a recording, its words are not there, and nothing happens. `"done"`: they are there. The others before
 * `"transcribing"` are those of a recorder.
 */
export type VoiceNotePhase = Exclude<RecorderPhase, "recorded"> | "ready" | "transcribing" | "done";

/** Why there are no words. */
export interface TranscriptionTrouble {
  /** That of the error, e.g. `"connection_error"`; `"failed"` for what is not of this package. */
  readonly code: AsrError["code"] | "failed";
  /** What is wrong and what to do, in English, for whoever runs the site. */
  readonly message: string;
  /** Whether trying again, unchanged, can help. */
  readonly retryable: boolean;
  /** Quote it to the service's support. */
  readonly requestId: string | undefined;
}

/** All that a voice note is. A new object for each change. */
export interface VoiceNoteState extends Omit<RecorderState, "phase" | "recording" | "trouble"> {
  /** What it does. */
  readonly phase: VoiceNotePhase;
  /** What was written before, and the words of the recording, as they come. */
  readonly text: string;
  /** The recording, in the format of this browser. */
  readonly audio: Blob | undefined;
  /** Why the recording ended. */
  readonly reason: EndReason | undefined;
  /**
   * All that the service told; the text in it is as it came. While it is asked for again, what was told before. Of what went in pieces a
   * `LongTranscript`.
   */
  readonly transcript: Transcript | undefined;
  /** How far it is, of a recording that goes in pieces, while they are heard. */
  readonly pieces: PiecesProgress | undefined;
  /** What is missing in the text, though it was tried again; `transcribe()` asks for that only. */
  readonly gaps: readonly Stretch[];
  /** Why there is no recording. */
  readonly microphoneTrouble: MicrophoneTrouble | undefined;
  /** Why there are no words. */
  readonly trouble: TranscriptionTrouble | undefined;
  /** A recording of an earlier visit, which has not been used: see `restore()` and `forget()`. */
  readonly found: Draft | undefined;
}

/** A note before anything has happened. */
export const EMPTY_NOTE: VoiceNoteState = {
  phase: "idle",
  seconds: 0,
  limitSeconds: 300,
  isSilent: false,
  permission: "unknown",
  safety: "none",
  text: "",
  audio: undefined,
  reason: undefined,
  transcript: undefined,
  pieces: undefined,
  gaps: [],
  microphoneTrouble: undefined,
  trouble: undefined,
  found: undefined,
};
