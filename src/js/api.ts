// What every entry exports.

import { version as crateVersion } from "./version.js";

export type {
  AudioInput,
  Channel,
  ClientSettings,
  Delta,
  Done,
  FileStatus,
  HotWord,
  LiveFormat,
  LiveOptions,
  Message,
  NewVocabulary,
  Progress,
  Protocol,
  Region,
  Revision,
  Role,
  Segment,
  SubtitleOptions,
  TaskFilter,
  TaskPage,
  TaskRecord,
  TaskState,
  TaskStatus,
  Token,
  TranscribeOptions,
  Transcript,
  TranscriptEvent,
  TurnDetection,
  Usage,
  Vocabulary,
  Word,
} from "../../target/js/glue.js";
export { type DataUrlOptions, encodeWav, sniffMediaType, toDataUrl } from "./audio.js";
export type { CallOptions, RequestOptions, TranscriberOptions } from "./call.js";
export {
  AbortError,
  AsrError,
  AuthenticationError,
  BadRequestError,
  BillingError,
  ConflictError,
  ConnectionError,
  ContentFilterError,
  type ErrorCode,
  InternalError,
  InvalidAudioError,
  InvalidOptionError,
  InvalidResponseError,
  isAsrError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  ServerError,
  StreamInterruptedError,
  TimeoutError,
} from "./errors.js";
export {
  EventParser,
  type EventParserError,
  type EventParserOptions,
  EventStream,
  type ServerSentEvent,
} from "./event-parser.js";
export type { LiveEvent, LiveSegment } from "./live-events.js";
export { type LiveCallOptions, LiveTranscript } from "./live-transcript.js";
export type { SplitCallOptions } from "./long-audio.js";
export type { Gap, LongEvent, LongTranscript, Repetition } from "./long-events.js";
export { type ModelInfo, modelInfo } from "./model-info.js";
export type { ResumePoint } from "./resume-point.js";
export { Batch, type FileResult, Task, type WaitOptions } from "./service.js";
export { crop, probe, segments, toWav } from "./sound.js";
export type {
  AudioSegment,
  CropOptions,
  ModelVerdict,
  ProbedAudio,
  ProbeOptions,
  SegmentsOptions,
  SoundOptions,
  SoundProgress,
} from "./sound-options.js";
export { toJson, toSrt, toText, toVtt } from "./subtitles.js";
export { type TranscribeCallOptions, Transcriber } from "./transcriber.js";
export { type StreamEvent, TranscriptStream } from "./transcript-stream.js";
export type { Vocabularies } from "./vocabularies.js";

/** The version of the package. */
export const version: string = crateVersion;
