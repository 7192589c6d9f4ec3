// The options of a microphone, checked.

import { checkedOptions, FUNCTION, type Rule, TEXT } from "../check-options.js";
import { MicrophoneError } from "./errors.js";
import type { MicrophoneState } from "./state.js";

/** Which microphone, and how. What is not given of the processing is as the browser likes it, which is on. */
export interface MicrophoneOptions {
  /** One of `listMicrophones()`; without it, or empty, the default one. */
  deviceId?: string | undefined;
  /** Takes out what the loudspeakers of this machine say. */
  echoCancellation?: boolean | undefined;
  /** Takes out steady noise. */
  noiseSuppression?: boolean | undefined;
  /** Makes quiet voices louder. */
  autoGainControl?: boolean | undefined;
  /**
   * A stream that is open already, in place of a device: one that is being recorded, or the sound of a tab (`getDisplayMedia`).
   * It stays yours: closing does not stop it.
   */
  stream?: MediaStream | undefined;
  /** Samples in a second, from 8000 to 48000; 16000, as the models like it. */
  sampleRate?: number | undefined;
  /** Hears twenty times a second how loud it is: 0 is −60 dB or less, 1 as loud as it gets. */
  onLevel?: ((level: number) => void) | undefined;
  /** Hears every new state, from the first `"open"` on, and why it is so. */
  onState?: ((state: MicrophoneState, reason: string) => void) | undefined;
  /** Gives it up while it is being opened, and closes it later. */
  signal?: AbortSignal | undefined;
  /** Where you serve `dashscope-asr/microphone-worklet.js`, for bundlers that do not find it by themselves. */
  workletURL?: string | URL | undefined;
}

const isBoolean = (value: unknown): boolean => typeof value === "boolean";

/** What each may be, and how that is called. */
const ALLOWED: Record<keyof MicrophoneOptions, Rule> = {
  deviceId: TEXT,
  echoCancellation: [isBoolean, "true or false"],
  noiseSuppression: [isBoolean, "true or false"],
  autoGainControl: [isBoolean, "true or false"],
  stream: [
    (value) => (value as MediaStream | null)?.getAudioTracks?.()[0]?.readyState === "live",
    "a MediaStream whose track of sound has not ended",
  ],
  sampleRate: [
    (value) => Number.isInteger(value) && (value as number) >= 8000 && (value as number) <= 48_000,
    "a whole number from 8000 to 48000",
  ],
  onLevel: FUNCTION,
  onState: FUNCTION,
  signal: [
    (value) => typeof (value as AbortSignal | null)?.addEventListener === "function",
    "an AbortSignal; of an AbortController, pass its signal",
  ],
  workletURL: [(value) => typeof value === "string" || value instanceof URL, "an address"],
};

/** What says how a device is opened. */
const OF_DEVICE = ["deviceId", "echoCancellation", "noiseSuppression", "autoGainControl"] as const;

const wrong = (message: string, field: string) => new MicrophoneError("invalid_option", message, { field });

/** The caller's own members, each with its type proved. */
export function checked(given: MicrophoneOptions): MicrophoneOptions {
  const options = checkedOptions(given, ALLOWED, wrong);
  const idle = options.stream && OF_DEVICE.find((name) => options[name] !== undefined);
  if (idle) throw wrong(`${idle}: not with stream, which is open already`, idle);
  return options;
}
