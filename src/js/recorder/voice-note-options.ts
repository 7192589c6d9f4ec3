// How a voice note is recorded, and who hears it.

import type { LiveCallOptions, SplitCallOptions, TranscribeCallOptions } from "../api.js";
import { FUNCTION, OBJECT, type Rule, SECONDS, TEXT } from "../check-options.js";
import type { SessionOptions } from "./session.js";
import type { SpeechClient } from "./speech-client.js";
import type { VoiceNoteState } from "./voice-note-state.js";

/** How a voice note is recorded, and who hears it. */
export interface VoiceNoteOptions extends Pick<SessionOptions, "deviceId" | "place" | "openStream"> {
  /** Where your relay is, e.g. `"/dashscope"`. */
  readonly endpoint?: string | undefined;
  /** A client of your own instead: a `Transcriber`. */
  readonly asr?: SpeechClient | undefined;
  /** More options of the call, `language` for one. What is longer than five minutes goes with `longAudio: "auto"`, unless that is given. */
  readonly transcribe?: TranscribeCallOptions | SplitCallOptions | undefined;
  /**
   * Shows words while somebody speaks, by `asr.live()` with these options; those of the whole recording take their place when it is over.
   * The relay of `dashscope-asr/edge` passes them on.
   */
  readonly live?: LiveCallOptions | undefined;
  /** When the recording ends by itself, in seconds; 300. */
  readonly limitSeconds?: number | undefined;
  /** The database in which each second is kept until the note is used or discarded; `false` for none. */
  readonly keep?: string | false | undefined;
  /** Hears every new state. */
  readonly onState?: ((state: VoiceNoteState) => void) | undefined;
  /** Hears sixteen times a second how loud it is, from 0 to 1. */
  readonly onLevel?: ((level: number) => void) | undefined;
}

/** What each may be. */
export const NOTE_RULES: Record<keyof VoiceNoteOptions, Rule> = {
  endpoint: TEXT,
  asr: [(value) => typeof (value as SpeechClient | null)?.stream === "function", "a Transcriber"],
  transcribe: OBJECT,
  live: OBJECT,
  limitSeconds: SECONDS,
  deviceId: TEXT,
  place: TEXT,
  openStream: FUNCTION,
  keep: [(value) => value === false || (typeof value === "string" && value !== ""), "the name of a database, or false"],
  onState: FUNCTION,
  onLevel: FUNCTION,
};
