// What went wrong, in words.

import type { AsrError, ErrorCode } from "dashscope-asr";

/** Something that went wrong, in words for the person in front of the page. */
export interface Trouble {
  readonly title: string;
  readonly advice: string;
  readonly requestId?: string;
  readonly code?: string;
}

const TITLES: Record<ErrorCode, string> = {
  invalid_option: "One of the options does not fit",
  empty_audio: "There is no sound in this",
  audio_too_large: "This file is too large",
  audio_too_long: "This recording is too long",
  unsupported_format: "The service cannot read this kind of file",
  invalid_audio: "This does not seem to be a sound file",
  authentication: "The service did not accept the key",
  permission_denied: "The service refused this request",
  not_found: "The service does not know what was asked for",
  billing: "The account behind this site needs attention",
  rate_limit: "Too many requests just now",
  bad_request: "The service did not understand the request",
  content_filtered: "The service declined this content",
  conflict: "The service was busy with the same request",
  server_error: "The service had a problem",
  connection_error: "The service could not be reached",
  timeout: "The service took too long",
  aborted: "Cancelled",
  stream_interrupted: "The answer broke off",
  invalid_response: "The answer made no sense",
  internal_error: "Something broke in this page",
};

export function describeTrouble(error: unknown, isAsrError: (error: unknown) => error is AsrError): Trouble {
  if (!isAsrError(error)) {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      title: "Something unexpected went wrong",
      advice: `${sentence(detail)} Reload the page if it happens again.`,
    };
  }
  const { code, message, requestId, partialText } = error;
  const kept = partialText ? " The words that had arrived are below." : "";
  return {
    // Pages outlive the package that they were written for.
    title: TITLES[code] ?? "Something went wrong",
    advice: `${sentence(message)}${kept}`,
    code,
    ...(requestId ? { requestId } : {}),
  };
}

function sentence(text: string): string {
  return /[.!?。！？]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
