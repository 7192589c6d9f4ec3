// dashscope-asr/microphone: what somebody says, as samples that a live transcription takes. It needs nothing of the other entries.

export {
  listMicrophones,
  type MicrophoneDevice,
  type MicrophonePermission,
  type MicrophonePermissionState,
  microphonePermission,
  watchMicrophones,
} from "./microphone/devices.js";
export { MicrophoneError, type MicrophoneErrorCode } from "./microphone/errors.js";
export { Microphone } from "./microphone/microphone.js";
export { openMicrophone } from "./microphone/open-microphone.js";
export type { MicrophoneOptions } from "./microphone/options.js";
export type { MicrophoneState } from "./microphone/state.js";
