// Audio that becomes base64 while it flows, between what stands before and after it.

import { type Chunks, joined } from "./chunks.js";
import { callRelay } from "./policy.js";

type Bytes = Uint8Array<ArrayBuffer>;

const text = new TextEncoder();
const native = "toBase64" in Uint8Array.prototype;
const { Buffer } = globalThis as {
  Buffer?: { from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: string): string } };
};

/**
 * Bytes that become one string, a multiple of three. Strings are copied at once into memory that is used again, and the collector clears
 * away small ones by the way: of strings as long as a chunk it was 99 MB behind.
 */
const PIECE = 48 * 1024;

/** Length of the whole, where the audio has so many bytes. */
export function encodedLength(before: Uint8Array, audio: number, after: Uint8Array): number {
  return before.length + Math.ceil(audio / 3) * 4 + after.length;
}

/**
 * The bytes of the whole, chunk by chunk. As with the chunks of a body, what has been used up may be handed back, and is written again;
 * chunks of audio are handed back as soon as they are letters.
 */
export async function* encoded(before: Bytes, audio: Chunks, after: Bytes): Chunks {
  let spare = yield before;
  /** What does not fill a group of three bytes. */
  let rest: Bytes = new Uint8Array();
  let step = await audio.next();
  for (; !step.done; step = await audio.next(step.value)) {
    const bytes = step.value;
    const most = Math.ceil(bytes.length / 3) * 4;
    const room: Bytes = new Uint8Array(spare && spare.buffer.byteLength >= most ? spare.buffer : new ArrayBuffer(most));
    let begun = 0;
    let length = 0;
    if (rest.length > 0) {
      begun = Math.min(3 - rest.length, bytes.length);
      rest = joined([rest, bytes.subarray(0, begun)], rest.length + begun);
      if (rest.length === 3) {
        length = write(rest, room);
        rest = new Uint8Array();
      }
    }
    const end = bytes.length - ((bytes.length - begun) % 3);
    length += write(bytes.subarray(begun, end), room.subarray(length));
    if (end < bytes.length) rest = bytes.slice(end);
    spare = length > 0 ? yield room.subarray(0, length) : spare;
  }
  if (rest.length > 0) {
    const room: Bytes = new Uint8Array(4);
    write(rest, room);
    yield room;
  }
  yield after;
  return undefined;
}

/** Writes letters, and says how many. */
function write(bytes: Bytes, room: Bytes): number {
  let written = 0;
  for (let at = 0; at < bytes.length; at += PIECE) {
    const letters = lettersOf(bytes.subarray(at, at + PIECE));
    if (typeof letters === "string") text.encodeInto(letters, room.subarray(written));
    else room.set(letters, written);
    written += letters.length;
  }
  return written;
}

/** By the fastest way that this runtime has. */
function lettersOf(bytes: Bytes): string | Uint8Array {
  if (native) return (bytes as unknown as { toBase64(): string }).toBase64();
  if (Buffer) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return callRelay((glue) => glue.encodeBase64(bytes));
}
