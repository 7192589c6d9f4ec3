// What Cloudflare's voice agents and whatever hears for them expect of each other: `Transcriber` of `agents/voice`, which is also
// `@cloudflare/voice` (packages/voice/src/types.ts in cloudflare/agents; as of agents 0.32).
//
// Written down instead of imported, so that nobody needs a package for its types.

/** Hears for a voice agent, a call at a time. */
export interface VoiceTranscriber {
  /** Begins to listen to a call. */
  createSession(options?: VoiceSessionOptions): VoiceSession;
}

/** What the agent wants to be told of a call. */
export interface VoiceSessionOptions {
  /** The language spoken, e.g. `"en"` or `"en-US"`. */
  language?: string;
  /** Words that may still change. */
  onInterim?: (text: string) => void;
  /** Somebody begins to speak, so that the agent may stop. */
  onSpeechStart?: (text?: string) => void;
  /** What somebody has said, when it is over. */
  onUtterance?: (transcript: string) => void;
  /** Nothing can be heard any more. */
  onFatalError?: (error: Error) => void;
}

/** A call that is listened to. */
export interface VoiceSession {
  /** Takes audio: 16-bit samples, little-endian, 16 kHz, one channel. Never waits. */
  feed(chunk: ArrayBuffer): void;
  /** Waits until the service listens. */
  waitUntilReady(): Promise<void>;
  /** What the agent has just said, which makes short answers easier to understand. */
  updateAgentContext(text: string): void;
  /** Ends it. */
  close(): void;
}
