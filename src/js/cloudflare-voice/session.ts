// A call that is listened to: what `live` tells, in the words of Cloudflare's voice agents.

import type { LiveListener } from "../live-source.js";
import type { VoiceSession, VoiceSessionOptions } from "./specification.js";

/** As much as the service reads of what was said before (Qwen-Audio API reference, `context`). */
const LONGEST_TURN = 400;

export class Session implements VoiceSession {
  readonly #live: LiveListener;
  readonly #ready: Promise<void>;
  #isOpen = false;
  #isAwaited = false;
  #isClosed = false;
  /** What the agent has said before it could be passed on. */
  #context: string | undefined;

  constructor(live: LiveListener, told: VoiceSessionOptions) {
    this.#live = live;
    this.#ready = new Promise((resolve, reject) => {
      this.#listen(told, resolve).catch((error) => {
        this.#live.close();
        reject(error);
        // Told once: to whoever waits for the beginning, afterwards to the agent.
        if (!this.#isClosed && (this.#isOpen || !this.#isAwaited)) told.onFatalError?.(error);
      });
    });
    this.#ready.catch(() => {});
  }

  async #listen(told: VoiceSessionOptions, ready: () => void): Promise<void> {
    let isSpeaking = false;
    const speak = (text?: string) => {
      if (!isSpeaking) told.onSpeechStart?.(text);
      isSpeaking = true;
    };
    for await (const event of this.#live) {
      if (this.#isClosed) break;
      switch (event.type) {
        case "state":
          if (event.state !== "open") break;
          this.#isOpen = true;
          ready();
          this.#passOn();
          break;
        case "speech":
          if (event.speaking) speak();
          break;
        case "partial": {
          const text = event.segment.text.trim();
          speak(text);
          told.onInterim?.(text);
          break;
        }
        case "final": {
          const text = event.segment.text.trim();
          speak(text);
          isSpeaking = false;
          told.onUtterance?.(text);
        }
      }
    }
    await this.#live.finish(); // which says why it is over
  }

  feed(chunk: ArrayBuffer): void {
    this.#live.send(chunk);
  }

  waitUntilReady(): Promise<void> {
    this.#isAwaited = true;
    return this.#ready;
  }

  updateAgentContext(text: string): void {
    this.#context = text;
    if (this.#isOpen) this.#passOn();
  }

  #passOn(): void {
    const text = this.#context?.trim().slice(-LONGEST_TURN);
    this.#context = undefined;
    if (!text) return;
    try {
      this.#live.setContext([{ role: "assistant", text }]);
    } catch (error) {
      // Not every model can be told; the agent need not know which.
      if ((error as { code?: string }).code !== "invalid_option") throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#live.close();
  }
}
