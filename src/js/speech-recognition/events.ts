// The events that carry something (https://webaudio.github.io/web-speech-api/#speechreco-event).

/** Why it ended; the names are the standard's. */
export type SpeechRecognitionErrorName =
  /** Nobody spoke for eight seconds. */
  | "no-speech"
  /** `abort()` was called. */
  | "aborted"
  /** There is no microphone, or it went away. */
  | "audio-capture"
  /** The service was not reached, or failed. */
  | "network"
  /** The microphone is not allowed. */
  | "not-allowed"
  /** The service refused: the key, the bill, the options. */
  | "service-not-allowed"
  /** `lang` is no language, or the model cannot be told one. */
  | "language-not-supported";

/** A `result`, or a `nomatch`. */
export class DashScopeSpeechRecognitionEvent extends Event {
  /** The first result that is not what it was before. */
  readonly resultIndex: number;
  /** All of them: those that are final, then those that may still change. */
  readonly results: SpeechRecognitionResultList;

  /** @internal */
  constructor(type: string, resultIndex: number, results: SpeechRecognitionResultList) {
    super(type);
    this.resultIndex = resultIndex;
    this.results = results;
  }
}

/** An `error`; `end` follows. */
export class DashScopeSpeechRecognitionErrorEvent extends Event {
  /** What kind of failure it is. */
  readonly error: SpeechRecognitionErrorName;
  /** What is wrong, and what to do. */
  readonly message: string;
  /** The package's own error, whose `partialText` and `unsentAudio` are what was heard and what was not. */
  readonly cause: unknown;

  /** @internal */
  constructor(error: SpeechRecognitionErrorName, message: string, cause: unknown) {
    super("error");
    this.error = error;
    this.message = message;
    this.cause = cause;
  }
}
