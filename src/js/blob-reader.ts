// A Blob's bytes, piece by piece. One buffer is filled again and again where the runtime can do that ("BYOB" readers):
// otherwise a long recording leaves as much garbage behind as it has bytes, before anybody collects it.

import { failure } from "./failure.js";

/**
 * Reads a Blob from its beginning to its end, `size` bytes at a time.
 *
 * The bytes may be overwritten when the next are asked for.
 */
export async function* readBlob(blob: Blob, size: number): AsyncGenerator<Uint8Array, void> {
  const reader = blob.size > size ? byteReader(blob) : undefined;
  let buffer = reader && new ArrayBuffer(size);
  try {
    for (let at = 0; at < blob.size; ) {
      let bytes: Uint8Array;
      if (reader && buffer) {
        [bytes, buffer] = await fill(reader, buffer);
      } else {
        bytes = new Uint8Array(await blob.slice(at, at + size).arrayBuffer());
      }
      if (bytes.length === 0) throw new Error("it has become shorter");
      at += bytes.length;
      yield bytes;
    }
  } catch (thrown) {
    throw failure("invalid_audio", "the file cannot be read; was it moved or deleted?", thrown);
  } finally {
    reader?.cancel().catch(() => {});
  }
}

/** Fills the buffer, which is given away and comes back with each answer. */
async function fill(reader: ReadableStreamBYOBReader, buffer: ArrayBuffer): Promise<[Uint8Array, ArrayBuffer]> {
  let filled = 0;
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(buffer, filled));
    if (!value) return [new Uint8Array(), buffer];
    buffer = value.buffer;
    filled += value.length;
    if (done || filled === buffer.byteLength) return [new Uint8Array(buffer, 0, filled), buffer];
  }
}

/** `undefined` where this runtime has none (Safari). */
function byteReader(blob: Blob): ReadableStreamBYOBReader | undefined {
  try {
    return blob.stream().getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
