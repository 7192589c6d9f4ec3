// The class that pages and libraries know.

import { languageCode } from "../language-code.js";
import type { LiveSource } from "../live-source.js";
import { openMicrophone } from "../microphone.js";
import type { DashScopeSpeechRecognitionErrorEvent, DashScopeSpeechRecognitionEvent } from "./events.js";
import { ofLanguage } from "./failures.js";
import { Session } from "./session.js";
import type { SpeechRecognitionSettings } from "./settings.js";

/** An attribute that is a listener. */
export type SpeechRecognitionHandler<Told extends Event = Event> =
  | ((this: DashScopeSpeechRecognition, event: Told) => unknown)
  | null;

/**
 * `SpeechRecognition` of the Web Speech API, over `live`.
 *
 * ```ts
 * const SpeechRecognition = DashScopeSpeechRecognition.with(asr);
 * const recognition = new SpeechRecognition();
 * recognition.continuous = recognition.interimResults = true;
 * recognition.onresult = ({ results }) => show([...results].map(([best]) => best.transcript).join(""));
 * recognition.start();
 * ```
 */
export class DashScopeSpeechRecognition extends EventTarget {
  /** The language spoken, e.g. `"en-US"`. Empty: the one of the settings, or the model finds it. */
  lang = "";
  /** Goes on after a sentence, until it is stopped. */
  continuous = false;
  /** Tells what may still change, too. */
  interimResults = false;
  /** The service has one for each result, whatever this says. */
  maxAlternatives = 1;
  /** It listens. */
  declare onstart: SpeechRecognitionHandler;
  /** There is audio. */
  declare onaudiostart: SpeechRecognitionHandler;
  /** It is not silent. */
  declare onsoundstart: SpeechRecognitionHandler;
  /** Somebody speaks. */
  declare onspeechstart: SpeechRecognitionHandler;
  /** Nobody speaks any more. */
  declare onspeechend: SpeechRecognitionHandler;
  /** It is silent. */
  declare onsoundend: SpeechRecognitionHandler;
  /** There is no more audio. */
  declare onaudioend: SpeechRecognitionHandler;
  /** There are words. */
  declare onresult: SpeechRecognitionHandler<DashScopeSpeechRecognitionEvent>;
  /** Somebody has spoken, and there are no words. */
  declare onnomatch: SpeechRecognitionHandler<DashScopeSpeechRecognitionEvent>;
  /** Something went wrong. */
  declare onerror: SpeechRecognitionHandler<DashScopeSpeechRecognitionErrorEvent>;
  /** It is over, whatever the reason. */
  declare onend: SpeechRecognitionHandler;
  readonly #asr: LiveSource;
  readonly #settings: SpeechRecognitionSettings;
  #session: Session | undefined;

  /** @param asr a `Transcriber` */
  constructor(asr: LiveSource, settings: SpeechRecognitionSettings = {}) {
    super();
    this.#asr = asr;
    this.#settings = settings;
  }

  /** A class that is made without parameters, as libraries do it. */
  static with(asr: LiveSource, settings?: SpeechRecognitionSettings): new () => DashScopeSpeechRecognition {
    return class SpeechRecognition extends DashScopeSpeechRecognition {
      constructor() {
        super(asr, settings);
      }
    };
  }

  /**
   * Begins to listen to the microphone, or to a track of sound that is there already. Call it when somebody presses a button.
   *
   * @throws DOMException `InvalidStateError` when it has begun already, or the track is none of sound, or has ended
   */
  start(audioTrack?: MediaStreamTrack): void {
    if (this.#session) throw invalidState("the recognition has already started");
    if (audioTrack && (audioTrack.kind !== "audio" || audioTrack.readyState !== "live"))
      throw invalidState("expected a track of sound that has not ended");
    const { openMicrophone: open = openMicrophone, microphone, live } = this.#settings;
    const language = this.lang ? languageCode(this.lang) : "";
    const spoken = language && { language, languageHints: undefined };
    this.#session = new Session({
      failure: language === undefined ? ofLanguage(this.lang) : undefined,
      open: (signal) => {
        return open({ ...microphone, ...(audioTrack && { stream: new MediaStream([audioTrack]) }), signal });
      },
      listen: () => this.#asr.live({ ...live, ...spoken }),
      isContinuous: this.continuous,
      hasInterims: this.interimResults,
      tell: (event) => this.dispatchEvent(event),
      over: () => {
        this.#session = undefined;
      },
    });
  }

  /** No more audio: what was said is still recognised. */
  stop(): void {
    this.#session?.stop();
  }

  /** Gives it up. */
  abort(): void {
    this.#session?.abort();
  }
}

function invalidState(message: string): DOMException {
  return new DOMException(message, "InvalidStateError");
}

const HANDLERS = ["start", "audiostart", "soundstart", "speechstart", "speechend", "soundend", "audioend"];
HANDLERS.push("result", "nomatch", "error", "end");

/** Attributes that are listeners, in the order in which they were first set. */
for (const type of HANDLERS) {
  const handlers = new WeakMap<DashScopeSpeechRecognition, SpeechRecognitionHandler>();
  Object.defineProperty(DashScopeSpeechRecognition.prototype, `on${type}`, {
    configurable: true,
    enumerable: true,
    get(this: DashScopeSpeechRecognition) {
      return handlers.get(this) ?? null;
    },
    set(this: DashScopeSpeechRecognition, handler: unknown) {
      const isFirst = !handlers.has(this);
      handlers.set(this, typeof handler === "function" ? (handler as SpeechRecognitionHandler) : null);
      if (isFirst) this.addEventListener(type, (event) => handlers.get(this)?.call(this, event));
    },
  });
}
