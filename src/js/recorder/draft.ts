// A recording on disk, as whoever made it knows it.

import type { ResumePoint, Transcript } from "../api.js";

/** A recognition that goes on at the service, whether this page is open or not. */
export interface RunningTask {
  /** What the service calls it. */
  readonly id: string;
  /** The result does not say. */
  readonly model: string | undefined;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
}

/** A stretch of a recording. */
export interface Stretch {
  /** Where it begins, in milliseconds. */
  readonly beginMs: number;
  /** Where it ends. */
  readonly endMs: number;
}

/** A recording that goes in pieces, from an open page. */
export interface KnownPieces {
  /** What is known of it: `resume` for the next call. */
  readonly resume: ResumePoint;
  /** It was under way when this was written, and nobody has cancelled it. */
  readonly isUnderWay: boolean;
  /** What is missing in the text, where it is there but for some pieces. */
  readonly gaps?: readonly Stretch[];
}

/** A recording that is kept on disk until its owner throws it away. */
export interface Draft {
  /** Found nowhere else. */
  readonly id: string;
  /** Of the audio; empty where nobody knows. */
  readonly mimeType: string;
  /** Milliseconds since 1970; 0 where nobody knows. */
  readonly startedAt: number;
  /** Where on the site it was made, for a site that has several places. */
  readonly place?: string;
  /** 0 where nobody knows. */
  seconds: number;
  /** What its owner calls it; else the name of the file. */
  name?: string;
  /** Where it came from, when that was not the microphone. */
  readonly origin?: "file" | { readonly url: string };
  /** Of what came from elsewhere: all of its audio is here. */
  isComplete?: boolean;
  /** The service is at work on it. */
  task?: RunningTask;
  /** Some of its pieces have been heard. */
  pieces?: KnownPieces;
  /** The last text that came back for it, as the owner may have edited it. */
  text?: string;
  /** What the service has made of it. */
  transcript?: Transcript;
}
