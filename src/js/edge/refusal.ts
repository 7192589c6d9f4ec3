// Refusals of the relay's own. They look like the service's, so that clients need to understand one shape only.

import type { Refused } from "../../../target/js/relay-glue.js";

/** On everything that leaves the relay: answers are nobody else's business, and never a document. */
export const ANSWER_HEADERS = {
  "cache-control": "no-store, no-transform",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // For clients that would rather send audio as it is: see raw-upload.ts.
  "x-dashscope-relay": "transcribe",
} as const;

/** Ends a request with an answer of the relay's own. */
export class RefusalError extends Error {
  readonly refused: Refused;
  readonly headers: Record<string, string>;

  constructor(refused: Refused, headers: Record<string, string> = {}) {
    super(refused.message);
    this.refused = refused;
    this.headers = headers;
  }
}

/** A refusal to be thrown. */
export function refusal(status: number, code: string, message: string, headers?: Record<string, string>): RefusalError {
  return new RefusalError({ status, code, message }, headers);
}

/** The refusal that Rust has written, if it has. */
export function parsed(json: string | undefined): RefusalError | undefined {
  return json === undefined ? undefined : new RefusalError(JSON.parse(json));
}

/** The refusal as an answer. */
export function refusalResponse({ refused, headers }: RefusalError, requestId: string): Response {
  const { status, code, message, allow } = refused;
  const all = { ...ANSWER_HEADERS, "x-request-id": requestId, ...(allow ? { allow } : {}), ...headers };
  // https://www.rfc-editor.org/rfc/rfc9110#section-15.5.22
  if (status === 426) Object.assign(all, { upgrade: "websocket" });
  return Response.json({ code, message, request_id: requestId }, { status, headers: all });
}
