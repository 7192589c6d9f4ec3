// What a recording looks like: its loudest moments, for the waveform.

import { channelsOf, decode } from "./decoding.ts";

/** Decoding takes many times the file's size in memory; a picture is not worth more than this. */
const LARGEST_FILE = 24_000_000;

export interface Outline {
  readonly seconds: number;
  /** Loudest sample of each stretch, between 0 and 1. */
  readonly peaks: readonly number[];
}

/** What a recording looks like; `undefined` where the browser cannot decode it, which is no obstacle to sending it. */
export async function outlineOf(blob: Blob, stretches = 400): Promise<Outline | undefined> {
  if (blob.size > LARGEST_FILE) return undefined;
  try {
    const buffer = await decode(blob);
    const samples = channelsOf(buffer)[0] ?? new Float32Array();
    return { seconds: buffer.duration, peaks: peaksOf(samples, stretches) };
  } catch {
    return undefined;
  }
}

/** A line instead of a picture, for what is too large to look at; only its length is known. */
export function plainOutline(seconds: number): Outline {
  return { seconds, peaks: [0.02] };
}

function peaksOf(samples: Float32Array, stretches: number): number[] {
  const length = Math.max(1, Math.floor(samples.length / stretches));
  return Array.from({ length: stretches }, (_, stretch) => {
    let peak = 0;
    for (let at = stretch * length; at < Math.min(samples.length, (stretch + 1) * length); at++) {
      peak = Math.max(peak, Math.abs(samples[at] ?? 0));
    }
    return peak;
  });
}
