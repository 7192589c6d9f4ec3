// A Blob's bytes, piece by piece, so that a long recording does not leave as much garbage behind as it has bytes before
// anybody collects it.

import type { AsrError } from "./errors.js";
import { failure } from "./failure.js";

/**
 * Readers that somebody waits for. Chromium collects the stream of a Blob as garbage, although bytes of it are asked for, where
 * nothing else in the page leads to it: they never come then (seen with 156; `tests/js/blob-garbage.test.mjs`).
 */
const waitedFor = new Set<ReadableStreamBYOBReader>();

/**
 * Reads a Blob from its beginning to its end, `size` bytes at a time, into one buffer that is filled again and again where the
 * runtime can do that ("BYOB" readers).
 *
 * The bytes may be overwritten when the next are asked for.
 */
export async function* readBlob(blob: Blob, size: number): AsyncGenerator<Uint8Array, void> {
  const reader = blob.size > size ? byteReader(blob) : undefined;
  let buffer = reader && new ArrayBuffer(size);
  if (reader) waitedFor.add(reader);
  try {
    for (let at = 0; at < blob.size; ) {
      let bytes: Uint8Array;
      if (reader && buffer) {
        [bytes, buffer] = await fill(reader, buffer, Math.min(size, blob.size - at));
      } else {
        bytes = new Uint8Array(await blob.slice(at, at + size).arrayBuffer());
      }
      if (bytes.length === 0) throw new Error("it has become shorter");
      at += bytes.length;
      yield bytes;
    }
  } catch (thrown) {
    throw unreadable(thrown);
  } finally {
    if (reader) {
      waitedFor.delete(reader);
      reader.cancel().catch(() => {});
    }
  }
}

/**
 * The same in pieces that are longer than a stream's own chunks: these are copied together, and each is let go at once
 * instead of when somebody collects it, where the runtime can do that (`ArrayBuffer.prototype.transfer`).
 */
export async function* gatherBlob(blob: Blob, size: number): AsyncGenerator<Uint8Array, void> {
  const piece = new Uint8Array(Math.min(size, blob.size));
  let filled = 0;
  let left = blob.size;
  const reader = blob.stream().getReader();
  try {
    while (left > 0) {
      const { value } = await reader.read();
      if (!value) throw new Error("it has become shorter");
      for (let at = 0; at < value.length; ) {
        const part = value.subarray(at, at + piece.length - filled);
        piece.set(part, filled);
        at += part.length;
        filled += part.length;
        left -= part.length;
        if (filled === piece.length || left === 0) {
          yield piece.subarray(0, filled);
          filled = 0;
        }
      }
      // A Blob of somebody's own may give views on memory that is still needed.
      if (blob instanceof Blob) (value.buffer as { transfer?(length: number): unknown }).transfer?.(0);
    }
  } catch (thrown) {
    throw unreadable(thrown);
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** The error of a Blob whose bytes are not there any more. */
export function unreadable(thrown: unknown): AsrError {
  return failure("invalid_audio", "the file cannot be read; was it moved or deleted?", thrown);
}

/**
 * Fills the buffer, which is given away and comes back with each answer, up to `length`. The end is never read: Workers of a
 * compatibility date before 2024-05-13 keep the buffer then (https://developers.cloudflare.com/workers/configuration/compatibility-flags/,
 * `internal_stream_byob_return_view`).
 */
async function fill(
  reader: ReadableStreamBYOBReader,
  buffer: ArrayBuffer,
  length: number,
): Promise<[Uint8Array, ArrayBuffer]> {
  let own = buffer;
  for (let filled = 0; filled < length; ) {
    const { value } = await reader.read(new Uint8Array(own, filled));
    if (!value?.length) return [new Uint8Array(), own];
    own = value.buffer;
    filled += value.length;
  }
  return [new Uint8Array(own, 0, length), own];
}

/** `undefined` where this runtime has none (Safari). */
function byteReader(blob: Blob): ReadableStreamBYOBReader | undefined {
  try {
    return blob.stream().getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
