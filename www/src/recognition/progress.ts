// How far a recognition is, and where it is asked for.

import type { ResumePoint } from "dashscope-asr";
import type { RunningTask } from "dashscope-asr/recorder";

/** Where the page's own edge function listens; the package appends DashScope's paths. */
export const BASE_URL = "/api";

/** What is happening. The last four are those of a task. */
export type Step =
  | "preparing"
  | "converting"
  | "sending"
  | "waiting"
  | "writing"
  /** Piece by piece. */
  | "hearing"
  | "uploading"
  | "queued"
  | "recognising"
  | "downloading";

export interface Progress {
  onStep(step: Step): void;
  /** All of the text so far; earlier words may have changed. */
  onText(text: string): void;
  /** How far an upload is, in bytes. */
  onUpload(loaded: number, total: number): void;
  /** How many pieces are through, of those that are known; there will be more until all were found. */
  onPieces(pieces: { settled: number; known: number; isComplete: boolean }): void;
  /** What is known of a recording that goes in pieces, to go on with. */
  onKnown(resume: ResumePoint): void;
  /** Why it is not the quick way, in words. */
  onLongWay(words: string): void;
  /** There is a task now, or it is over and there is nothing more to wait for. */
  onTask(task: RunningTask | undefined): Promise<void>;
}
