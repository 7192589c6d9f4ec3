// dashscope-asr/speech-recognition: the Web Speech API over `live`, for pages and libraries that were written for it. The client is
// the caller's own.

export type { LiveListener, LiveSource } from "./live-source.js";
export type { MicrophoneOptions } from "./microphone/options.js";
export type { MicrophoneState } from "./microphone/state.js";
export {
  DashScopeSpeechRecognitionErrorEvent,
  DashScopeSpeechRecognitionEvent,
  type SpeechRecognitionErrorName,
} from "./speech-recognition/events.js";
export { DashScopeSpeechRecognition, type SpeechRecognitionHandler } from "./speech-recognition/recognition.js";
export type { SpeechRecognitionSettings, SpeechSource } from "./speech-recognition/settings.js";
