// All that a recorder is and knows, as data.

import type { MicrophonePermissionState } from "../microphone/devices.js";
import type { Draft } from "./draft.js";
import type { MicrophoneTrouble } from "./microphone-trouble.js";
import type { Recording } from "./recorder.js";

/**
 * `"starting"`: the browser asks for the microphone, or that gives no sound yet; what is said is kept from `"recording"` on.
 * `"saving"`: it has ended, and its last second goes to the disk.
 */
export type RecorderPhase = "idle" | "starting" | "recording" | "paused" | "saving" | "recorded";

/**
 * What a crash would cost. `"kept"`: the second that is not on disk yet. `"scarce"`: the same, but the browser says that the disk has
 * no room for all that `limitSeconds` allows. `"none"`: everything, for there is no complete copy.
 */
export type Safety = "kept" | "scarce" | "none";

/** A recording, and its copy on disk. */
export interface FinishedRecording extends Recording {
  /** The copy; `undefined` where nothing is kept. */
  readonly draft: Draft | undefined;
  /** All of it is on disk, too. */
  readonly isSafe: boolean;
}

/** All that a recorder is and knows. A new object for each change. */
export interface RecorderState {
  /** What it does. */
  readonly phase: RecorderPhase;
  /** How long the recording is. */
  readonly seconds: number;
  /** When it ends by itself. */
  readonly limitSeconds: number;
  /** Nothing has been heard for four seconds: the wrong microphone, or one that is switched off. */
  readonly isSilent: boolean;
  /** Whether the browser lets this page record, as far as it tells. */
  readonly permission: MicrophonePermissionState;
  /** What a crash would cost. */
  readonly safety: Safety;
  /** In the phase `"recorded"`. */
  readonly recording: FinishedRecording | undefined;
  /** Why the last start failed. */
  readonly trouble: MicrophoneTrouble | undefined;
}
