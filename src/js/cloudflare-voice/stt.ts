// What hears for Cloudflare's voice agents.

import type { LiveOptions } from "../api.js";
import { languageCode } from "../language-code.js";
import type { LiveSource } from "../live-source.js";
import { Session } from "./session.js";
import type { VoiceSession, VoiceSessionOptions, VoiceTranscriber } from "./specification.js";

/** Options of every call: those of `live`, but what the agent's audio is. */
export type DashScopeSTTOptions = Omit<LiveOptions, "sampleRate" | "format">;

/**
 * Hears for a voice agent of Cloudflare. A connection that is lost in the middle of a call loses no words.
 *
 * ```ts
 * const asr = new Transcriber({ apiKey: env.DASHSCOPE_API_KEY });
 * transcriber = new DashScopeSTT(asr, { maxSentenceSilence: 600 });   // of an agent made by withVoice(Agent)
 * ```
 */
export class DashScopeSTT implements VoiceTranscriber {
  readonly #asr: LiveSource;
  readonly #options: DashScopeSTTOptions;

  /** @param asr a `Transcriber` */
  constructor(asr: LiveSource, options: DashScopeSTTOptions = {}) {
    this.#asr = asr;
    this.#options = options;
  }

  /** Begins to listen to a call; its language counts before that of the options. */
  createSession(told: VoiceSessionOptions = {}): VoiceSession {
    const { language } = told;
    const spoken = language && { language: languageCode(language) ?? language, languageHints: undefined };
    return new Session(this.#asr.live({ ...this.#options, ...spoken }), told);
  }
}
