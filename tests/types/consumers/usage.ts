// Everything that must compile, in a project that has the types of the platform.
import {
  type AsrError,
  type AudioInput,
  type Batch,
  type CallOptions,
  type Channel,
  type ClientSettings,
  crop,
  type DataUrlOptions,
  type ErrorCode,
  EventParser,
  EventStream,
  encodeWav,
  type FileResult,
  type Gap,
  type HotWord,
  InvalidAudioError,
  isAsrError,
  type LongTranscript,
  type Message,
  type NewVocabulary,
  type ProbedAudio,
  type Progress,
  type Protocol,
  probe,
  type Region,
  type RequestOptions,
  type ResumePoint,
  type Role,
  type Segment,
  type ServerSentEvent,
  type SoundProgress,
  StreamInterruptedError,
  type SubtitleOptions,
  segments,
  sniffMediaType,
  type Task,
  type TaskFilter,
  type TaskPage,
  type TaskState,
  type TaskStatus,
  type Token,
  type TranscribeCallOptions,
  type TranscribeOptions,
  Transcriber,
  type TranscriberOptions,
  type Transcript,
  type TranscriptEvent,
  type TranscriptStream,
  toDataUrl,
  toJson,
  toSrt,
  toText,
  toVtt,
  toWav,
  type Usage,
  type Vocabulary,
  version,
  type WaitOptions,
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
      same<typeof phase, Progress["phase"]>(true);
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

// Long files.
export async function wait(url: URL, signal: AbortSignal): Promise<string> {
  const task: Task = await asr.submit(url, { model: "fun-asr", diarizationEnabled: true, speakerCount: 2, signal });
  const options: WaitOptions = {
    timeout: 60_000,
    onStatus: (status: TaskStatus) => {
      same<typeof status.state, TaskState>(true);
      same<TaskState, "PENDING" | "RUNNING" | "SUSPENDED" | "SUCCEEDED" | "FAILED" | "CANCELED">(true);
      const link: string | undefined = status.files[0]?.transcriptionUrl;
      console.log(link, status.duration?.toFixed());
    },
  };
  const status: TaskStatus = await asr.task(task.id).wait(options);
  if (status.state !== "SUCCEEDED") await task.cancel();
  const transcript: Transcript = await task.result(options);
  const filter: TaskFilter = { status: "FAILED", pageSize: 20, modelName: undefined };
  const page: TaskPage = await asr.listTasks(filter, { signal });
  const ids: string[] = page.tasks.map(({ taskId }) => taskId);
  return `${ids} ${transcript.text} ${(await asr.task(task.id).status({ timeout: 1000 })).taskId}`;
}

export async function many(urls: string[]): Promise<(string | undefined)[]> {
  const batch: Batch = await asr.submitBatch([...urls, new URL("https://example.com/a.wav")], { together: true });
  const tasks: Task[] = batch.tasks;
  const results: FileResult[] = await batch.results({
    timeout: 1000,
    onFile: ({ url, error }) => console.log(url, error),
  });
  const first = results[0];
  if (first) same<typeof first.error, AsrError | undefined>(true);
  return [...tasks.map(({ id }) => id), ...results.map(({ transcript, error }) => transcript?.text ?? error?.code)];
}

export async function ofAnyLength(): Promise<Transcript[]> {
  const longAudio: TranscribeCallOptions["longAudio"] = { model: "fun-asr", vocabularyId: "vocab-a-1" };
  const address: string = await asr.upload(stream, { model: "fun-asr", mediaType: "audio/flac", timeout: 1000 });
  return Promise.all([
    asr.transcribe(blob, { longAudio: "task", language: "en" }),
    asr.transcribe(blob, { longAudio, onProgress: ({ phase }) => console.log(phase === "queue") }),
    asr.transcribe(address, { model: "fun-asr-flash-2026-06-15", longAudio: undefined }),
  ]);
}

export async function lists(): Promise<Vocabulary> {
  const words: HotWord[] = [{ text: "Kubernetes", weight: 4, lang: "en" }];
  const list: NewVocabulary = { targetModel: "fun-asr", prefix: "abc", words };
  const id: string = await asr.vocabularies.create(list, { signal: AbortSignal.timeout(1000) });
  const all: Vocabulary[] = await asr.vocabularies.list({ prefix: "abc", pageIndex: 0, pageSize: 10 });
  await asr.vocabularies.update(id, words);
  await asr.vocabularies.delete(all[0]?.vocabularyId ?? id);
  const { token, expiresAt }: Token = await asr.createToken({ expireInSeconds: 60, maxRetries: 0 });
  console.log(token.length, expiresAt.toFixed(), await asr.createToken());
  return asr.vocabularies.get(id);
}

export function subtitles(transcript: Transcript): string {
  const options: SubtitleOptions = { maxCharactersPerLine: 32, speakerLabels: true, maxLines: undefined };
  return toSrt(transcript, options) + toVtt(transcript) + toText(transcript, {}) + toJson(transcript);
}

// A long recording, in pieces.
export async function inPieces(): Promise<[number, string][]> {
  const long: LongTranscript = await asr.transcribe(blob, { longAudio: "split", concurrency: 2, language: "en" });
  const missing: [number, string][] = long.gaps.map(({ beginMs, error }: Gap) => [beginMs, error.code]);
  let kept: ResumePoint | undefined;
  const onProgress = ({ pieces, resume }: Progress) => {
    if (pieces?.isComplete) kept = resume;
  };
  for await (const event of asr.stream(blob, { longAudio: "auto", resume: kept, pieceFormat: "wav", onProgress })) {
    if (event.type === "delta") kept = event.resume ?? kept;
    if (event.type === "done") missing.push([0, event.transcript.way]);
  }
  return missing;
}

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
  const { status }: { status?: TaskState | undefined } = {};
  void asr.listTasks({ status, pageNo: undefined });
  void asr.vocabularies.list({ prefix: undefined, pageIndex: undefined, pageSize: undefined });
  void asr.createToken({ expireInSeconds: undefined });
  void asr.buildRequest("https://example.com/a.wav", { stream: undefined });
  void asr.submitBatch([], { together: undefined }).then((batch) => batch.results({ onFile: undefined }));
  return { ...data, ...call, asrOptions: undefined, parameters: undefined };
}

export async function recordings(file: File, stop: AbortSignal | undefined): Promise<Blob> {
  const { container, durationMs, models }: ProbedAudio = await probe(file, { models: ["fun-asr"], signal: undefined });
  same<typeof container, string | undefined>(true);
  const why: string | undefined = models["fun-asr"]?.why;
  for await (const { fromMs, samples, ending, toWav: written } of segments(file, { maxMs: undefined, signal: stop })) {
    same<typeof ending, "silence" | "pause" | "voice" | "end">(true);
    console.log(fromMs, samples.length, (await asr.transcribe(written())).text, why, durationMs);
  }
  const onProgress = ({ doneMs, fraction }: SoundProgress) => console.log(doneMs, fraction);
  await crop(file, { fromMs: 1000, toMs: undefined });
  return toWav(file.stream(), { onProgress, signal: stop });
}
