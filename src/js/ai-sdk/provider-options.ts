// `providerOptions.dashscope`: the options of `Transcriber`, checked by it, told of by the path that the caller knows.

import {
  type AsrError,
  InvalidOptionError,
  type LiveOptions,
  type TranscribeCallOptions,
  type TranscribeOptions,
} from "../api.js";

/** The options of `providerOptions.dashscope`: those of `Transcriber`, apart from what the AI SDK says itself. */
export type DashScopeTranscriptionOptions = Omit<TranscribeOptions, "model"> &
  Pick<TranscribeCallOptions, "longAudio" | "timeout">;

/** The options of `providerOptions.dashscope` of a stream: those of `live`, apart from what the AI SDK says itself. */
export type DashScopeStreamOptions = Omit<LiveOptions, "model" | "sampleRate" | "format">;

/** What the SDK says itself, and where. */
const ELSEWHERE = {
  model: "name it in transcription(…)",
  signal: "give transcribe() an abortSignal",
  headers: "give transcribe() the headers",
  maxRetries: "give transcribe() maxRetries",
  onProgress: "the AI SDK has no progress of a transcription",
};

const ELSEWHERE_OF_STREAMS = {
  model: ELSEWHERE.model,
  format: "give experimental_streamTranscribe() an inputAudioFormat of the type audio/ogg",
  sampleRate: "give experimental_streamTranscribe() an inputAudioFormat with a rate",
  signal: "give experimental_streamTranscribe() an abortSignal",
};

const PLACE = "providerOptions.dashscope";

/** The options of a call. Their values are left to the client, who has the rules. */
export function ownOptions(all: Record<string, unknown> | undefined): DashScopeTranscriptionOptions {
  return read(all, ELSEWHERE);
}

/** The same of a stream. */
export function liveOptions(all: Record<string, unknown> | undefined): DashScopeStreamOptions {
  return read(all, ELSEWHERE_OF_STREAMS);
}

function read(all: Record<string, unknown> | undefined, elsewhere: Record<string, string>): object {
  const given = own(all).dashscope;
  if (given === undefined || given === null) return own({});
  if (typeof given !== "object" || Array.isArray(given)) throw refused(PLACE, "expected an object of options");
  const options: object = own(given);
  for (const [name, problem] of Object.entries(elsewhere))
    if (name in options) throw refused(`${PLACE}.${name}`, problem);
  return options;
}

/** The client's refusal of one of these options, with the path to it. */
export function located(error: AsrError, given: object): AsrError {
  if (error.code !== "invalid_option" || error.field === undefined) return error;
  const { code, field, message, retryable } = error;
  const [first = ""] = field.split(/[.[]/, 1);
  const { longAudio } = given as DashScopeTranscriptionOptions;
  const isOfTask = typeof longAudio === "object" && first in own(longAudio);
  if (!(first in given) && !isOfTask) return error;
  const place = first in given ? PLACE : `${PLACE}.longAudio`;
  return new InvalidOptionError({ code, message: `${place}.${message}`, field: `${place}.${field}`, retryable });
}

/** The error for something that only the AI SDK's side of a call knows. */
export function refused(field: string, problem: string): AsrError {
  return new InvalidOptionError({ code: "invalid_option", message: `${field}: ${problem}`, field, retryable: false });
}

/** A caller's members, and nothing inherited. */
export function own<Given extends object>(given: Given | undefined): Given {
  return { __proto__: null, ...given } as unknown as Given;
}
