// What the AI SDK and a transcription model expect of each other (its `TranscriptionModelV4`), as far as it is used here.
//
// Written down instead of imported: the published types then need no package that most users do not have, wherever their
// package manager puts it. tests/types compares them with the SDK's own.

/** What JSON can say. */
export type JsonValue = null | string | number | boolean | JsonObject | JsonValue[];

/** An object that JSON can say. */
export interface JsonObject {
  [name: string]: JsonValue | undefined;
}

/** What the SDK says about a call beside its audio. */
export interface CallSettings {
  /** What times are wanted of. Words are asked for where the model can tell them. */
  timestampGranularities?: ("word" | "segment")[];
  /** Options of the providers; ours are those of `dashscope`. */
  providerOptions?: Record<string, JsonObject>;
  /** Cancels the call. */
  abortSignal?: AbortSignal;
  /** More headers for the requests of the call. */
  headers?: Record<string, string | undefined>;
}

/** A call with the audio itself. */
export interface AudioCall extends CallSettings {
  /** The bytes, or their base64. */
  audio: Uint8Array | string;
  /** What the SDK takes them for. */
  mediaType: string;
}

/** A call with the address of the audio, which the service downloads. */
export interface UrlCall extends CallSettings {
  /** A public address. */
  audio: URL;
}

/** A stretch of the transcript. */
export interface TimedText {
  /** What was said. */
  text: string;
  /** When it begins, in seconds. */
  startSecond: number;
  /** When it ends, in seconds. */
  endSecond: number;
}

/** Something that was asked for and is not there. */
export type TranscriptionWarning =
  | { type: "unsupported"; feature: string; details?: string }
  | { type: "other"; message: string };

/** What a model gives. */
export interface TranscriptionResult {
  /** All text; empty when nobody spoke. */
  text: string;
  /** Sentences with times, from models that tell them. */
  segments: TimedText[];
  /** Words with times and their punctuation, from models that tell them. */
  words?: TimedText[];
  /** ISO 639-1; the service's own code is in `providerMetadata`. */
  language: string | undefined;
  /** Seconds of audio that were billed. */
  durationInSeconds: number | undefined;
  /** What was asked for and is not there. */
  warnings: TranscriptionWarning[];
  /** What the service counted. */
  usage?: JsonObject;
  /** When it began, which model answered, and the headers of the last answer. */
  response: { timestamp: Date; modelId: string; headers?: Record<string, string> };
  /** `dashscope` is the whole `Transcript`, as `Transcriber` gives it. */
  providerMetadata: { dashscope: JsonObject };
}

/** A call with audio while it is made. */
export interface StreamCall extends Omit<CallSettings, "timestampGranularities"> {
  /** Pieces of any size: bytes, or their base64. */
  audio: ReadableStream<Uint8Array | string>;
  /**
   * What they are: `{ type: "audio/pcm", rate: 16000 }`, 16-bit samples, little-endian, of one channel, at any rate; or
   * `{ type: "audio/ogg" }`, Opus in Ogg.
   */
  inputAudioFormat: { type: string; rate?: number };
  /** Every event of `live` becomes a part, too: those of the connection and of the voice are nowhere else. */
  includeRawChunks?: boolean;
}

/** What happens while somebody speaks. */
export type StreamPart =
  | { type: "stream-start"; warnings: TranscriptionWarning[] }
  | { type: "response-metadata"; timestamp: Date; modelId: string }
  | {
      type: "transcript-partial";
      id: string;
      text: string;
      startSecond: number;
      durationInSeconds?: number;
      providerMetadata: { dashscope: JsonObject };
    }
  | {
      type: "transcript-final";
      id: string;
      text: string;
      startSecond: number;
      endSecond: number;
      providerMetadata: { dashscope: JsonObject };
    }
  | ({ type: "finish" } & Omit<TranscriptionResult, "words" | "warnings" | "response">)
  | { type: "raw"; rawValue: unknown }
  | { type: "error"; error: unknown };

/** What a model gives while somebody speaks. */
export interface StreamResult {
  /** Ends after `finish`; fails after `error`. */
  stream: ReadableStream<StreamPart>;
  /** When it began, and which model listens. */
  response: { timestamp: Date; modelId: string };
}

/** A model for the `transcribe()` and `experimental_streamTranscribe()` of AI SDK 7. */
export interface DashScopeTranscriptionModel {
  /** The version of the SDK's interface for models. */
  readonly specificationVersion: "v4";
  /** `"dashscope.transcription"`. */
  readonly provider: string;
  /** The name of the model. */
  readonly modelId: string;
  /** Transcribes audio. */
  doGenerate(call: AudioCall): Promise<TranscriptionResult>;
  /** Transcribes audio that the service downloads; `undefined` where a model takes no addresses. */
  doGenerateFromUrl?: (call: UrlCall) => Promise<TranscriptionResult>;
  /** Transcribes audio while it is made; `undefined` where a model is not spoken to over a WebSocket. */
  doStream?: (call: StreamCall) => Promise<StreamResult>;
}
