// A recording that goes in pieces, with what is known of it to go on with.

import type { AsrError, LongTranscript, Progress, ResumePoint, SplitCallOptions } from "../api.js";
import type { SpeechClient } from "./speech-client.js";

/** How far a recording is that goes in pieces. */
export type PiecesProgress = NonNullable<Progress["pieces"]>;

/** How it is asked for, and who hears of it. */
export interface PiecesRequest {
  /** The client. */
  readonly asr: Pick<SpeechClient, "stream">;
  /** Those of the call. */
  readonly options: SplitCallOptions;
  /** What an earlier call has told: its pieces are not sent again. What belongs to another recording or model is left out. */
  readonly known: ResumePoint | undefined;
  /** All of the text so far. */
  onText(text: string): void;
  /** How many pieces there are and how many are over. */
  onPieces(pieces: PiecesProgress): void;
  /** What is known now: to be kept, for the next call. */
  onKnown(resume: ResumePoint): void;
}

/** Transcribes piece by piece, and goes on where an earlier call has ended. Throws what `final()` of the stream throws. */
export async function transcribeInPieces(audio: Blob, request: PiecesRequest): Promise<LongTranscript> {
  const { asr, options, known } = request;
  const events = asr.stream(audio, {
    ...options,
    ...(known && { resume: known }),
    onProgress(progress) {
      options.onProgress?.(progress);
      if (options.signal?.aborted) return;
      if (progress.pieces) request.onPieces(progress.pieces);
      if (progress.resume) request.onKnown(progress.resume);
    },
  });
  try {
    for await (const event of events) if (event.type !== "done") request.onText(event.text);
    return (await events.final()) as LongTranscript;
  } catch (error) {
    // Of an older version, perhaps, or of another model.
    const { code, field } = error as Partial<AsrError>;
    if (!known || code !== "invalid_option" || !field?.startsWith("resume")) throw error;
    return transcribeInPieces(audio, { ...request, known: undefined });
  }
}
