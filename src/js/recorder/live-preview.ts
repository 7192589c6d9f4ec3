// Words while somebody speaks, until those of the whole recording take their place.

import type { LiveCallOptions } from "../api.js";
import type { SpeechClient } from "./speech-client.js";

/** Hears what is recorded, and fails without disturbing the recording. */
export class LivePreview {
  readonly #closing = new AbortController();
  #microphone: { pause(): void; resume(): void } | undefined;

  /** Begins to hear a stream; `onText` has all that was heard so far. */
  constructor(stream: MediaStream, asr: SpeechClient, options: LiveCallOptions, onText: (text: string) => void) {
    void this.#hear(stream, asr, options, onText).catch(() => {});
  }

  pause(): void {
    this.#microphone?.pause();
  }

  resume(): void {
    this.#microphone?.resume();
  }

  /** Nobody wants to know any more. */
  close(): void {
    this.#closing.abort();
  }

  async #hear(...[stream, asr, options, onText]: ConstructorParameters<typeof LivePreview>): Promise<void> {
    const { signal } = this.#closing;
    const { openMicrophone } = await import("../microphone.js");
    const microphone = await openMicrophone({ stream, signal });
    this.#microphone = microphone;
    const live = asr.live?.({ ...options, signal });
    if (!live) return;
    const showing = (async () => {
      for await (const event of live) {
        if (!signal.aborted && (event.type === "partial" || event.type === "final")) onText(event.text);
      }
    })();
    showing.catch(() => {});
    for await (const samples of microphone) live.send(samples);
    await live.finish();
  }
}
