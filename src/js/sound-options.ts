// What is said to those who read recordings, and what they give.

import type { ErrorCode } from "./errors.js";

/** How far the reading of a recording is. */
export interface SoundProgress {
  /** Milliseconds of sound that are done. */
  doneMs: number;
  /** The share of the whole that is done, 0 to 1, as far as anybody knows. */
  fraction?: number;
}

/** Options of everything that reads a recording. */
export interface SoundOptions {
  /** Cancels it. */
  signal?: AbortSignal | undefined;
  /** Told how far it is. */
  onProgress?: ((progress: SoundProgress) => void) | undefined;
}

/** Options of `probe`. */
export interface ProbeOptions {
  /** Cancels it. */
  signal?: AbortSignal | undefined;
  /** Models to be asked whether they take it. Default: one of each family. */
  models?: string[] | undefined;
}

/** What is known of a recording. */
export interface ProbedAudio {
  /** The format of the file, by its usual ending: `"wav"`, `"mp4"`, `"webm"`. Missing where it is none that is known. */
  container?: string;
  /** The same as a media type. */
  mediaType?: string;
  /** As ffmpeg calls it: `"pcm_s16le"`, `"aac"`, `"opus"`. */
  codec?: string;
  /** Samples per second. */
  sampleRate?: number;
  /** Channels of its sound; of a video, of its first track of sound. */
  channels?: number;
  /** How long it lasts. */
  durationMs?: number;
  /** What models say of the file as it is, by their names. */
  models: Record<string, ModelVerdict>;
}

/** Whether a model takes a file: in the request itself or, if it is one for files, behind an address. */
export interface ModelVerdict {
  /** Whether it does, as far as headers and size tell. */
  takes: boolean;
  /** What `transcribe` would fail with. */
  code?: ErrorCode;
  /** Why not, and what to do. */
  why?: string;
}

/** Options of `crop`. */
export interface CropOptions extends SoundOptions {
  /** Where the piece begins, in milliseconds. Default: 0. */
  fromMs?: number | undefined;
  /** Where it ends. Default: with the recording. */
  toMs?: number | undefined;
}

/** Options of `segments`. */
export interface SegmentsOptions extends SoundOptions {
  /** The model whose limits count: its seconds, and its bytes after base64. Default: `"qwen3-asr-flash"`. */
  model?: string | undefined;
  /** No segment is longer, in milliseconds; 1000 at least. Default: what the model takes as WAV. */
  maxMs?: number | undefined;
  /** From this length on, a segment ends at the next clear pause. Default: `maxMs`. */
  targetMs?: number | undefined;
  /** A pause of this length ends a segment, and is left out. Default: 3000. */
  silenceMs?: number | undefined;
}

/** A piece of a recording, between two pauses. */
export interface AudioSegment {
  /** The how many-th, from 0. */
  index: number;
  /** Where it begins in the recording, exact to the sample. */
  fromMs: number;
  /** Where it ends. */
  toMs: number;
  /** How much of it is speech. */
  speechMs: number;
  /**
   * How it ends: in a silence that is left out, in a pause, with the recording; or, where nobody paused, at the quietest place
   * before the limit (`"voice"`), where a word may be cut.
   */
  ending: "silence" | "pause" | "voice" | "end";
  /** Its samples: 16 kHz, one channel, 16 bits. */
  samples: Int16Array<ArrayBuffer>;
  /** The same as a WAV file. */
  toWav(): Blob;
  /**
   * The same as Opus in Ogg, a tenth as large; nothing where the browser does not encode it. It is encoded away from the thread of
   * the page. `signal` ends that, with an error whose code is `"aborted"`.
   */
  toOpus(options?: { signal?: AbortSignal | undefined }): Promise<Blob | undefined>;
}
