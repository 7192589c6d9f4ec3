// Files of a transcript. How cues are made is told in src/subtitle.rs.

import type { SubtitleOptions, Transcript } from "../../target/js/glue.js";
import { json } from "./data.js";
import { formats } from "./formats.js";
import { wordsOf } from "./formats-words.js";

/** The transcript as SubRip (.srt). */
export function toSrt(transcript: Transcript, options?: SubtitleOptions): string {
  return write("srt", transcript, options);
}

/** The transcript as WebVTT (.vtt), with a voice tag for each speaker. */
export function toVtt(transcript: Transcript, options?: SubtitleOptions): string {
  return write("vtt", transcript, options);
}

/** The transcript as plain text, with a line for each turn where speakers or channels are labelled. */
export function toText(transcript: Transcript, options?: SubtitleOptions): string {
  return write("text", transcript, options);
}

/** The transcript as JSON text, the same members as the object has. */
export function toJson(transcript: Transcript): string {
  return write("json", transcript, undefined);
}

function write(format: string, transcript: Transcript, options: SubtitleOptions | undefined): string {
  const texts = [json(transcript, "transcript"), json(options, "subtitle option")] as const;
  return formats.call((glue) => glue.writeTranscript(format, ...texts, wordsOf));
}
