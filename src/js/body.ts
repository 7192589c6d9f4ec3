// A body recipe made real: a string, a Blob of pieces, or a stream of known length.

import type { AudioBytes } from "./audio-input.js";
import { assembled, BlobWriter, base64Text, encodeBase64, PIECE, TEXT_PIECE, threes } from "./base64.js";
import { gatherBlob, readBlob } from "./blob-reader.js";
import { ByteStream } from "./byte-stream.js";
import { failure } from "./failure.js";

/** Node makes a new buffer for every chunk of a Blob, whatever the reader; Chromium does with less when it fills ours. */
const isNode = "Buffer" in globalThis;

/** How the audio stands in a body: not at all, as base64, or as it is. */
export const NO_AUDIO = 0;
export const BASE64 = 1;
export const BYTES = 2;

/** Called with bytes done and, where known, in all. Throws to end the work. */
export type Done = (phase: "read" | "encode" | "send" | "upload", loaded: number, total: number | undefined) => void;

/** What a body is made for. */
export interface BodyWork {
  before: string;
  audio: typeof NO_AUDIO | typeof BASE64 | typeof BYTES;
  after: string;
  done: Done;
  /** Told when a streaming body failed on its way. */
  failed: (error: unknown) => void;
  /** Length of a body that flows. */
  length?: number;
}

/** The audio of a call, in as many bodies as the call has attempts. */
export class BodyAudio {
  readonly #audio: AudioBytes;
  /**
   * Base64 pieces, perhaps still to come: attempts after the first encode nothing. Where the first ran out of time over a
   * slow stream, the next waits for the same reading of it.
   */
  #encoded: Promise<Blob[]> | undefined;

  constructor(audio: AudioBytes) {
    this.#audio = audio;
  }

  /**
   * Whether it can be read a second time, for another attempt, as base64 or as it is (`raw`). The base64 of a stream is kept,
   * its bytes are not.
   */
  isReplayable(raw: boolean): boolean {
    return !(this.#audio.bytes instanceof ByteStream) || !(raw || this.flows());
  }

  /** Whether a body can flow through without ever being held: workerd, and a stream that tells its length. */
  flows(): boolean {
    const { bytes } = this.#audio;
    return bytes instanceof ByteStream && bytes.length !== undefined && "FixedLengthStream" in globalThis;
  }

  /** The base64 as pieces that a Blob takes. */
  base64(done: Done): Promise<Blob[]> {
    this.#encoded ??= this.#encode(done);
    return this.#encoded;
  }

  async #encode(done: Done): Promise<Blob[]> {
    const { length } = this.#audio;
    const writer = new BlobWriter(length && base64Length(length));
    for await (const bytes of this.#pieces(readBlob, PIECE, done)) writer.encode(bytes);
    return writer.finish();
  }

  /** The base64 as one string behind a prefix. Engines join strings lazily: the whole is not copied for every piece. */
  async text(prefix: string, done: Done): Promise<string> {
    let text = prefix;
    for await (const bytes of this.#pieces(isNode ? gatherBlob : readBlob, TEXT_PIECE, done)) text += base64Text(bytes);
    return text;
  }

  /** The bytes as they are, as parts that a Blob takes. A Blob is passed on unread. */
  async parts(done: Done): Promise<BlobPart[]> {
    const { bytes } = this.#audio;
    if (bytes instanceof Uint8Array) return [...slices(bytes, this.#audio.length)] as BlobPart[];
    if (!(bytes instanceof ByteStream)) return [bytes];
    const parts: BlobPart[] = [];
    for await (const chunk of counted(bytes, "read", done)) parts.push(chunk as BlobPart);
    return parts;
  }

  /** Encodes chunk by chunk into the request while it is being sent; memory does not grow with the audio. */
  flow(work: BodyWork): ReadableStream<Uint8Array> {
    const { before, audio, after, done, failed } = work;
    const stream = this.#audio.bytes as ByteStream;
    const length = audio === BASE64 ? base64Length(stream.length!) : stream.length!;
    const text = new TextEncoder();
    const [head, tail] = [text.encode(before), text.encode(after)];
    work.length = head.length + length + tail.length;
    const { readable, writable } = fixedLengthStream(work.length);
    const writer = writable.getWriter();
    const put = async (bytes: Uint8Array) => {
      if (bytes.length > 0) await writer.write(bytes);
    };
    const write = async () => {
      await put(head);
      if (audio === BASE64) {
        for await (const bytes of threes(counted(stream, "send", done))) {
          const base64 = encodeBase64(bytes);
          await put(typeof base64 === "string" ? text.encode(base64) : base64);
        }
      } else {
        for await (const bytes of counted(stream, "upload", done)) await put(bytes);
      }
      await put(tail);
      await writer.close();
    };
    write().catch((error) => {
      failed(error);
      writer.abort(error).catch(() => {});
    });
    return readable;
  }

  #pieces(read: typeof readBlob, size: number, done: Done): AsyncIterable<Uint8Array> {
    const { bytes, length } = this.#audio;
    if (bytes instanceof ByteStream) return threes(counted(bytes, "read", done));
    return encoding(bytes instanceof Uint8Array ? slices(bytes, length, size) : read(bytes, size), length, done);
  }
}

/** The body as something `Request` takes. */
export async function body(audio: BodyAudio | undefined, work: BodyWork): Promise<BodyInit | undefined> {
  if (work.audio === NO_AUDIO || !audio) return work.before || undefined;
  if (audio.flows()) return audio.flow(work);
  const parts = work.audio === BASE64 ? await audio.base64(work.done) : await audio.parts(work.done);
  return assembled([work.before, ...parts, work.after], "application/json");
}

function base64Length(length: number): number {
  return Math.ceil(length / 3) * 4;
}

/** Bytes in memory, piece by piece. A buffer that is given to another thread meanwhile leaves nothing behind. */
function* slices(bytes: Uint8Array, length = bytes.length, size = length): Generator<Uint8Array, void> {
  for (let at = 0; at < length; at += size) {
    if (bytes.length !== length) {
      throw failure("invalid_audio", "the bytes were transferred to somebody else while they were read; pass a copy");
    }
    yield bytes.subarray(at, at + size);
  }
}

async function* counted(stream: ByteStream, phase: "read" | "send" | "upload", done: Done) {
  let loaded = 0;
  for await (const bytes of stream.take()) {
    loaded += bytes.length;
    yield bytes;
    done(phase, loaded, stream.length);
  }
}

async function* encoding(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  total: number | undefined,
  done: Done,
) {
  let loaded = 0;
  for await (const bytes of pieces) {
    yield bytes;
    loaded += bytes.length;
    done("encode", loaded, total);
  }
}

interface FixedLengthStream {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

/** workerd's stream whose length becomes the request's `Content-Length`. */
function fixedLengthStream(length: number): FixedLengthStream {
  const { FixedLengthStream } = globalThis as unknown as {
    FixedLengthStream: new (length: number) => FixedLengthStream;
  };
  try {
    return new FixedLengthStream(length);
  } catch (thrown) {
    throw failure("internal_error", "the runtime cannot make a stream of known length", thrown);
  }
}
