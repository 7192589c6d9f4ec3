// The chunks of a stream, one by one; large ones where the runtime can be asked for them.

import { refusal } from "./refusal.js";

/**
 * What is waited for at first, where what is wrong with a request stands and is refused without waiting for more, and from a body that
 * comes slowly.
 */
const SMALL = 64 * 1024;
/**
 * What is waited for otherwise, and the memory that it is read into. Workers give 4 KiB if they are not asked, and a chunk of whatever size
 * is a round of promises through the runtime, which takes as long to read and again to write as 40 kB do: for 10 MB of JSON a Worker
 * executes 51 million instructions in these, 56 in chunks of 256 KiB, and 71 in those of 64.
 */
const LARGE = 512 * 1024;
/** What does not come so soon is slow: who waits for it at the other end has a timeout, too. */
const SOON_MS = 500;

type Bytes = Uint8Array<ArrayBuffer>;
export type Chunks = AsyncGenerator<Bytes, undefined, Bytes | undefined>;
type Read = { value?: Bytes | undefined; done: boolean };

/** The reader of Workers, which fills a buffer before it answers. */
interface FillingReader {
  read(view: Bytes): Promise<Read>;
  readAtLeast(bytes: number, view: Bytes): Promise<Read>;
  cancel(): Promise<void>;
}

/**
 * Chunks of a body; leaving early cancels it. Not every runtime's streams are iterable themselves.
 *
 * Whoever asks for the next one may hand back one that has been used up: Workers read into its memory again. With 200 MB the collector
 * was 80 MB behind otherwise, and is 16 (`npm run bench -- edge`).
 */
export async function* chunksOf(body: ReadableStream<Uint8Array>): Chunks {
  const filling = fillingReader(body);
  const plain = filling ? undefined : (body.getReader() as ReadableStreamDefaultReader<Bytes>);
  let given = 0;
  let least = SMALL;
  let isDone = false;
  let spare: ArrayBuffer | undefined;
  try {
    for (;;) {
      let next: Read;
      if (plain) next = await plain.read();
      else if (given < SMALL) next = await filling!.read(new Uint8Array(SMALL));
      else {
        const asked = Date.now();
        next = await filling!.readAtLeast(least, new Uint8Array(spare ?? new ArrayBuffer(LARGE)));
        least = Date.now() - asked < SOON_MS ? Math.min(2 * least, LARGE) : Math.max(least / 2, SMALL);
      }
      const { value, done } = next;
      isDone = done;
      given += value?.length ?? 0;
      spare = undefined;
      if (value && value.length > 0) {
        const used = yield value;
        if (used?.buffer.byteLength === LARGE) spare = used.buffer;
      }
      if (done) return undefined;
    }
  } finally {
    if (!isDone) (plain ?? filling)?.cancel().catch(() => {});
  }
}

/** That a caller leaves, or the network to him, is no failure of the relay: 499 is what nginx calls it. */
export function brokenOff(): never {
  throw refusal(499, "RequestAborted", "The request's body broke off.");
}

/** The same of a request. */
export async function* requestChunks(body: ReadableStream<Uint8Array>): Chunks {
  try {
    return yield* chunksOf(body);
  } catch {
    return brokenOff();
  }
}

function fillingReader(body: ReadableStream<Uint8Array>): FillingReader | undefined {
  const { ReadableStreamBYOBReader } = globalThis as { ReadableStreamBYOBReader?: { prototype: object } };
  if (!ReadableStreamBYOBReader || !("readAtLeast" in ReadableStreamBYOBReader.prototype)) return undefined;
  try {
    return body.getReader({ mode: "byob" }) as unknown as FillingReader;
  } catch {
    return undefined; // a stream that a script makes, whose chunks are what they are
  }
}

/** Chunks of so many bytes in all as one. */
export function joined(chunks: Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
