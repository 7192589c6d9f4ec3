// The microphone as a page uses it, and what its types forbid.
import { type LiveTranscript, Transcriber } from "dashscope-asr";
import {
  listMicrophones,
  type Microphone,
  type MicrophoneDevice,
  MicrophoneError,
  type MicrophoneErrorCode,
  type MicrophoneOptions,
  type MicrophonePermissionState,
  type MicrophoneState,
  microphonePermission,
  openMicrophone,
  watchMicrophones,
} from "dashscope-asr/microphone";

export async function speak(deviceId: string | undefined, signal: AbortSignal): Promise<string> {
  const states: MicrophoneState[] = [];
  const options: MicrophoneOptions = { deviceId, signal, sampleRate: 16_000, onState: (state) => states.push(state) };
  const microphone: Microphone = await openMicrophone({ ...options, onLevel: (level) => level.toFixed(2) });
  const copy = new MediaRecorder(microphone.stream);
  copy.start();
  const live: LiveTranscript = new Transcriber({ apiKey: "sk-1" }).live({ sampleRate: microphone.sampleRate });
  for await (const samples of microphone) live.send(samples);
  return (await live.finish()).text;
}

export async function choose(): Promise<MicrophonePermissionState> {
  const names: string[] = (await listMicrophones()).map(({ label }: MicrophoneDevice) => label);
  const stop: () => void = watchMicrophones((devices) => names.push(...devices.map(({ label }) => label)));
  stop();
  const permission = await microphonePermission();
  permission.onchange = (state) => names.push(state);
  return permission.state;
}

export function reasonOf(error: unknown): MicrophoneErrorCode | undefined {
  return error instanceof MicrophoneError && !error.retryable ? error.code : undefined;
}

// @ts-expect-error a misspelt option
openMicrophone({ samplerate: 16_000 });
// @ts-expect-error nobody makes one by themselves
export const state: MicrophoneState = "closing";
