// Failures that JavaScript itself notices: what it threw becomes the cause, its words are repeated.

import { type AsrError, type ErrorCode, toError } from "./errors.js";

/** Makes an error of this package. What is retryable is said by the code alone, as in the core. */
export function failure(code: ErrorCode, message: string, ...cause: [thrown?: unknown]): AsrError {
  const said = cause.length > 0 ? words(cause[0]) : "";
  const facts = { code, message: said ? `${message} (${said})` : message, retryable: RETRYABLE.has(code) };
  return toError(cause.length > 0 ? { ...facts, cause: cause[0] } : facts);
}

/** Of the codes that are used here. */
const RETRYABLE = new Set<ErrorCode>(["connection_error", "timeout"]);

function words(thrown: unknown): string {
  const { message } = (thrown ?? {}) as { message?: unknown };
  if (typeof message === "string") return message;
  return typeof thrown === "string" ? thrown : "";
}
