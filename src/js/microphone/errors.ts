// What can go wrong with a microphone, and what to do about it. The shape is that of the package's other errors.

/** Why there is no microphone; stable. */
export type MicrophoneErrorCode =
  /** An option is unknown or has a wrong value: see `field`. */
  | "invalid_option"
  /** This browser, or this runtime, has no microphone for pages, or no AudioWorklet. */
  | "not_supported"
  /** The page is neither `https:` nor on this machine. */
  | "insecure_context"
  /** The person, the system or the policy of the page does not allow it. */
  | "microphone_denied"
  /** There is none, or not the one that was asked for. */
  | "microphone_not_found"
  /** It is there and cannot be opened: another program has it, or the system failed. */
  | "microphone_busy"
  /** The script of the audio thread was not found, or the page's policy forbids it. */
  | "worklet_not_loaded"
  /** The browser lets no sound begin yet: it waits for somebody to press something. */
  | "sound_blocked"
  /** You cancelled; `cause` is the signal's reason. */
  | "aborted";

/** Why a microphone could not be opened. The message says what is wrong and what to do. */
export class MicrophoneError extends Error {
  /** What kind of failure this is; stable across versions. */
  readonly code: MicrophoneErrorCode;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** The option at fault. */
  readonly field: string | undefined;

  /** @internal */
  constructor(code: MicrophoneErrorCode, message: string, more: { cause?: unknown; field?: string } = {}) {
    super(message, "cause" in more ? { cause: more.cause } : undefined);
    // A literal, because bundlers rename classes.
    this.name = "MicrophoneError";
    this.code = code;
    this.retryable = code === "microphone_busy";
    this.field = more.field;
  }
}

/** By the names of https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia: what they mean to somebody. */
const KINDS = new Map<unknown, [code: MicrophoneErrorCode, words: string]>(
  Object.entries({
    NotAllowedError: [
      "microphone_denied",
      "the microphone is not allowed: by the person who was asked, by the browser's or the system's settings, or, in a frame, for want " +
        'of allow="microphone"; ask again only after something was changed there',
    ],
    SecurityError: ["microphone_denied", "microphones are switched off for this page"],
    NotFoundError: ["microphone_not_found", "there is no microphone; plug one in"],
    OverconstrainedError: [
      "microphone_not_found",
      "deviceId: the microphone of that id is not there; listMicrophones() has those that are, and without deviceId the default one is opened",
    ],
    NotReadableError: ["microphone_busy", "the microphone cannot be opened: another program may have it"],
    AbortError: ["microphone_busy", "the microphone cannot be opened: the system gave no reason"],
    NotSupportedError: ["not_supported", "this browser cannot work on the sound of a microphone"],
    InvalidStateError: ["not_supported", "this page is not shown yet, or not any more"],
  }),
);

/** What the browser threw, in our words. */
export function deviceError(cause: unknown): MicrophoneError {
  const { name, message } = (cause ?? {}) as { name?: string; message?: string };
  const [code, words] = KINDS.get(name) ?? (["microphone_busy", "the microphone cannot be opened"] as const);
  return new MicrophoneError(code, message ? `${words} (${message})` : words, { cause });
}
