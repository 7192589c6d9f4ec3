// A recording of any length, in this page: cut at its pauses, several pieces under way at a time.

import type { CallOptions, ResumePoint, Transcript } from "dashscope-asr";
import { transcribeInPieces } from "dashscope-asr/recorder";
import { loadPackage } from "../package.ts";
import { BASE_URL, type Progress } from "./progress.ts";

/** Transcribes piece by piece; what is known is told each time, and what was known before is not sent again. */
export async function recogniseInPieces(
  audio: Blob,
  options: CallOptions & { signal: AbortSignal },
  known: ResumePoint | undefined,
  progress: Progress,
): Promise<Transcript> {
  const { Transcriber } = await loadPackage();
  progress.onStep("hearing");
  return transcribeInPieces(audio, {
    asr: new Transcriber({ baseURL: BASE_URL }),
    options: { ...options, longAudio: "split" },
    ...{ known, onText: progress.onText, onPieces: progress.onPieces, onKnown: progress.onKnown },
  });
}
