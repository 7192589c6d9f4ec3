// The entry for the AI SDK where the SDK is not installed: its types need nothing of it.
import { createDashScope, type StreamCall, type StreamPart, type TranscriptionResult } from "dashscope-asr/ai-sdk";

export async function hear(audio: Uint8Array): Promise<string> {
  const model = createDashScope({ baseURL: "https://relay.example" }).transcription("fun-asr");
  const result: TranscriptionResult = await model.doGenerate({
    audio,
    mediaType: "audio/wav",
    timestampGranularities: ["word"],
    providerOptions: { dashscope: { enableWords: true } },
  });
  return [result.text, ...(result.words ?? []).map(({ startSecond }) => startSecond)].join(" ");
}

export async function* follow(audio: StreamCall["audio"]): AsyncGenerator<StreamPart["type"]> {
  const model = createDashScope().transcription("fun-asr-realtime");
  const listening = await model.doStream?.({ audio, inputAudioFormat: { type: "audio/pcm", rate: 16_000 } });
  const reader = listening?.stream.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) yield read.value.type;
}
