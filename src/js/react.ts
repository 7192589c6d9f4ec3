// dashscope-asr/react: voice notes and live transcription as hooks, and the element's properties for JSX.

export { type LiveHook, type LiveHookOptions, type LiveHookState, useLive } from "./react/use-live.js";
export { useVoiceNote, type VoiceNoteHook } from "./react/use-voice-note.js";
export type { VoiceNoteProps } from "./react/voice-note-props.js";
