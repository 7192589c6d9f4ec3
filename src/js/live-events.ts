// What a live transcription tells.

import type { Segment, Transcript } from "../../target/js/glue.js";

/** A sentence, with a number that it keeps while its text changes. */
export type LiveSegment = Segment & { id: number };

/** What happens while somebody speaks. Times are those of the audio that was sent, whatever the connection did. */
export type LiveEvent =
  /** A sentence so far, in place of what was told of it before; `text` is everything heard so far. */
  | { type: "partial"; segment: LiveSegment; text: string }
  /** A sentence that will not change any more. */
  | { type: "final"; segment: LiveSegment; text: string }
  /** Somebody begins or stops to speak. Qwen3-ASR. */
  | { type: "speech"; speaking: boolean; atMs: number }
  /** What became of the connection. `"paused"` with the reason `"silence"`: the next sound opens another. */
  | { type: "state"; state: "connecting" | "open" | "reconnecting" | "paused" | "closed"; reason?: string }
  /** The end. */
  | { type: "done"; transcript: Transcript };
