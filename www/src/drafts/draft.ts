// A recording on disk, as the page knows it.

import type { Transcript } from "dashscope-asr";
import type { RunningTask } from "../recognition/progress.ts";

/** A recording that is kept on disk until its owner throws it away. */
export interface Draft {
  readonly id: string;
  readonly mimeType: string;
  /** Milliseconds since 1970; 0 where nobody knows. */
  readonly startedAt: number;
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
  /** The last text that came back for it, as the owner may have edited it. */
  text?: string;
  transcript?: Transcript;
}
