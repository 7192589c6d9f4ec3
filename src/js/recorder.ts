// dashscope-asr/recorder: the microphone as a recording, each second of which is on disk before the next one is over.

export {
  listMicrophones,
  type MicrophoneDevice,
  type MicrophonePermissionState,
  watchMicrophones,
} from "./microphone/devices.js";
export type { Draft, KnownPieces, RunningTask, Stretch } from "./recorder/draft.js";
export type { DraftWriter } from "./recorder/draft-writer.js";
export { type PiecesProgress, type PiecesRequest, transcribeInPieces } from "./recorder/in-pieces.js";
export { canRecord } from "./recorder/microphone.js";
export {
  describeMicrophoneTrouble,
  describeMissingRecorder,
  type MicrophoneTrouble,
  type MicrophoneTroubleCode,
} from "./recorder/microphone-trouble.js";
export type { EndReason, Recording } from "./recorder/recorder.js";
export type { VoiceRecorderOptions } from "./recorder/recorder-options.js";
export type { FinishedRecording, RecorderPhase, RecorderState, Safety } from "./recorder/recorder-state.js";
export { type Opened, SavedRecordings } from "./recorder/saved-recordings.js";
export { RecordingSession, type SessionEvents, type SessionOptions } from "./recorder/session.js";
export { shownName } from "./recorder/shown-name.js";
export type { LiveClient, SpeechClient } from "./recorder/speech-client.js";
export { VoiceNote } from "./recorder/voice-note.js";
export type { VoiceNoteOptions } from "./recorder/voice-note-options.js";
export {
  EMPTY_NOTE,
  type TranscriptionTrouble,
  type VoiceNotePhase,
  type VoiceNoteState,
} from "./recorder/voice-note-state.js";
export { VoiceRecorder } from "./recorder/voice-recorder.js";
