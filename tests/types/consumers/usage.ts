// Everything that must compile, in a project that has the types of the platform.
import {
  type AsrError,
  type AudioInput,
  type CallOptions,
  type Channel,
  type ClientSettings,
  type DataUrlOptions,
  type ErrorCode,
  EventParser,
  EventStream,
  encodeWav,
  InvalidAudioError,
  isAsrError,
  type Message,
  type Progress,
  type Protocol,
  type Region,
  type RequestOptions,
  type Role,
  type Segment,
  type ServerSentEvent,
  StreamInterruptedError,
  sniffMediaType,
  type TranscribeOptions,
  Transcriber,
  type TranscriberOptions,
  type Transcript,
  type TranscriptEvent,
  type TranscriptStream,
  toDataUrl,
  type Usage,
  version,
  type Word,
} from "dashscope-asr";

/** Compiles only for two types that are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

// Clients.
const settings: ClientSettings = { region: "frankfurt", workspaceId: "ws-1", model: "qwen3-asr-flash", timeout: 1000 };
const options: TranscriberOptions = { ...settings, apiKey: "sk-1", maxRetries: 0, defaultHeaders: { "x-user": "1" } };
const asr = new Transcriber(options);
new Transcriber();
new Transcriber({ baseURL: "/relay" });
new Transcriber({ baseUrl: "/relay" });
new Transcriber({ apiKey: () => "sk-1" });
new Transcriber({ apiKey: async () => "sk-1" });
new Transcriber({ fetch: (request) => fetch(request) });
new Transcriber({ fetch });
new Transcriber({ fetch: globalThis.fetch.bind(globalThis) });
const region: Region = "tokyo";
const protocol: Protocol = "openai";

// Whatever audio comes as.
declare const blob: Blob;
declare const file: File;
declare const buffer: ArrayBuffer;
declare const bytes: Uint8Array;
declare const samples: Float32Array;
declare const stream: ReadableStream<Uint8Array>;
declare const response: Response;
declare const request: Request;
declare function chunks(): AsyncGenerator<Uint8Array>;
const inputs: AudioInput[] = [blob, file, buffer, bytes, new DataView(buffer), stream, response, request, chunks()];
inputs.push("https://example.com/a.wav", "oss://bucket/a.wav", new URL("https://example.com/a.wav"), bytes.subarray(1));

// One call.
export async function transcribe(input: AudioInput): Promise<Transcript> {
  const transcript = await asr.transcribe(input, {
    model: "qwen3-asr-flash",
    protocol,
    language: "en",
    enableItn: true,
    context: "Bulge Bracket",
    mediaType: "audio/mpeg",
    includeUsage: true,
    incrementalOutput: true,
    resultFormat: "message",
    asrOptions: { enable_lid: true },
    parameters: { seed: 1 },
    signal: AbortSignal.timeout(1000),
    timeout: 1000,
    maxRetries: 1,
    headers: { "x-user": "1" },
    onProgress: ({ phase, loaded, total }: Progress) => {
      same<typeof phase, "read" | "encode" | "send" | "receive">(true);
      same<typeof loaded, number>(true);
      same<number extends typeof total ? true : false, true>(true);
    },
  } satisfies CallOptions);
  same<typeof transcript.text, string>(true);
  same<typeof transcript.noSpeech, boolean>(true);
  same<typeof transcript.segments, Segment[]>(true);
  const seconds: number = transcript.duration ?? 0;
  const words: Word[] = transcript.segments.flatMap((segment) => segment.words);
  const usage: Usage | undefined = transcript.usage;
  const text: string = `${transcript.requestId ?? ""} ${transcript.language?.toUpperCase()} ${usage?.totalTokens}`;
  console.log(
    seconds,
    words.map(({ text, punctuation }) => text + punctuation),
    text,
    region,
  );
  return transcript;
}

// Models that remember what was said, and models that know words.
const user: Role = "user";
const messages: Message[] = [
  { role: user, text: "What is a Roth IRA?" },
  { role: "assistant", text: "A savings plan." },
];
export const informed: TranscribeOptions = {
  messages,
  vocabulary: { "Bulge Bracket": 4 },
  languageHints: ["en"],
  sampleRate: 16_000,
};
export const perChannel = ({ channels }: Transcript): string[] =>
  channels.map(({ channelId, text, speechMs = 0 }: Channel) => `${channelId.toFixed()} ${text} ${speechMs.toFixed()}`);

// A stream: a discriminated union.
export async function follow(): Promise<string> {
  const following: TranscriptStream = asr.stream(blob, { language: "en" });
  for await (const event of following) {
    same<typeof event, TranscriptEvent>(true);
    switch (event.type) {
      case "delta":
        console.log(event.delta, event.text);
        break;
      case "revision":
        console.log(event.text);
        break;
      case "done":
        return event.transcript.text;
      default:
        same<typeof event, never>(true);
    }
  }
  following.cancel();
  const iterable: AsyncIterable<TranscriptEvent> = following;
  const readable: ReadableStream<TranscriptEvent> = following.toReadableStream();
  console.log(iterable, new Response(readable.pipeThrough(new TransformStream<TranscriptEvent, Uint8Array>())));
  return (await following.final()).text + following.text;
}

// Building blocks.
export async function blocks(): Promise<void> {
  const built: Request = await asr.buildRequest(blob, { stream: true, language: "en" });
  const answered: Transcript = await asr.readResponse(await fetch(built), { language: "en" });
  const streamed: TranscriptStream = asr.readStream(await fetch(built));
  const dataUrlOptions: DataUrlOptions = { mediaType: "audio/wav", signal: AbortSignal.abort() };
  const url: string = await toDataUrl(blob, dataUrlOptions);
  const mediaType: string | undefined = sniffMediaType(bytes);
  // A Blob takes no bytes that may be shared memory, so this must not be a plain Uint8Array.
  const wav: Blob = new Blob([encodeWav([samples], 48_000)], { type: "audio/wav" });

  const parser = new EventParser({
    onEvent: ({ id, event, data }: ServerSentEvent) => {
      same<typeof id, string | undefined>(true);
      same<typeof event, string | undefined>(true);
      same<typeof data, string>(true);
    },
    onComment: (comment) => console.log(comment.length),
    onRetry: (milliseconds) => console.log(milliseconds.toFixed()),
    maxBufferSize: 1024,
    quirks: false,
  });
  parser.feed("data: 1\n\n");
  parser.feed(bytes);
  parser.flush();
  parser.reset();
  const events: ReadableStream<ServerSentEvent> = response.body!.pipeThrough(new EventStream({ quirks: false }));
  console.log(answered, streamed, url, mediaType, wav, events, version.length);
}

// Errors.
export function explain(error: unknown): string {
  if (!isAsrError(error)) return "";
  same<typeof error, AsrError>(true);
  same<typeof error.code, ErrorCode>(true);
  same<typeof error.status, number | undefined>(true);
  if (error instanceof StreamInterruptedError) return error.partialText ?? "";
  if (error instanceof InvalidAudioError) return error.code;
  const shown: string = error.requestId ?? error.serviceCode ?? error.field ?? error.message;
  switch (error.code) {
    case "rate_limit":
    case "timeout":
      return error.retryable ? "again" : shown;
    default:
      return `${error.name} ${error.cause}`;
  }
}

// Options that travel through a program come with `undefined` in them.
export function withDefaults(given: { language?: string | undefined; signal?: AbortSignal | undefined }): CallOptions {
  const data: TranscribeOptions = { language: given.language, context: undefined };
  const call: RequestOptions = { signal: given.signal, timeout: undefined, onProgress: undefined };
  new Transcriber({ apiKey: undefined, baseURL: undefined, region: undefined, fetch: undefined });
  return { ...data, ...call, asrOptions: undefined, parameters: undefined };
}
