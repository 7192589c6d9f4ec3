// dashscope-asr/ai-sdk: the models as the AI SDK's `transcribe()` takes them. The client is that of the main entry.

export {
  createDashScope,
  type DashScopeProvider,
  type DashScopeSettings,
  dashscope,
} from "./ai-sdk/provider.js";
export type { DashScopeStreamOptions, DashScopeTranscriptionOptions } from "./ai-sdk/provider-options.js";
export type {
  AudioCall,
  CallSettings,
  DashScopeTranscriptionModel,
  JsonObject,
  JsonValue,
  StreamCall,
  StreamPart,
  StreamResult,
  TimedText,
  TranscriptionResult,
  TranscriptionWarning,
  UrlCall,
} from "./ai-sdk/specification.js";
