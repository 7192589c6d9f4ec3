// Files of a transcript. How cues are made is told in src/subtitle.rs.

import type { SubtitleOptions, Transcript } from "../../target/js/glue.js";
import { formats } from "./formats.js";

/** The transcript as SubRip (.srt). */
export function toSrt(transcript: Transcript, options?: SubtitleOptions): string {
  return formats.call((glue) => glue.writeTranscript("srt", transcript, options));
}

/** The transcript as WebVTT (.vtt), with a voice tag for each speaker. */
export function toVtt(transcript: Transcript, options?: SubtitleOptions): string {
  return formats.call((glue) => glue.writeTranscript("vtt", transcript, options));
}

/** The transcript as plain text, with a line for each turn where speakers or channels are labelled. */
export function toText(transcript: Transcript, options?: SubtitleOptions): string {
  return formats.call((glue) => glue.writeTranscript("text", transcript, options));
}

/** The transcript as JSON text, the same members as the object has. */
export function toJson(transcript: Transcript): string {
  return formats.call((glue) => glue.writeTranscript("json", transcript, undefined));
}
