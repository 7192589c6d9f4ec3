// A request under way and its answer, chunk by chunk.

import { bytesOf } from "./byte-stream.js";
import { Effect, type Effects } from "./effect.js";
import { failure } from "./failure.js";

/** Most bytes of an answer that are handed over at once. */
const MOST_AT_ONCE = 64 * 1024;

/**
 * How long to look whether the next chunk is there already, in turns of the microtask queue: no time at all for a person,
 * but a stream of small chunks enters the core in large ones.
 */
const TURNS = 6;

type Read = ReadableStreamReadResult<Uint8Array>;

/** What is told about an answer that comes in; throws what the caller's callback threw. */
type Received = (loaded: number) => void;

export class Exchange extends Effect {
  readonly #controller = new AbortController();
  readonly #received: Received | undefined;
  #answer: Promise<Response>;
  #response: Response | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** A read that had no answer yet when the chunk before was handed over. */
  #ahead: Promise<Read> | undefined;
  #loaded = 0;

  /**
   * @param begin makes the request and sends it; its signal fires when nobody wants the answer any more
   * @param received told how much of the answer is there
   */
  constructor(effects: Effects, begin: (signal: AbortSignal) => Promise<Response>, received?: Received) {
    super(effects);
    this.#received = received;
    this.#answer = begin(this.#controller.signal);
    this.#answer.catch(() => {}); // whoever waits for it is told
  }

  /** Waits for the head of the answer. */
  async done(timeout?: number): Promise<void> {
    this.#response = readable(await this.wait(this.#answer, timeout));
  }

  /** None where a redirect was followed, by a `fetch` of the caller's, or is hidden, by a browser. */
  get status(): number {
    return this.#response?.redirected ? 0 : (this.#response?.status ?? 0);
  }

  header(name: string): string | undefined {
    // Headers of somebody's own, a Map say, may hold anything, and nothing may be thrown into the core.
    try {
      if (name === "location" && this.#response?.redirected) return this.#response.url;
      const value: unknown = this.#response?.headers.get(name) ?? undefined;
      return value === undefined ? undefined : String(value);
    } catch {
      return undefined;
    }
  }

  /** Waits for the next bytes of the body and takes those along that are there already. `undefined` at its end. */
  async chunk(timeout: number): Promise<Uint8Array | undefined> {
    const reader = this.#open();
    const first = reader && (await this.#read(reader, timeout));
    if (!first) {
      this.cancel();
      return undefined;
    }
    const pieces = [first];
    let length = first.length;
    while (length < MOST_AT_ONCE) {
      this.#ahead = ask(reader);
      const next = await soon(this.#ahead);
      // An end and a failure are met again by the next call, which waits for the same read.
      if (!next?.value || next.done) break;
      this.#ahead = undefined;
      const piece = ownBytes(next.value);
      pieces.push(piece);
      length += piece.length;
    }
    this.#loaded += length;
    this.#received?.(this.#loaded);
    return pieces.length === 1 ? first : joined(pieces, length);
  }

  #open() {
    const body = this.#response?.body;
    if (this.#reader || !body) return this.#reader;
    if (body.locked) {
      const message = "the body of this Response is being read by somebody else; pass a clone() of it";
      throw failure("invalid_response", message);
    }
    this.#reader = body.getReader();
    return this.#reader;
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>, timeout: number): Promise<Uint8Array | undefined> {
    const read = this.#ahead ?? ask(reader);
    this.#ahead = undefined;
    // What broke is told apart from what cut it short.
    const { value, done } = await this.wait(
      read.catch((thrown) => {
        throw failure("connection_error", "the connection broke while the answer came in", thrown);
      }),
      timeout,
    );
    return done || !value ? undefined : ownBytes(value);
  }

  protected override stop(): void {
    this.#controller.abort();
    this.#ahead?.catch(() => {});
    // Also an answer that comes too late, or was never read. A body of somebody's own may not know how to be cancelled.
    const release = async () => (this.#reader ? this.#reader.cancel() : (await this.#answer).body?.cancel());
    release().catch(() => {});
  }
}

/** Looks at what it can do, not at its class: a Response may come from another realm, or be a test's own. */
function readable(given: Response): Response {
  const { status, headers, body, type } = (given ?? {}) as Partial<Response>;
  if (status === 0 && type !== "opaqueredirect") {
    const message = 'the answer is hidden: fetch gave a Response without a status, as with mode "no-cors"';
    throw failure("connection_error", message);
  }
  const complete = typeof status === "number" && typeof headers?.get === "function";
  if (complete && (body === undefined || body === null || typeof body.getReader === "function")) return given;
  throw failure("invalid_response", "expected a Response with status, headers and body");
}

/** Asks for the next bytes. A reader of somebody's own may answer, or throw, at once. */
function ask(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Read> {
  try {
    return Promise.resolve(reader.read());
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

/** The answer to a read that comes within a few turns. */
async function soon(read: Promise<Read>): Promise<Read | undefined> {
  let answer: Read | undefined;
  let failed = false;
  read.then(
    (value) => {
      answer = value;
    },
    () => {
      failed = true;
    },
  );
  for (let turn = 0; turn < TURNS && !answer && !failed; turn++) await null;
  return answer;
}

/** Bytes of this realm. */
function ownBytes(value: Uint8Array): Uint8Array {
  const bytes = value instanceof Uint8Array ? value : bytesOf(value);
  if (bytes) return bytes;
  throw failure("invalid_response", "the body of the answer gives something else than bytes (Uint8Array)");
}

function joined(pieces: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
