// dashscope-asr/cloudflare-voice: what hears for Cloudflare's voice agents. The client is the caller's own.

export type {
  VoiceSession,
  VoiceSessionOptions,
  VoiceTranscriber,
} from "./cloudflare-voice/specification.js";
export { DashScopeSTT, type DashScopeSTTOptions } from "./cloudflare-voice/stt.js";
export type { LiveListener, LiveSource } from "./live-source.js";
