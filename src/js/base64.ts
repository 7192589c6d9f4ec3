// Base64 of audio by the fastest way that this runtime has, and into Blobs.

import { failure } from "./failure.js";
import { callCore } from "./instance.js";

/**
 * Bytes read and encoded at a time: a multiple of three, so that pieces join without padding. Their base64 has 64 KiB:
 * engines keep longer strings apart and collect them late, and the calls do not count any more.
 */
export const PIECE = 3 * 16 * 1024;

/** The same where the string itself is wanted: here long ones are better, because engines copy short ones that live on. */
export const TEXT_PIECE = 3 * 512 * 1024;

/** Letters gathered before they become a Blob. Each Blob is a message to another process in a browser. */
const BLOB = 512 * 1024;

/** What no runtime lacks in one form or another. */
interface Encoders {
  toBase64?(): string;
}
interface BufferClass {
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: string): string };
}

const native = "toBase64" in Uint8Array.prototype;
const Buffer = (globalThis as { Buffer?: BufferClass }).Buffer;

/**
 * Base64 with padding: a string from `Uint8Array.prototype.toBase64` (browsers since 2025, workerd, Deno, Bun, Node 25) or
 * Node's `Buffer`, elsewhere letters from the SIMD encoder of the core.
 */
export function encodeBase64(bytes: Uint8Array): string | Uint8Array {
  if (native) return (bytes as Encoders).toBase64!();
  // A view on the same memory, not a copy.
  if (Buffer) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return callCore((glue) => glue.encodeBase64(bytes));
}

/** Base64 as a string. */
export function base64Text(bytes: Uint8Array): string {
  const text = encodeBase64(bytes);
  return typeof text === "string" ? text : new TextDecoder().decode(text);
}

/** Cuts chunks of any length so that each but the last can be encoded by itself: a multiple of three bytes. */
export async function* threes(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let rest = new Uint8Array();
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.slice(whole);
    if (whole > 0) yield bytes.subarray(0, whole);
  }
  if (rest.length > 0) yield rest;
}

/**
 * Base64 on its way into Blobs: letters are gathered in one buffer that is used again and again, so that besides the Blobs
 * nothing of the audio's size is ever held.
 */
export class BlobWriter {
  readonly #blobs: Blob[] = [];
  readonly #letters: Uint8Array<ArrayBuffer>;
  readonly #text = new TextEncoder();
  #filled = 0;

  /** @param length how many letters will come, as far as that is known */
  constructor(length = BLOB) {
    this.#letters = new Uint8Array(Math.max(1, Math.min(length, BLOB)));
  }

  /** Encodes bytes; all but the last must be a multiple of three. */
  encode(bytes: Uint8Array): void {
    let base64 = encodeBase64(bytes);
    while (base64.length > 0) {
      if (this.#filled === this.#letters.length) this.#flush();
      const taken = Math.min(base64.length, this.#letters.length - this.#filled);
      const free = this.#letters.subarray(this.#filled, this.#filled + taken);
      if (typeof base64 === "string") {
        this.#text.encodeInto(base64, free);
        base64 = base64.slice(taken);
      } else {
        free.set(base64.subarray(0, taken));
        base64 = base64.subarray(taken);
      }
      this.#filled += taken;
    }
  }

  /** All Blobs, in order. */
  finish(): Blob[] {
    this.#flush();
    return this.#blobs;
  }

  #flush(): void {
    if (this.#filled === 0) return;
    this.#blobs.push(assembled([this.#letters.subarray(0, this.#filled)]));
    this.#filled = 0;
  }
}

/** A Blob of parts. */
export function assembled(parts: BlobPart[], type?: string): Blob {
  try {
    return new Blob(parts, type === undefined ? {} : { type });
  } catch (thrown) {
    throw failure("invalid_audio", "the request body cannot be assembled", thrown);
  }
}
