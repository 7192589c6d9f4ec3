// Transcripts and refusals as OpenAI writes them (https://platform.openai.com/docs/api-reference/audio).
//
// Members that its types require and no model here tells (tokens, probabilities) are empty or 0, which says nothing.

import type { OpenAiPlan, Segment, Transcript } from "../../../target/js/relay-glue.js";
import { toSrt, toVtt } from "../api.js";
import { ANSWER_HEADERS, type RefusalError } from "./refusal.js";

/** The body of an answer. */
export function written(transcript: Transcript, plan: OpenAiPlan): string {
  const { text } = transcript;
  switch (plan.format) {
    case "text":
      return `${text}\n`;
    case "srt":
      return toSrt(transcript);
    case "vtt":
      return toVtt(transcript);
    case "json":
      return JSON.stringify({ text, usage: tokens(transcript) ?? seconds(transcript) });
    default:
      return JSON.stringify(verbose(transcript, plan));
  }
}

/** The last event of a stream. */
export function done(transcript: Transcript): string {
  return JSON.stringify({ type: "transcript.text.done", text: transcript.text, usage: tokens(transcript) });
}

/** A refusal. A file that is no audio is a bad request there. */
export function openAiRefusal({ refused, headers }: RefusalError, requestId: string): Response {
  const status = refused.status === 415 ? 400 : refused.status;
  return Response.json(errorOf(refused), {
    status,
    headers: { ...ANSWER_HEADERS, ...headers, "x-request-id": requestId },
  });
}

/** An error: https://platform.openai.com/docs/guides/error-codes */
export function errorOf({ status, code, message, param }: RefusalError["refused"]) {
  const type = status === 429 ? "requests" : status >= 500 ? "server_error" : "invalid_request_error";
  const known = CODES.find(([ours]) => code.startsWith(ours));
  return { error: { message, type, param: param ?? null, code: known?.[1] ?? code } };
}

/** Codes that its clients know by another name. */
const CODES = [
  ["InvalidApiKey", "invalid_api_key"],
  ["Throttling", "rate_limit_exceeded"],
  ["Arrearage", "insufficient_quota"],
  ["AllocationQuota", "insufficient_quota"],
  ["ModelNotFound", "model_not_found"],
] as const;

function verbose(transcript: Transcript, { format, segments, words, language }: OpenAiPlan) {
  const { text, segments: spoken } = transcript;
  const known = transcript.language ?? spoken.find(({ language }) => language)?.language ?? language;
  const isDiarized = format === "diarized_json";
  return {
    task: "transcribe",
    language: isDiarized ? undefined : nameOf(known),
    duration: transcript.duration ?? (spoken.at(-1)?.endMs ?? 0) / 1000,
    text,
    words: words
      ? spoken.flatMap(({ words }) => words).map((word) => ({ word: word.text.trim(), ...times(word) }))
      : undefined,
    segments: segments ? (isDiarized ? spoken.map(diarizedSegment) : spoken.map(verboseSegments(text))) : undefined,
    usage: seconds(transcript),
  };
}

/** Texts with the white space before them, so that all in a row are the whole, as with OpenAI's. */
function verboseSegments(whole: string) {
  let said = 0;
  return (segment: Segment, id: number) => {
    const text = segment.text.trim();
    const at = whole.indexOf(text, said);
    const gap = at < 0 ? "" : whole.slice(said, at);
    if (at >= 0) said = at + text.length;
    return {
      ...{ id, seek: 0, ...times(segment), text: gap.trim() ? text : gap + text, tokens: [] },
      ...{ temperature: 0, avg_logprob: 0, compression_ratio: 0, no_speech_prob: 0 },
    };
  };
}

/** Speakers have letters. */
function diarizedSegment(segment: Segment, index: number) {
  const speaker = String.fromCharCode(65 + (segment.speakerId ?? 0));
  return { type: "transcript.text.segment", id: `seg_${index}`, ...times(segment), text: segment.text.trim(), speaker };
}

function times({ beginMs, endMs }: { beginMs: number; endMs: number }) {
  return { start: beginMs / 1000, end: endMs / 1000 };
}

/** Tokens, where those of input and output were told. */
function tokens({ usage: { inputTokens: input, outputTokens: output } = {} }: Transcript) {
  if (input === undefined || output === undefined) return undefined;
  return { type: "tokens", input_tokens: input, output_tokens: output, total_tokens: input + output };
}

function seconds({ duration }: Transcript) {
  return duration === undefined ? undefined : { type: "duration", seconds: duration };
}

/** Languages are English names: "english". */
function nameOf(language: string | undefined): string {
  if (language === undefined) return "unknown";
  return new Intl.DisplayNames("en", { type: "language" }).of(language)?.toLowerCase() ?? language;
}
