// What a long recording tells while it is transcribed piece by piece, and what it becomes.

import type { Segment, Transcript } from "../../target/js/glue.js";
import type { AsrError } from "./errors.js";
import type { ResumePoint } from "./resume-point.js";

/** A stretch of a recording that nobody has heard: its piece has failed, and was tried again in vain. */
export interface Gap {
  /** Where it begins, in milliseconds of the recording. */
  beginMs: number;
  /** Where it ends. */
  endMs: number;
  /** Why. */
  error: AsrError;
}

/** A phrase that the model said over and over, as it does in silence and in noise. In the text it stands once. */
export interface Repetition {
  /** Where the piece begins in which it stood. */
  beginMs: number;
  /** Where it ends. */
  endMs: number;
  /** What was said. */
  phrase: string;
  /** How often the model has said it. */
  times: number;
}

/** What came of a recording of any length: with `longAudio: "split"` and `"auto"`. */
export interface LongTranscript extends Transcript {
  /** In one request, in pieces, or as a task. */
  way: "direct" | "split" | "task";
  /** What is missing in the text, in order; empty where nothing is. */
  gaps: Gap[];
  /** What was collapsed in it. */
  repetitions: Repetition[];
}

/** One step of a recording of any length, in the order of the recording. */
export type LongEvent =
  | {
      type: "delta";
      /** What is new. */
      delta: string;
      /** All text so far. */
      text: string;
      /** The sentences of what is new; where the model gives no times, a piece is one. */
      segments?: Segment[];
      /** Nothing is new, but something is missing here. */
      gap?: Gap;
      /** All that is known by now, also of later pieces. */
      resume?: ResumePoint;
    }
  /** Earlier text was changed. Only of what goes in one request. */
  | { type: "revision"; text: string }
  /** The end. */
  | { type: "done"; transcript: LongTranscript };
