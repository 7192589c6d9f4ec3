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
export { Batch, type FileResult, Task, type WaitOptions } from "./service.js";
export { toJson, toSrt, toText, toVtt } from "./subtitles.js";
export { type TranscribeCallOptions, Transcriber } from "./transcriber.js";
export { TranscriptStream } from "./transcript-stream.js";
export type { Vocabularies } from "./vocabularies.js";

/** The version of the package. */
export const version: string = crateVersion;
