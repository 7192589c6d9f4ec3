// The samples of a recording, 16 kHz and one channel: by the decoders of the part `sound`, or by those of the browser.

import type { AudioBytes } from "../audio-input.js";
import { decodedByPage, mayDecode } from "./page-decoders.js";
import type { Chunk, SoundTools } from "./tools.js";

/** Bytes read at a time: a second or ten of sound. */
const PIECE = 64 * 1024;

/** Whether it can be decoded here, as far as its first bytes say. */
export function isReadable(audio: Pick<AudioBytes, "head">, { call }: SoundTools): boolean {
  try {
    call(() => call((glue) => new glue.SoundReader(audio.head)).free());
    return true;
  } catch {
    return mayDecode();
  }
}

/** Reads from the first sample on. Where that is quicker, what is before `fromMs` is silence, and nothing is behind `toMs`. */
export async function* samplesOf(
  audio: AudioBytes,
  tools: SoundTools,
  fromMs: number,
  toMs: number,
): AsyncGenerator<Chunk, void, undefined> {
  const progress = { hasBegun: false };
  try {
    yield* decoded(audio, tools, progress);
  } catch (error) {
    const isTaken = progress.hasBegun && "take" in audio.bytes; // a stream can be read once
    if (isTaken || (error as { code?: string }).code !== "unsupported_format") throw error;
    const chunks = await decodedByPage(audio, tools, fromMs, toMs);
    if (!chunks) throw error;
    yield* chunks;
  }
}

async function* decoded(
  audio: AudioBytes,
  tools: SoundTools,
  progress: { hasBegun: boolean },
): AsyncGenerator<Chunk, void, undefined> {
  const { call } = tools;
  const reader = call((glue) => new glue.SoundReader(audio.head));
  try {
    let loaded = 0;
    progress.hasBegun = true;
    for await (const bytes of bytesOf(audio, tools)) {
      const samples = call(() => reader.push(bytes)) as Int16Array<ArrayBuffer>;
      loaded += bytes.length;
      if (samples.length > 0) yield { samples, fraction: audio.length && loaded / audio.length };
    }
    const samples = call(() => reader.finish()) as Int16Array<ArrayBuffer>;
    if (samples.length > 0) yield { samples, fraction: 1 };
  } finally {
    call(() => reader.free());
  }
}

async function* bytesOf({ bytes }: AudioBytes, { readBlob }: SoundTools): AsyncGenerator<Uint8Array, void, undefined> {
  if ("take" in bytes) return yield* bytes.take();
  if (!("byteLength" in bytes)) return yield* readBlob(bytes, PIECE);
  for (let at = 0; at < bytes.length; at += PIECE) {
    // Nothing is waited for here, and a page wants to be drawn between.
    if (at > 0) await new Promise((resolve) => setTimeout(resolve));
    yield bytes.subarray(at, at + PIECE);
  }
}
