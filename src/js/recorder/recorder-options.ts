// The options of a recorder.

import { FUNCTION, type Rule, SECONDS, TEXT } from "../check-options.js";
import type { RecorderState } from "./recorder-state.js";
import type { SavedRecordings } from "./saved-recordings.js";
import type { SessionOptions } from "./session.js";

/** What is recorded, how, and who is told. */
export interface VoiceRecorderOptions extends SessionOptions {
  /** Hears every new state. */
  readonly onState?: ((state: RecorderState) => void) | undefined;
  /** Hears sixteen times a second how loud it is, from 0 (−60 dB or less) to 1. */
  readonly onLevel?: ((level: number) => void) | undefined;
}

/** What each may be. */
export const RECORDER_RULES: Record<keyof VoiceRecorderOptions, Rule> = {
  deviceId: TEXT,
  saved: [
    (value) => typeof (value as SavedRecordings | null)?.begin === "function",
    "what SavedRecordings.open() gives; await it",
  ],
  place: TEXT,
  limitSeconds: SECONDS,
  openStream: FUNCTION,
  onStream: FUNCTION,
  onState: FUNCTION,
  onLevel: FUNCTION,
};
