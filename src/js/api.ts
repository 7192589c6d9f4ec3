// What every entry exports.

import { version as crateVersion } from "./version.js";

export type {
  AudioInput,
  Channel,
  ClientSettings,
  Delta,
  Done,
  Message,
  Progress,
  Protocol,
  Region,
  Revision,
  Role,
  Segment,
  TranscribeOptions,
  Transcript,
  TranscriptEvent,
  Usage,
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
export { EventParser, type EventParserOptions, EventStream, type ServerSentEvent } from "./event-parser.js";
export { Transcriber } from "./transcriber.js";
export { TranscriptStream } from "./transcript-stream.js";

/** The version of the package. */
export const version: string = crateVersion;
