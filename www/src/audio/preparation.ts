// Which recordings the browser decodes before they are sent, and how.

import type { ErrorCode } from "dashscope-asr";
import { loadPackage } from "../package.ts";
import { channelsOf, decode, SPEECH_SAMPLE_RATE } from "./decoding.ts";

/** Sent as they are. Everything else the browser decodes first, MP4 from Safari above all. */
const SENT_AS_THEY_ARE = new Set(["audio/wav", "audio/webm", "audio/ogg", "audio/mpeg", "audio/flac", "audio/aac"]);

/** The service could not read the bytes, but perhaps the browser can. */
export const WORTH_CONVERTING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unsupported_format", "invalid_audio"]);

/** The magic numbers are within this. */
const HEAD_BYTES = 4096;

export async function needsConversion(blob: Blob): Promise<boolean> {
  const { sniffMediaType } = await loadPackage();
  const head = new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer());
  const found = sniffMediaType(head);
  return found === undefined || !SENT_AS_THEY_ARE.has(found);
}

/** `undefined` when this browser cannot decode it. */
export async function convertToWav(blob: Blob): Promise<Blob | undefined> {
  const { encodeWav } = await loadPackage();
  let buffer: AudioBuffer;
  try {
    buffer = await decode(blob);
  } catch {
    return undefined;
  }
  return new Blob([encodeWav(channelsOf(buffer), SPEECH_SAMPLE_RATE)], { type: "audio/wav" });
}
