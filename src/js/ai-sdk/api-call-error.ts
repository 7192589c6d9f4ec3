// Our errors as the AI SDK's, so that it repeats what may be repeated, and `APICallError.isInstance` knows them.
//
// The SDK tells its errors by marks, not by classes, so that those of several versions know each other; an error of ours gets
// them and stays what it is. Public source: ai-sdk.dev, "AI_APICallError"; packages/provider/src/errors of vercel/ai.

import type { AsrError } from "../api.js";
import type { Recorded } from "./recorder.js";

const NAME = "AI_APICallError";
const MARKS = ["vercel.ai.error", `vercel.ai.error.${NAME}`].map((mark) => Symbol.for(mark));

/** The headers by which the SDK finds out how long to wait. */
const WAITS = ["retry-after", "retry-after-ms"];

/**
 * Marks an error of the service, or of the way there. `repeatable`: whether the whole call may be made again at all.
 * What was cancelled, or refused before anything was sent, is no error of a call to an API.
 */
export function asApiCallError(error: AsrError, { origin, headers }: Recorded, repeatable: boolean): AsrError {
  if (origin === undefined || error.code === "aborted" || error.code === "invalid_option") return error;
  const waits = WAITS.map((name) => [name, headers?.get(name)]).filter(([, value]) => value);
  return Object.assign(error, {
    ...Object.fromEntries(MARKS.map((mark) => [mark, true])),
    // Also because the SDK never repeats what is called TimeoutError, which it takes for its caller's own limit.
    name: NAME,
    url: origin,
    requestBodyValues: {}, // the audio, which is nobody's business
    statusCode: error.status,
    responseHeaders: Object.fromEntries(waits),
    isRetryable: repeatable && error.retryable,
  });
}
