// What a recording is, by its headers: those that are read in Rust and, for what they do not tell, by mediabunny.

import type { AudioSource } from "../../../target/js/glue.js";
import type { AudioBytes } from "../audio-input.js";
import type { ProbedAudio } from "../sound-options.js";
import { factsByPage } from "./page-decoders.js";
import type { SoundTools } from "./tools.js";

/** How many milliseconds it lasts, as far as what was read of it tells. */
export function durationOf({ head, length, declared }: AudioSource, { call }: SoundTools): number | undefined {
  return JSON.parse(call((glue) => glue.describe(head, length, declared, "{}"))).durationMs;
}

export async function described(
  audio: AudioBytes,
  { call, look, readPart }: SoundTools,
  models: string,
): Promise<ProbedAudio> {
  const { bytes, declared, head, length } = audio;
  // What stands further on in a stream cannot be shown.
  const isStream = "take" in bytes;
  const read = (at: number, end: number) =>
    "byteLength" in bytes ? bytes.subarray(at, end) : readPart(bytes as Blob, at, end);
  const missing = (shown: Uint8Array) => call((glue) => glue.missingOfAll(shown, length));
  const seen = isStream ? head : await look(head, read, missing, length);
  const { models: verdicts, ...facts }: ProbedAudio = JSON.parse(
    call((glue) => glue.describe(seen, length, declared, models)),
  );
  const isWhole = facts.codec && facts.sampleRate && facts.channels && facts.durationMs !== undefined;
  const more = isWhole || isStream ? undefined : await factsByPage(audio);
  // Bytes that are no recording to us may be one to it, but to no model.
  return { ...facts, ...(facts.container && more), ...facts, models: verdicts };
}
