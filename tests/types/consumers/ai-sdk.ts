// The entry for the AI SDK, with the types of `ai` itself as judge. Compiled, never run.
import {
  createProviderRegistry,
  customProvider,
  experimental_streamTranscribe as streamTranscribe,
  transcribe,
} from "ai";
import { isAsrError, type Transcript, toVtt } from "dashscope-asr";
import {
  createDashScope,
  type DashScopeProvider,
  type DashScopeStreamOptions,
  type DashScopeTranscriptionModel,
  type DashScopeTranscriptionOptions,
  dashscope,
} from "dashscope-asr/ai-sdk";

const provider: DashScopeProvider = createDashScope({
  apiKey: async () => "sk-…",
  region: "beijing",
  headers: { "x-app": "notes" },
  fetch: globalThis.fetch,
});
const model: DashScopeTranscriptionModel = provider("qwen3-asr-flash");

const { text, words, segments, providerMetadata, warnings } = await transcribe({
  model: dashscope.transcription("qwen3-asr-flash-filetrans"),
  audio: new URL("https://example.com/a.mp3"),
  timestampGranularities: ["word"],
  providerOptions: { dashscope: { language: "en", longAudio: "task" } satisfies DashScopeTranscriptionOptions },
  headers: { "x-call": "1" },
  abortSignal: AbortSignal.timeout(1000),
}).catch((error) => {
  if (isAsrError(error)) console.log(error.code);
  throw error;
});
const told: (string | number | undefined)[] = [text, words?.[0]?.startSecond, segments[0]?.text, warnings[0]?.type];
const { dashscope: transcript } = providerMetadata;
console.log(told, toVtt(transcript as unknown as Transcript));

declare const microphone: ReadableStream<Uint8Array>;
const spoken = streamTranscribe({
  model: dashscope.transcription("qwen-audio-3.1-asr-flash-streaming"),
  audio: microphone,
  inputAudioFormat: { type: "audio/pcm", rate: 48_000 },
  providerOptions: { dashscope: { languageHints: ["en"], heartbeat: true } satisfies DashScopeStreamOptions },
  includeRawChunks: true,
});
for await (const part of spoken.fullStream) if (part.type === "transcript-final") console.log(part.endSecond);
const { dashscope: wholly } = await spoken.providerMetadata;
console.log(toVtt(wholly as unknown as Transcript));

const registry = createProviderRegistry({ dashscope: provider });
await transcribe({ model: registry.transcriptionModel("dashscope:fun-asr"), audio: "UklGRg==" });
customProvider({ transcriptionModels: { short: model }, fallbackProvider: provider });

// @ts-expect-error misspelt
createDashScope({ regoin: "beijing" });
// @ts-expect-error said by the SDK
createDashScope({ maxRetries: 1 });
// @ts-expect-error an option that does not exist
export const options: DashScopeTranscriptionOptions = { languge: "en" };
// @ts-expect-error said by the SDK, which knows the rate
export const streamOptions: DashScopeStreamOptions = { sampleRate: 16_000 };
// @ts-expect-error there are none
provider.transcription(7);
