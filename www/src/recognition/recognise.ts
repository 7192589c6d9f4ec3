// In one request, in pieces, or as a task.

import type { ErrorCode, ResumePoint, Transcript } from "dashscope-asr";
import type { RunningTask } from "dashscope-asr/recorder";
import { loadPackage } from "../package.ts";
import { awaitTask, submitTask } from "./by-task.ts";
import { recogniseDirectly } from "./direct.ts";
import { recogniseInPieces } from "./in-pieces.ts";
import type { Plan } from "./plan.ts";
import type { Progress } from "./progress.ts";

/** What the service takes in one request: 10 MiB of base64, and five minutes. */
const QUICK_BYTES = 7_800_000;
export const QUICK_SECONDS = 300;

const TOO_MUCH: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["audio_too_long", "audio_too_large"]);

const TOO_LONG_WORDS = "Longer than five minutes";
const TOO_LARGE_WORDS = "Too large for one request";
const IN_PIECES_WORDS = "so it goes in pieces, and the words come as they are heard.";
const LONG_WAY_WORDS = "so the words come all at once, each with its time.";

export interface Work {
  readonly audio: Blob | string;
  /** As far as it is known. */
  readonly seconds: number | undefined;
  /** Submitted before, in this visit or in an earlier one. */
  readonly task: RunningTask | undefined;
  /** Known from before, of a recording that goes in pieces. */
  readonly known: ResumePoint | undefined;
  /** What was heard while it was spoken. */
  readonly heard: Promise<Transcript> | undefined;
  /** The largest form that the edge function passes on. */
  readonly maxUploadBytes: number | undefined;
}

/**
 * What was heard already; else the quick way where that is possible and wanted. What is too much for one request goes in pieces, where
 * this browser can read it, else the long way: upload, queue, recognition, download.
 */
export async function recognise(
  { audio, seconds, task, known, heard, maxUploadBytes }: Work,
  plan: Plan,
  signal: AbortSignal,
  progress: Progress,
): Promise<Transcript> {
  progress.onStep("preparing");
  const { isAsrError } = await loadPackage();
  if (task) return awaitTask(task, signal, progress);
  if (heard) {
    progress.onStep("writing");
    try {
      return await heard;
    } catch {
      // The recording is whole, and goes the usual way.
    }
    signal.throwIfAborted();
  }

  if (plan.direct) {
    let reason = tooMuch(audio, seconds);
    if (reason === undefined && !known) {
      try {
        return await recogniseDirectly(audio, { ...plan.direct, signal }, progress);
      } catch (error) {
        if (!isAsrError(error) || !TOO_MUCH.has(error.code)) throw error;
        reason = error.code === "audio_too_long" ? TOO_LONG_WORDS : TOO_LARGE_WORDS;
      }
    }
    if (typeof audio !== "string") {
      progress.onLongWay(`${reason ?? TOO_LONG_WORDS}, ${IN_PIECES_WORDS}`);
      try {
        return await recogniseInPieces(audio, { ...plan.direct, signal }, known, progress);
      } catch (error) {
        // This browser cannot read it, so nothing of it was sent.
        if (!isAsrError(error) || error.code !== "unsupported_format") throw error;
      }
    }
    progress.onLongWay(`${reason ?? TOO_LONG_WORDS}, ${LONG_WAY_WORDS}`);
  }
  signal.throwIfAborted();
  if (typeof audio !== "string") checkUpload(audio, maxUploadBytes);
  return awaitTask(await submitTask(audio, plan.byTask, signal, progress), signal, progress);
}

function tooMuch(audio: Blob | string, seconds: number | undefined): string | undefined {
  if (seconds !== undefined && seconds > QUICK_SECONDS) return TOO_LONG_WORDS;
  if (typeof audio !== "string" && audio.size > QUICK_BYTES) return TOO_LARGE_WORDS;
  return undefined;
}

/** Before an hour of somebody's upload is refused at its end. */
function checkUpload(audio: Blob, limit: number | undefined): void {
  if (limit === undefined || audio.size <= limit) return;
  throw new TooLargeForSite(
    `It has ${inMegabytes(audio.size)} and this site passes on at most ${inMegabytes(limit)}. Put it somewhere on the web ` +
      "and give its address instead, or save it as MP3 or Opus, which is much smaller.",
  );
}

/** Not the service's limit but this site's; the page says what to do. */
export class TooLargeForSite extends Error {}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}
