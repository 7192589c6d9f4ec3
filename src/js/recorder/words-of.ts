// The words of a recording.

import type { AsrError, SplitCallOptions, TranscribeCallOptions, Transcript } from "../api.js";
import { type PiecesRequest, transcribeInPieces } from "./in-pieces.js";
import type { SpeechClient } from "./speech-client.js";
import type { TranscriptionTrouble } from "./voice-note-state.js";

/** What models take at once; what is longer goes in pieces. */
const LONGEST_AT_ONCE_SECONDS = 300;

/** It was more than its seconds have said, and nothing of it was sent. */
const TOO_MUCH: ReadonlySet<string> = new Set(["audio_too_long", "audio_too_large"]);

/** The service could not read the bytes, but the browser that wrote them can. */
const WORTH_DECODING: ReadonlySet<string> = new Set(["unsupported_format", "invalid_audio"]);

const SAMPLE_RATE = 16_000;

/** How it is asked for, and who hears the words that have come. */
export interface WordsRequest extends Omit<PiecesRequest, "asr" | "options"> {
  readonly asr: SpeechClient;
  readonly seconds: number;
  readonly options: TranscribeCallOptions | SplitCallOptions;
  readonly signal: AbortSignal;
}

/** The transcript, with the text as it comes where that is possible. */
export async function wordsOf(audio: Blob, request: WordsRequest): Promise<Transcript> {
  const { signal } = request;
  try {
    return await ask(audio, request);
  } catch (error) {
    if (signal.aborted || !WORTH_DECODING.has((error as AsrError).code)) throw error;
    const wav = await decoded(audio).catch(() => undefined);
    if (!wav) throw error;
    return ask(wav, request);
  }
}

async function ask(audio: Blob, request: WordsRequest): Promise<Transcript> {
  const { asr, seconds, options, known, signal, onText } = request;
  if (isInPieces(options)) return transcribeInPieces(audio, { ...request, options: { ...options, signal } });
  if (options.longAudio !== undefined) return asr.transcribe(audio, { ...options, signal });
  const inPieces = (): Promise<Transcript> =>
    transcribeInPieces(audio, { ...request, options: { ...options, longAudio: "auto", signal } });
  if (known || seconds > LONGEST_AT_ONCE_SECONDS) return inPieces();
  try {
    const stream = asr.stream(audio, { ...options, signal });
    for await (const event of stream) if (event.type !== "done") onText(event.text);
    return await stream.final();
  } catch (error) {
    if (signal.aborted || !TOO_MUCH.has((error as AsrError).code)) throw error;
    return inPieces();
  }
}

function isInPieces(options: TranscribeCallOptions | SplitCallOptions): options is SplitCallOptions {
  return options.longAudio === "split" || options.longAudio === "auto";
}

async function decoded(audio: Blob): Promise<Blob> {
  const { encodeWav } = await import("../api.js");
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(await audio.arrayBuffer());
  return new Blob([encodeWav([sound.getChannelData(0)], SAMPLE_RATE)]);
}

/** What went wrong, as data. */
export function troubleOf(error: unknown): TranscriptionTrouble {
  const { code, message, retryable, requestId } = error as Partial<AsrError>;
  const isOurs = typeof code === "string" && typeof retryable === "boolean";
  return {
    code: isOurs ? code : "failed",
    message: message ?? String(error),
    // What is not ours is a file of the page that did not arrive, more often than not.
    retryable: isOurs ? retryable : true,
    requestId,
  };
}
