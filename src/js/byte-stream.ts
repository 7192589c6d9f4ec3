// A stream of audio bytes, read once, in chunks that are worth a turn.

import { failure } from "./failure.js";

/**
 * Bytes asked for at a time. A network gives four kilobytes, and every chunk is a turn through encoder and request: a
 * Worker on a small plan has ten milliseconds for all of them.
 */
const CHUNK = 48 * 1024;

/** A reader of either kind. `readAtLeast` is workerd's own: it waits until that many bytes are there, or the end. */
interface AnyReader {
  read(): Promise<{ done: boolean; value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
  readAtLeast?(least: number, into: Uint8Array): Promise<{ done: boolean; value?: unknown }>;
}

export class ByteStream {
  /** Length in bytes, where a header or the end told it. */
  length: number | undefined;
  readonly #reader: AnyReader;
  readonly #ahead: Uint8Array[] = [];
  #taken = false;

  /** Takes the stream for itself. */
  constructor(stream: ReadableStream<Uint8Array>, length: number | undefined) {
    this.length = length;
    this.#reader = readerOf(stream);
  }

  /** The first `count` bytes, or all there are; they are kept for `take`. */
  async lookAhead(count: number): Promise<Uint8Array> {
    const head = new Uint8Array(count);
    let filled = 0;
    for (let index = 0; filled < count; index++) {
      if (index === this.#ahead.length) {
        // No more than is needed: whoever refuses the audio by its head shall not have waited for the rest.
        const bytes = await this.#read(count - filled);
        if (!bytes) {
          this.length = filled;
          break;
        }
        this.#ahead.push(bytes);
      }
      const part = this.#ahead[index]!.subarray(0, count - filled);
      head.set(part, filled);
      filled += part.length;
    }
    return head.subarray(0, filled);
  }

  /** All chunks, from the first. A stream can be read once; whoever comes second is told so. */
  async *take(): AsyncGenerator<Uint8Array, void> {
    if (this.#taken) {
      throw failure("invalid_audio", "the audio stream was read already, it cannot be sent a second time");
    }
    this.#taken = true;
    try {
      for (let bytes = this.#ahead.shift(); bytes; bytes = this.#ahead.shift()) yield bytes;
      for (let bytes = await this.#read(CHUNK); bytes; bytes = await this.#read(CHUNK)) yield bytes;
    } finally {
      this.cancel();
    }
  }

  /** Whoever feeds the stream shall know that nobody listens any more. */
  cancel(): void {
    this.#taken = true;
    // A stream that failed before rejects that; one of somebody's own may not even know it.
    (async () => this.#reader.cancel())().catch(() => {});
  }

  async #read(least: number): Promise<Uint8Array | undefined> {
    const reader = this.#reader;
    let result: { done: boolean; value?: unknown };
    try {
      result = reader.readAtLeast
        ? await reader.readAtLeast(Math.min(least, CHUNK), new Uint8Array(CHUNK))
        : await reader.read();
    } catch (thrown) {
      throw failure("invalid_audio", "the audio stream failed while it was read", thrown);
    }
    const { done, value } = result;
    // At its end a chosen reader gives back the empty rest of the buffer.
    if (done && !(value as Uint8Array | undefined)?.byteLength) return undefined;
    const bytes = bytesOf(value);
    if (!bytes) throw failure("invalid_audio", "the audio stream gives something else than bytes (Uint8Array)");
    return bytes;
  }
}

function readerOf(stream: ReadableStream<Uint8Array>): AnyReader {
  if ("FixedLengthStream" in globalThis) {
    try {
      return stream.getReader({ mode: "byob" }) as unknown as AnyReader;
    } catch {
      // A stream that gives no bytes refuses, and is read as it comes.
    }
  }
  return stream.getReader();
}

/** Bytes in memory, as a view on them: of this realm or another. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    // Nothing is shown where the buffer was given away to another thread.
    if (value.byteLength === 0) return new Uint8Array();
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  const tag = Object.prototype.toString.call(value);
  if (tag !== "[object ArrayBuffer]" && tag !== "[object SharedArrayBuffer]") return undefined;
  const buffer = value as ArrayBuffer;
  return buffer.byteLength === 0 ? new Uint8Array() : new Uint8Array(buffer);
}
