// One recognition, from start() to "end": the microphone goes into `live`, and what that tells becomes the standard's events, in the
// standard's order (https://webaudio.github.io/web-speech-api/#speechreco-events).

import type { LiveEvent } from "../api.js";
import type { LiveListener } from "../live-source.js";
import { DashScopeSpeechRecognitionErrorEvent, DashScopeSpeechRecognitionEvent } from "./events.js";
import { type Failure, ofMicrophone, ofService } from "./failures.js";
import { type Change, Results, within } from "./results.js";
import type { SpeechSource } from "./settings.js";

/** What Chrome waits for the first word (`kNoSpeechTimeoutMs` in its speech_recognizer_impl.cc). */
const NO_SPEECH_MS = 8000;

/** Louder than what a quiet room sounds like: 1 % of the loudest, −40 dB. */
const SOUND = 328;

/** What begins and ends, from the outside inwards. */
type Layer = "audio" | "sound" | "speech";
const LAYERS: Layer[] = ["audio", "sound", "speech"];

/** What a recognition is made of. */
export interface SessionParts {
  /** Why it cannot begin, if it cannot. */
  failure: Failure | undefined;
  open(signal: AbortSignal): Promise<SpeechSource>;
  listen(): LiveListener;
  isContinuous: boolean;
  hasInterims: boolean;
  tell(event: Event): void;
  /** Before "end" is told. */
  over(): void;
}

export class Session {
  readonly #parts: SessionParts;
  readonly #results = new Results();
  /** What has begun, also when it has ended: nothing begins twice. */
  readonly #begun = new Set<Layer>();
  readonly #leaving = new AbortController();
  #source: SpeechSource | undefined;
  #live: LiveListener | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** There is no more audio, or soon will be none. */
  #isStopping = false;
  #hasEndedAudio = false;
  /** Nothing more is taken in; what is under way is being put away. */
  #isHalted = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    if (parts.failure) this.#halt(parts.failure);
    else void this.#open();
  }

  /** No more audio; what was said is still recognised. */
  stop(): void {
    this.#isStopping = true;
    this.#source?.close();
    if (!this.#source) this.#leaving.abort();
  }

  /** Nothing more at all. */
  abort(): void {
    this.#halt({ name: "aborted", message: "the recognition was aborted", cause: undefined });
  }

  async #open(): Promise<void> {
    try {
      this.#source = await this.#parts.open(this.#leaving.signal);
    } catch (error) {
      return this.#halt(this.#isStopping ? undefined : ofMicrophone(error));
    }
    if (this.#isHalted) return this.#source.close();
    if (this.#isStopping) return this.#halt();
    this.#tell("start");
    this.#begin("audio");
    if (this.#isHalted) return;
    try {
      this.#live = this.#parts.listen();
    } catch (error) {
      return this.#halt(ofService(error));
    }
    if (!this.#parts.isContinuous) this.#timer = setTimeout(() => this.#noSpeech(), NO_SPEECH_MS);
    this.#hear(this.#source, this.#live).catch((error) => this.#halt(ofMicrophone(error)));
    this.#listen(this.#live).catch((error) => this.#halt(ofService(error)));
  }

  #noSpeech(): void {
    if (this.#begun.has("speech") || this.#isStopping) return;
    this.#halt({ name: "no-speech", message: `nobody spoke for ${NO_SPEECH_MS / 1000} seconds`, cause: undefined });
  }

  async #hear(source: SpeechSource, live: LiveListener): Promise<void> {
    for await (const samples of source) {
      if (this.#isHalted) return;
      live.send(samples);
      if (samples.some((sample) => Math.abs(sample) > SOUND)) this.#begin("sound");
    }
    if (this.#isHalted) return;
    this.#isStopping = true; // also where the source ended by itself
    this.#endAudio();
    live.finish().catch(() => {}); // the events tell it
  }

  async #listen(live: LiveListener): Promise<void> {
    for await (const event of live) {
      if (this.#isHalted) return;
      this.#take(event);
    }
  }

  #take(event: LiveEvent): void {
    switch (event.type) {
      case "state":
        // What was not final is heard again, perhaps as other sentences.
        if (event.state === "reconnecting") this.#results.forget();
        break;
      case "speech":
        if (event.speaking) this.#begin("speech");
        break;
      case "partial":
      case "final":
        this.#begin("speech");
        if (this.#parts.isContinuous) this.#sentence(event);
        else this.#only(event.text, event.type === "final" && !this.#isStopping);
        break;
      case "done":
        this.#done(event.transcript.text);
    }
  }

  /** One of many results. */
  #sentence({ type, segment: { id, text }, text: all }: Extract<LiveEvent, { type: "partial" | "final" }>): void {
    this.#result(id, within(all, text), type === "final");
  }

  /** The only result there is: all that is said, until a sentence ends, or to the end of it where nobody listens any more. */
  #only(text: string, isFinal: boolean): void {
    if (isFinal) {
      this.#source?.close();
      this.#endAudio();
    }
    this.#result(0, text, isFinal);
    if (isFinal) this.#halt();
  }

  #result(id: number, text: string, isFinal: boolean): void {
    const { hasInterims } = this.#parts;
    // A result is told before it is final: react-speech-recognition takes two finals in a row for one that came twice.
    if (!isFinal || (hasInterims && !this.#results.knows(id))) {
      const change = this.#results.interim(id, text);
      if (hasInterims) this.#tellResult(change);
    }
    if (isFinal) this.#tellResult(this.#results.final(id, text));
  }

  /** Everything was heard. */
  #done(text: string): void {
    const wasLost = this.#source?.state === "lost";
    if (!this.#parts.isContinuous && text) this.#result(0, text, true);
    if (this.#begun.has("speech") && this.#results.isEmpty) this.#tellResult(this.#results.all(), "nomatch");
    this.#halt(wasLost ? { name: "audio-capture", message: "the microphone went away", cause: undefined } : undefined);
  }

  #begin(layer: Layer): void {
    // What is inside begins after what is around it.
    for (const one of LAYERS.slice(0, LAYERS.indexOf(layer) + 1)) {
      if (this.#begun.has(one) || this.#isStopping || this.#isHalted) continue;
      this.#begun.add(one);
      this.#tell(`${one}start`);
    }
  }

  #endAudio(): void {
    if (this.#hasEndedAudio) return;
    this.#hasEndedAudio = true;
    for (const layer of [...LAYERS].reverse()) if (this.#begun.has(layer)) this.#tell(`${layer}end`);
  }

  /** Puts everything away, and tells why, if there is a reason: later, as pages expect of all that they did not wait for. */
  #halt(failure?: Failure): void {
    if (this.#isHalted) return;
    this.#isHalted = true;
    clearTimeout(this.#timer);
    this.#leaving.abort();
    this.#source?.close();
    this.#live?.close();
    setTimeout(() => {
      this.#endAudio();
      if (failure) {
        const { name, message, cause } = failure;
        this.#parts.tell(new DashScopeSpeechRecognitionErrorEvent(name, message, cause));
      }
      this.#parts.over();
      this.#tell("end");
    });
  }

  #tellResult({ resultIndex, results }: Change, type = "result"): void {
    if (this.#isHalted) return; // by a listener, a moment ago
    this.#parts.tell(new DashScopeSpeechRecognitionEvent(type, resultIndex, results));
  }

  #tell(type: string): void {
    this.#parts.tell(new Event(type));
  }
}
