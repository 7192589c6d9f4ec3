// Everything a caller may hand over as audio, told apart by what it can do rather than by its class: Blobs of other realms
// and of Node's `buffer` module are Blobs too.

import type { AudioInput } from "../../target/js/glue.js";
import { unreadable } from "./blob-reader.js";
import { ByteStream, bytesOf } from "./byte-stream.js";
import { failure } from "./failure.js";
import { callCore } from "./instance.js";

/** As many first bytes as the core sees in any case (`HEAD_LENGTH` in src/media.rs). */
export const HEAD_LENGTH = 4096;
/** As many as it gets where it asks for a place: no page of Ogg is longer, and its last one tells the length. */
const PART_LENGTH = 64 * 1024;
/** A stream is held while it is looked into, so not without end; pictures in tags are seldom larger. */
const MOST_AHEAD = 1024 * 1024;

/** Audio as it was found: an address for the service, or bytes with what is known about them. */
export type Audio = { url: string } | AudioBytes;

export interface AudioBytes {
  bytes: Blob | Uint8Array | ByteStream;
  /** What the core has seen: the first bytes, and behind them the parts that it asked for. */
  head: Uint8Array;
  /** How many bytes there are, as far as anybody knows. */
  length: number | undefined;
  /** What a Blob or a header says that they are. */
  declared: string | undefined;
}

/** What opening needs. */
export interface Opening {
  /** For `blob:` addresses. */
  fetch: (request: Request) => Promise<Response>;
  /** Told of a stream as soon as it is read, so that it can be let go while it is waited for. */
  taken: (stream: ByteStream) => void;
}

/** Finds out what the audio is and reads its first bytes. */
export async function openAudio(input: AudioInput, opening: Opening): Promise<Audio> {
  const given = input as Partial<Blob & ReadableStream<Uint8Array> & Response & URL & AsyncIterable<Uint8Array>>;
  if (typeof input === "string") return fromUrl(input, opening);
  const bytes = bytesOf(input);
  if (bytes) {
    const head = await seen((at, end) => bytes.subarray(at, end), bytes.length);
    return { bytes, head, length: bytes.length, declared: undefined };
  }
  if (isFunction(given?.arrayBuffer) && isFunction(given.slice) && given.size! >= 0) return fromBlob(given as Blob);
  if (isFunction(given?.getReader)) return fromStream(given as ReadableStream<Uint8Array>, opening);
  if (isFunction(given?.arrayBuffer) && typeof given.headers === "object")
    return fromMessage(given as Response, opening);
  if (typeof given?.href === "string") return fromUrl(given.href, opening);
  const stream = given?.[Symbol.asyncIterator] ? streamFrom(given as AsyncIterable<Uint8Array>) : undefined;
  if (stream) return fromStream(stream, opening);
  const kinds = "Blob, File, ArrayBuffer, typed array, ReadableStream, Response, Request or URL";
  throw failure("invalid_audio", `expected audio as ${kinds}`);
}

type Read = (at: number, end: number) => Uint8Array | Promise<Uint8Array>;

/** The first bytes, and what else the core wants to see. */
async function seen(read: Read, length?: number): Promise<Uint8Array> {
  return look(await read(0, HEAD_LENGTH), read, (head) => callCore((glue) => glue.missing(head, length)), length);
}

/** Appends to what is seen of audio each place that is asked for, until none is. */
export async function look(
  first: Uint8Array,
  read: Read,
  missing: (head: Uint8Array) => number | undefined,
  length = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  let head = first;
  for (;;) {
    const at = missing(head);
    if (at === undefined) return head;
    const part = await read(at, at + PART_LENGTH);
    const joined = new Uint8Array(head.length + part.length);
    joined.set(head);
    joined.set(part, head.length);
    head = joined;
    // Less than was asked for is the end, also where another length was told: beyond it there is nothing to see.
    if (part.length < Math.min(PART_LENGTH, length - at)) return head;
  }
}

/** Bytes of a Blob. */
export async function readPart(blob: Blob, at: number, end: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.slice(at, end).arrayBuffer());
  } catch (thrown) {
    throw unreadable(thrown);
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

async function fromUrl(url: string, { fetch }: Opening): Promise<Audio> {
  if (!url.startsWith("blob:")) return { url };
  let blob: Blob;
  try {
    blob = await (await fetch(new Request(url))).blob();
  } catch (thrown) {
    throw failure("invalid_audio", "the blob: URL cannot be read; was it revoked?", thrown);
  }
  return fromBlob(blob);
}

async function fromBlob(blob: Blob): Promise<AudioBytes> {
  return {
    bytes: blob,
    head: await seen((at, end) => readPart(blob, at, end), blob.size),
    length: blob.size,
    declared: blob.type,
  };
}

/** A Response (downloaded audio) or a Request (an upload, in an edge function): a body with headers. */
function fromMessage(message: Response, opening: Opening): Promise<AudioBytes> {
  if (message.ok === false) {
    throw failure("invalid_audio", `the Response is a failure (HTTP ${message.status}), not audio`);
  }
  if (message.bodyUsed) {
    throw failure("invalid_audio", "the body of this Response or Request was read already; pass a clone() of it");
  }
  const header = (name: string) => message.headers.get(name) ?? undefined;
  // With a content-encoding the length is that of the packed bytes.
  const packed = (header("content-encoding") ?? "identity") !== "identity";
  const told = packed ? undefined : header("content-length");
  const length = told && /^\d+$/.test(told) ? Number(told) : undefined;
  const { body } = message;
  if (!body) throw failure("empty_audio", "the Response or Request has no body");
  // Libraries of Node have bodies of their own kind.
  const stream = isFunction(body.getReader) ? body : streamFrom(body as unknown as AsyncIterable<Uint8Array>);
  if (!stream) {
    throw failure("invalid_audio", "the body of this Response cannot be read; pass its arrayBuffer()");
  }
  return fromStream(stream, opening, length, header("content-type"));
}

async function fromStream(
  stream: ReadableStream<Uint8Array>,
  { taken }: Opening,
  length?: number,
  declared?: string,
): Promise<AudioBytes> {
  if (stream.locked) {
    const message = "the ReadableStream is locked: somebody else reads it; use tee() or pass a clone";
    throw failure("invalid_audio", message);
  }
  const bytes = new ByteStream(stream, length);
  taken(bytes);
  const read = async (at: number, end: number) =>
    end > MOST_AHEAD ? new Uint8Array() : (await bytes.lookAhead(end)).subarray(at);
  // How long it is, is not told to the core yet: what stands at the end of a stream cannot be shown.
  const head = await seen(read);
  return { bytes, head, length: bytes.length, declared };
}

/** `ReadableStream.from(iterable)`, where the runtime has it (Node, Deno, workerd, Firefox). */
function streamFrom(iterable: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> | undefined {
  const from = (ReadableStream as { from?: (iterable: unknown) => ReadableStream<Uint8Array> }).from;
  try {
    return from?.call(ReadableStream, iterable);
  } catch {
    return undefined;
  }
}
