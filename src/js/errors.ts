// Errors as classes. Which one it is, what it says and whether to try again was decided in Rust (src/error.rs) or, of what
// JavaScript itself notices, in failure.ts.

import type { ErrorFacts } from "../../target/js/glue.js";
import type { ResumePoint } from "./resume-point.js";

/** The stable codes; see the README's table. */
export type ErrorCode =
  | "invalid_option"
  | "empty_audio"
  | "audio_too_large"
  | "audio_too_long"
  | "unsupported_format"
  | "invalid_audio"
  | "authentication"
  | "permission_denied"
  | "not_found"
  | "billing"
  | "rate_limit"
  | "bad_request"
  | "content_filtered"
  | "conflict"
  | "server_error"
  | "connection_error"
  | "timeout"
  | "aborted"
  | "stream_interrupted"
  | "invalid_response"
  | "internal_error";

/** Every failure of this package. The message says what is wrong and what to do; keys and audio are never in it. */
export class AsrError extends Error {
  /** What kind of failure this is; stable across versions. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** HTTP status, or the status that an error inside a stream carried. */
  readonly status: number | undefined;
  /** The service's own code, e.g. `"Throttling.RateQuota"`. */
  readonly serviceCode: string | undefined;
  /** The service's id of the failed request; quote it to support. */
  readonly requestId: string | undefined;
  /** Dotted path of the option at fault. */
  readonly field: string | undefined;
  /** Text that had arrived before a stream failed. */
  readonly partialText: string | undefined;
  /** Of a live transcription: the audio whose words are missing, as a WAV file, e.g. for `transcribe`. */
  declare readonly unsentAudio?: Uint8Array<ArrayBuffer>;

  /** Of a recording in pieces: what is known of it, for another call. */
  declare readonly resume?: ResumePoint;

  /** @internal */
  constructor(facts: ErrorFacts) {
    super(facts.message, "cause" in facts ? { cause: facts.cause } : undefined);
    // A literal, because bundlers rename classes.
    this.name = CLASSES.get(facts.code)?.[0] ?? "AsrError";
    this.code = facts.code as ErrorCode;
    this.retryable = facts.retryable;
    this.status = facts.status;
    this.serviceCode = facts.serviceCode;
    this.requestId = facts.requestId;
    this.field = facts.field;
    this.partialText = facts.partialText;
  }
}

/** An option is unknown, has the wrong type, or is not taken by the model: see `field`. */
export class InvalidOptionError extends AsrError {}
/** The audio was refused before any byte was sent, or the service could not read it: see `code`. */
export class InvalidAudioError extends AsrError {}
/** No key, a wrong key, or a key of another region. */
export class AuthenticationError extends AsrError {}
/** The key is good but may not do this. */
export class PermissionDeniedError extends AsrError {}
/** No such model, workspace, task or list. */
export class NotFoundError extends AsrError {}
/** The account is overdue or the product was not bought; waiting does not help. */
export class BillingError extends AsrError {}
/** Too many requests or tokens per minute; waiting helps. */
export class RateLimitError extends AsrError {}
/** The service refused the request. */
export class BadRequestError extends AsrError {}
/** The service's content inspection refused input or output. */
export class ContentFilterError extends AsrError {}
/** The resource is being changed by another request. */
export class ConflictError extends AsrError {}
/** The service failed. */
export class ServerError extends AsrError {}
/** The request did not reach the service, or no answer came back. */
export class ConnectionError extends AsrError {}
/** No answer within `timeout`. */
export class TimeoutError extends AsrError {}
/** Cancelled by the caller; `cause` is the signal's reason. */
export class AbortError extends AsrError {}
/** A streamed answer ended before it was complete: see `partialText`. */
export class StreamInterruptedError extends AsrError {}
/** The answer is not what the service documents. */
export class InvalidResponseError extends AsrError {}
/** A defect in this package. */
export class InternalError extends AsrError {}

/** A map, because a code may be any word that a service says, "constructor" among them. */
const CLASSES = new Map<string, [string, new (facts: ErrorFacts) => AsrError]>(
  Object.entries({
    invalid_option: ["InvalidOptionError", InvalidOptionError],
    empty_audio: ["InvalidAudioError", InvalidAudioError],
    audio_too_large: ["InvalidAudioError", InvalidAudioError],
    audio_too_long: ["InvalidAudioError", InvalidAudioError],
    unsupported_format: ["InvalidAudioError", InvalidAudioError],
    invalid_audio: ["InvalidAudioError", InvalidAudioError],
    authentication: ["AuthenticationError", AuthenticationError],
    permission_denied: ["PermissionDeniedError", PermissionDeniedError],
    not_found: ["NotFoundError", NotFoundError],
    billing: ["BillingError", BillingError],
    rate_limit: ["RateLimitError", RateLimitError],
    bad_request: ["BadRequestError", BadRequestError],
    content_filtered: ["ContentFilterError", ContentFilterError],
    conflict: ["ConflictError", ConflictError],
    server_error: ["ServerError", ServerError],
    connection_error: ["ConnectionError", ConnectionError],
    timeout: ["TimeoutError", TimeoutError],
    aborted: ["AbortError", AbortError],
    stream_interrupted: ["StreamInterruptedError", StreamInterruptedError],
    invalid_response: ["InvalidResponseError", InvalidResponseError],
    internal_error: ["InternalError", InternalError],
  }),
);

/** The shortest key that is looked for in texts: what is shorter is a placeholder. The service's have 35 characters and more. */
const SHORTEST_KEY = 8;

/** A key as it may stand in a text: plain, or in base64, of which one of three beginnings is at the seam of a group of letters. */
function formsOf(key: string | undefined): string[] {
  if (key === undefined || key.length < SHORTEST_KEY) return [];
  const groups = (text: string) => btoa(text.slice(0, text.length - (text.length % 3)));
  return [key, groups(key), groups(key.slice(1)), groups(key.slice(2))];
}

/**
 * What an effect has failed with is named by its own cause: the caller knows nothing of effects. Whoever was told the key may
 * repeat it, so it is taken out of every text before there is an error, whose stack has the message, too.
 */
function unpack(json: string, error: unknown, key: string | undefined): ErrorFacts {
  const forms = formsOf(key);
  const facts: ErrorFacts = JSON.parse(json, (name, value) =>
    typeof value === "string" && name !== "code"
      ? forms.reduce((text, form) => text.replaceAll(form, "(key)"), value)
      : value,
  );
  if (error instanceof AsrError) return "cause" in error ? { ...facts, cause: error.cause } : facts;
  return error === undefined ? facts : { ...facts, cause: error };
}

/** Whether a caught value is an error of this package; also true for one of another copy of it. */
export function isAsrError(value: unknown): value is AsrError {
  return (
    value instanceof AsrError ||
    (value instanceof Error && CLASSES.has((value as AsrError).code) && "retryable" in value)
  );
}

/**
 * Makes an error of facts, or of what Rust threw: `[json, cause]`, where the cause is an error of an effect, or nothing.
 * Anything else is a defect, and says so. `key` is the one that the call has used.
 */
export function toError(thrown: unknown, key?: string): AsrError {
  if (thrown instanceof AsrError) return thrown;
  const facts = (Array.isArray(thrown) ? unpack(thrown[0], thrown[1], key) : thrown) as Partial<ErrorFacts> | undefined;
  const known = facts && typeof facts === "object" && typeof facts.code === "string";
  const found = known ? CLASSES.get(facts.code as string) : undefined;
  if (found) return new found[1](facts as ErrorFacts);
  const message = `unexpected: ${thrown instanceof Error ? thrown.message : String(thrown)}. Please report this`;
  return new InternalError({ code: "internal_error", message, retryable: false, cause: thrown });
}
