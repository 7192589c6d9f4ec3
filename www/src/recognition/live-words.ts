// Words while they are spoken, beside the recording that is kept.

import type { LiveOptions, Transcript } from "dashscope-asr";
import type { Microphone } from "dashscope-asr/microphone";
import { loadMicrophone, loadPackage } from "../package.ts";
import { BASE_URL } from "./progress.ts";

/** Nobody waits longer for it before a recording begins: without, the words come when it is over. */
const PATIENCE_MS = 5000;

export interface LiveWordsEvents {
  /** All of the text so far; the last words may still change. */
  onText(text: string): void;
  /** The connection is gone, and tried again, or it is back. */
  onConnection(isAway: boolean): void;
}

/** Hears what is recorded, from the first sample to the last, and fails without disturbing the recording. */
export class LiveWords {
  readonly #options: LiveOptions;
  readonly #events: LiveWordsEvents;
  readonly #closing = new AbortController();
  #microphone: Microphone | undefined;
  #transcript: Promise<Transcript> | undefined;
  #hasFailed = false;

  constructor(options: LiveOptions, events: LiveWordsEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Words come, or will. */
  get isListening(): boolean {
    return this.#transcript !== undefined && !this.#hasFailed;
  }

  /** Gets ready to hear a stream. Settles in any case. */
  async open(stream: MediaStream): Promise<void> {
    const tooLate = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([this.#open(stream), tooLate]).catch(() => {});
  }

  async #open(stream: MediaStream): Promise<void> {
    const [{ openMicrophone }] = await Promise.all([loadMicrophone(), loadPackage()]);
    const { signal } = this.#closing;
    this.#microphone = await openMicrophone({ stream, signal });
  }

  /** The recording has begun. What was said before is not in it. */
  async begin(): Promise<void> {
    const microphone = this.#microphone;
    if (!microphone) return this.close();
    this.#transcript = this.#hear(microphone, this.#closing.signal);
    await this.#transcript.catch(() => {
      this.#hasFailed = true;
    });
  }

  async #hear(microphone: Microphone, signal: AbortSignal): Promise<Transcript> {
    const { Transcriber } = await loadPackage();
    const live = new Transcriber({ baseURL: BASE_URL }).live({ ...this.#options, signal });
    const showing = (async () => {
      for await (const event of live) {
        if (event.type === "partial" || event.type === "final") this.#events.onText(event.text);
        if (event.type === "state") this.#events.onConnection(event.state === "reconnecting");
      }
    })();
    showing.catch(() => {
      this.#hasFailed = true;
    });
    for await (const samples of microphone) live.send(samples);
    return live.finish();
  }

  pause(): void {
    this.#microphone?.pause();
  }

  resume(): void {
    this.#microphone?.resume();
  }

  /** The recording is over: what was heard in it, or nothing where nobody listened. */
  finish(): Promise<Transcript> | undefined {
    this.#microphone?.close();
    return this.#transcript;
  }

  /** Nobody wants to know any more. */
  close(): void {
    this.#closing.abort();
  }
}
