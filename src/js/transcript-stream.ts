// A streamed transcription as JavaScript likes it: an async iterable, a promise of the end, a ReadableStream.

import type { Transcript, TranscriptEvent } from "../../target/js/glue.js";
import { AbortError, type AsrError, toError } from "./errors.js";
import type { HostEffects } from "./host-effects.js";
import type { LongEvent, LongTranscript } from "./long-events.js";

/**
 * What came at once: the changes of the text back to back, their lengths (of a revision −1 minus its length), the transcript, by the
 * core as JSON, and what its events have beside the text.
 */
export type Batch<Result = Transcript> = [
  text: string,
  lengths: Int32Array,
  transcript?: string | Result | undefined,
  more?: object | undefined,
];

/** What a stream is made of: its options checked, its audio or its answer taken. */
export interface Opened<Result = Transcript> {
  /** The next batch; nothing after the end. */
  next(): Promise<Batch<Result> | undefined>;
  free(): void;
  effects: HostEffects;
}

/** The events of a stream that ends with such a result. */
export type StreamEvent<Result> = Result extends LongTranscript ? LongEvent : TranscriptEvent;

/**
 * Text while it is recognised. Nothing is sent before the first event, or `final()`, is asked for.
 *
 * ```ts
 * for await (const event of asr.stream(file)) {
 *   if (event.type === "delta") show(event.delta);
 * }
 * ```
 *
 * Leaving the loop cancels the request. An error carries `partialText`.
 */
export class TranscriptStream<Result extends Transcript = Transcript> implements AsyncIterable<StreamEvent<Result>> {
  readonly #open: (signal: AbortSignal) => Promise<Opened<Result>>;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal | undefined;
  #opened: Opened<Result> | undefined;
  #events: StreamEvent<Result>[] = [];
  /** Where in `#events` the next one is. */
  #at = 0;
  #text = "";
  #pulling: Promise<void> | undefined;
  #ended = false;
  #transcript: Result | undefined;
  #error: AsrError | undefined;

  /** @internal */
  constructor(open: (signal: AbortSignal) => Promise<Opened<Result>>, signal: AbortSignal | undefined) {
    this.#open = open;
    this.#signal = signal;
  }

  readonly #abort = () => {
    const reason: unknown = this.#signal?.reason;
    this.#controller.abort(reason);
    // Between two batches nobody waits who could notice: the connection is let go here.
    if (this.#opened && !this.#pulling) this.#end(cancelled(this.#text, reason));
  };

  /** All text that has arrived. */
  get text(): string {
    return this.#text;
  }

  /** Waits for the end. Rejects with what went wrong; the text so far is in the error's `partialText`. */
  async final(): Promise<Result> {
    while (!this.#ended) await this.#pull();
    if (this.#transcript) return this.#transcript;
    throw this.#error;
  }

  /** Stops the request. A pending event, and `final()`, reject with an `AbortError`. */
  cancel(): void {
    if (this.#ended) return;
    this.#controller.abort();
    if (!this.#pulling) this.#end(cancelled(this.#text));
  }

  /** The events as a `ReadableStream`, for `Response` bodies and pipes. Cancelling it cancels the request. */
  toReadableStream(): ReadableStream<StreamEvent<Result>> {
    const events = this[Symbol.asyncIterator]();
    const source: UnderlyingDefaultSource<StreamEvent<Result>> = {
      async pull(controller) {
        const { value, done } = await events.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => this.cancel(),
    };
    // Nothing is asked for in advance: that would send the request.
    return new ReadableStream(source, { highWaterMark: 0 });
  }

  /** The events, each once: two loops over one stream share them. */
  [Symbol.asyncIterator](): AsyncIterableIterator<StreamEvent<Result>> {
    let over = false;
    const end = (): IteratorResult<StreamEvent<Result>> => {
      over = true;
      return { value: undefined, done: true };
    };
    // By hand, not as a generator: what has arrived is given without a detour, which a stream of words feels.
    const later = async (): Promise<IteratorResult<StreamEvent<Result>>> => {
      for (;;) {
        const value = over ? undefined : this.#shift();
        if (value) return { value, done: false };
        if (over || (this.#ended && !this.#error)) return end();
        if (this.#error) {
          over = true;
          throw this.#error;
        }
        await this.#pull();
      }
    };
    return {
      next: () => {
        const value = over ? undefined : this.#shift();
        return value ? Promise.resolve({ value, done: false }) : later();
      },
      // `break`, `return` and an exception in the loop end here.
      return: async () => {
        this.cancel();
        return end();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** The next event that has arrived. An index instead of `shift`, which moves all the others each time. */
  #shift(): StreamEvent<Result> | undefined {
    const event = this.#events[this.#at];
    if (event === undefined) return undefined;
    this.#at += 1;
    if (this.#at === this.#events.length) {
      this.#events = [];
      this.#at = 0;
    }
    return event;
  }

  /** One batch, shared by everybody who waits for it. */
  #pull(): Promise<void> {
    this.#pulling ??= this.#next().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #next(): Promise<void> {
    try {
      this.#opened ??= await this.#start();
      const batch = await this.#opened.next();
      if (batch) this.#take(...batch);
      else this.#end(this.#transcript ? undefined : cancelled(this.#text));
    } catch (error) {
      this.#end(toError(error));
    }
  }

  /** Listens to the caller's signal from here on: a stream that nobody asks for leaves nothing behind. */
  #start(): Promise<Opened<Result>> {
    if (this.#signal?.aborted) this.#abort();
    this.#signal?.addEventListener("abort", this.#abort);
    return this.#open(this.#controller.signal);
  }

  /** Unpacks what one network chunk brought; see `src/wasm/transcription.rs` for the form. */
  #take(...[text, lengths, transcript, more]: Batch<Result>): void {
    let at = 0;
    for (const length of lengths) {
      const revised = length < 0;
      const end = at + (revised ? -1 - length : length);
      const piece = text.slice(at, end);
      at = end;
      this.#text = revised ? piece : this.#text + piece;
      const event = revised ? { type: "revision", text: piece } : { type: "delta", delta: piece, text: this.#text };
      this.#events.push({ ...event, ...more } as StreamEvent<Result>);
    }
    if (transcript !== undefined) {
      this.#transcript = typeof transcript === "string" ? (JSON.parse(transcript) as Result) : transcript;
      const done = { type: "done", transcript: this.#transcript };
      this.#events.push(done as unknown as StreamEvent<Result>);
      this.#end();
    }
  }

  #end(error?: AsrError): void {
    this.#ended = true;
    this.#error = error;
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#opened?.effects.close();
    this.#opened?.free();
    this.#opened = undefined;
  }
}

function cancelled(partialText: string, cause?: unknown): AbortError {
  const message = "the stream was cancelled; the audio is still with you";
  const facts = { code: "aborted", message, retryable: false, partialText };
  return new AbortError(cause === undefined ? facts : { ...facts, cause });
}
