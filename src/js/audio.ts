// Audio without a client: data URLs, media types, WAV files.

import type { AudioInput } from "../../target/js/glue.js";
import { HEAD_LENGTH } from "./audio-input.js";
import { callEffects, NO_CLIENT, type RequestOptions, splitOptions } from "./call.js";
import { own, refused } from "./data.js";
import { formats } from "./formats.js";
import { callCore } from "./instance.js";

/** Options of `toDataUrl`. */
export interface DataUrlOptions extends Pick<RequestOptions, "signal" | "onProgress"> {
  /** Media type to write. Default: what the bytes say, else what the Blob declares, without parameters. */
  mediaType?: string | undefined;
}

/** Encodes a Blob, bytes or a stream as `data:<media type>;base64,…`, whatever its label says. */
export async function toDataUrl(
  audio: Exclude<AudioInput, string | URL>,
  options: DataUrlOptions = {},
): Promise<string> {
  const { mediaType, ...rest } = own(options);
  const effects = callEffects(NO_CLIENT, splitOptions(rest).request);
  try {
    const found = await effects.open(audio);
    const known =
      found.url !== undefined ? "" : callCore((glue) => glue.mediaType(found.head, HEAD_LENGTH, found.declared ?? ""));
    return await effects.dataUrl(callCore((glue) => glue.dataUrlPrefix(mediaType ?? known ?? "")));
  } finally {
    effects.close();
  }
}

/** The media type of audio by its first bytes (4 096 are plenty, but for what stands behind a long tag), `undefined` where they tell nothing. */
export function sniffMediaType(head: Uint8Array): string | undefined {
  return callCore((glue) => glue.mediaType(head, head.length, ""));
}

/**
 * Writes samples (−1 to 1, one array for each channel) as a WAV file that every model takes: 16 kHz, mono, 16 bits.
 *
 * Channels are averaged; another rate is resampled without aliasing.
 */
export function encodeWav(channels: Float32Array[], sampleRate: number): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(channels) || !channels.every(isFloat32Array)) {
    throw refused("channels", "expected a list of Float32Array, one for each channel");
  }
  return formats.call((glue) => glue.encodeWav(channels, sampleRate)) as Uint8Array<ArrayBuffer>;
}

/** Of this realm or another: an iframe, a test runner's own (jestjs/jest#11864). */
function isFloat32Array(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Float32Array]";
}
