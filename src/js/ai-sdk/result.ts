// A transcript as the AI SDK has it.

import type { Segment, Transcript, Usage } from "../api.js";
import type { Recorded } from "./recorder.js";
import type {
  CallSettings,
  JsonObject,
  TimedText,
  TranscriptionResult,
  TranscriptionWarning,
} from "./specification.js";

/** The service's codes that ISO 639-1 has no word for: Cantonese is Chinese there, and Filipino Tagalog. */
const IN_TWO_LETTERS = new Map([
  ["yue", "zh"],
  ["fil", "tl"],
]);

/** What the AI SDK gets for a transcript. */
export function result(
  transcript: Transcript,
  { timestampGranularities = [] }: CallSettings,
  { timestamp, modelId, headers }: { timestamp: Date; modelId: string; headers?: Recorded["headers"] },
): TranscriptionResult {
  const { text, duration, usage, segments } = transcript;
  const words = segments.flatMap(wordsOf);
  return {
    text,
    segments: segments.map(({ text, beginMs, endMs }) => timed(text, beginMs, endMs)),
    ...(words.length > 0 && { words }),
    language: language(transcript.language),
    durationInSeconds: duration,
    warnings: warnings(transcript, words, timestampGranularities, modelId),
    ...(usage && { usage: json(usage) }),
    response: { timestamp, modelId: transcript.model ?? modelId, ...(headers && { headers: plain(headers) }) },
    providerMetadata: { dashscope: json(transcript) },
  };
}

/** What came as JSON is JSON, whatever its interface is called. */
function json(data: Transcript | Usage): JsonObject {
  return data as unknown as JsonObject;
}

function timed(text: string, beginMs: number, endMs: number): TimedText {
  return { text: text.trim(), startSecond: beginMs / 1000, endSecond: endMs / 1000 };
}

function wordsOf({ words }: Segment): TimedText[] {
  return words.map(({ text, punctuation, beginMs, endMs }) => timed(text + punctuation, beginMs, endMs));
}

function language(code: string | undefined): string | undefined {
  return code === undefined || code.length === 2 ? code : IN_TWO_LETTERS.get(code);
}

/** What was asked for and is not there. Where nobody spoke, nothing is missing. */
function warnings(
  { noSpeech, segments, finishReason }: Transcript,
  words: TimedText[],
  granularities: ("word" | "segment")[],
  modelId: string,
): TranscriptionWarning[] {
  const found: TranscriptionWarning[] = [];
  for (const [granularity, told, what] of [
    ["word", words, "words"],
    ["segment", segments, "sentences"],
  ] as const) {
    if (noSpeech || told.length > 0 || !granularities.includes(granularity)) continue;
    const details = `${modelId} told no times of ${what}`;
    found.push({ type: "unsupported", feature: "timestampGranularities", details });
  }
  if (finishReason === "length") found.push({ type: "other", message: "the text was cut at the model's limit" });
  return found;
}

/** Cookies are for whoever made the request, and for nobody's log. */
function plain(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name !== "set-cookie"));
}
