// Server-sent events for everybody: the parser as an object and as a TransformStream.

import type { Glue } from "../../target/js/glue.js";
import { toError } from "./errors.js";
import { callCore } from "./instance.js";

/** A complete event. */
export interface ServerSentEvent {
  /** The `id` field of this event. */
  id: string | undefined;
  /** The `event` field, `undefined` where it is missing or empty. */
  event: string | undefined;
  /** The `data` fields, joined by line feeds. */
  data: string;
}

/** A line of a stream that the standard ignores. */
export interface EventParserError extends Error {
  /** What is wrong with it: a field that is none of `data`, `event`, `id` and `retry`, or a `retry` that is no number. */
  type: "unknown-field" | "invalid-retry";
  /** What stands before the colon; all of a line without one. */
  field: string;
  /** What stands behind it, without one space. */
  value: string;
  /** The whole line. */
  line: string;
}

/** What a parser tells, and its limits. */
export interface EventParserOptions {
  /** An event is complete. */
  onEvent?: ((event: ServerSentEvent) => void) | undefined;
  /**
   * The `id` of a block of lines, when a blank line ends it: before `onEvent`, and also where the block has no data and is
   * no event. It is what a new connection sends as `last-event-id`; empty where the stream says so.
   */
  onId?: ((id: string) => void) | undefined;
  /** A comment line; DashScope hides a status in some (`HTTP_STATUS/400`). */
  onComment?: ((comment: string) => void) | undefined;
  /** The server asks for another reconnection time, in milliseconds; at most 2 147 483 647, the longest timer. */
  onRetry?: ((milliseconds: number) => void) | undefined;
  /**
   * A line that the standard ignores, which says that this may be no event stream. Not told of a line whose beginning came
   * alone and was none of a known field: such lines are not kept until they end, so that they cost no memory.
   */
  onError?: ((error: EventParserError) => void) | undefined;
  /**
   * Most bytes kept of an unfinished event. Default: 16 MiB. Beyond it `feed` throws until `reset()`. Unknown fields, and
   * comments without `onComment`, are not kept and do not count.
   */
  maxBufferSize?: number | undefined;
  /**
   * Understand what DashScope leaves out: blank lines between events, and the one after the last event, which `flush()`
   * delivers. Default: true; false is the standard to the letter.
   */
  quirks?: boolean | undefined;
}

const LF = 10;
const CR = 13;

const DEFAULT_MAX_BUFFER = 16 * 1024 * 1024;

type Packed = string | undefined | [string, unknown];

/**
 * Parses server-sent events from pieces of any size, bytes or text.
 *
 * ```ts
 * const parser = new EventParser({ onEvent: ({ data }) => console.log(data) });
 * for await (const chunk of response.body) parser.feed(chunk);
 * parser.flush();
 * ```
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventParser {
  readonly #options: EventParserOptions;
  readonly #parser: InstanceType<Glue["RawEventParser"]>;
  #encoder: TextEncoder | undefined;
  /** The first half of a letter (a lead surrogate) that ended the last piece of text. */
  #half = "";
  /** The last piece ended inside a line. */
  #midLine = false;

  constructor(options: EventParserOptions = {}) {
    if (typeof options === "function") {
      throw new TypeError("EventParser takes an object; did you mean new EventParser({ onEvent: fn })?");
    }
    this.#options = options;
    const { maxBufferSize = DEFAULT_MAX_BUFFER, quirks = true, onComment } = options;
    if (!(maxBufferSize >= 0)) throw new RangeError("maxBufferSize: expected a number of bytes, or Infinity");
    const most = Math.min(maxBufferSize, 0xffff_ffff);
    this.#parser = callCore((glue) => new glue.RawEventParser(most, quirks, !!onComment));
  }

  /** Reads the next piece and calls back for all that is complete. */
  feed(piece: Uint8Array | string): void {
    const bytes = typeof piece === "string" ? this.#encode(piece) : asBytes(piece);
    if (bytes.length > 0) this.#midLine = bytes[bytes.length - 1] !== LF && bytes[bytes.length - 1] !== CR;
    this.#deliver(callCore(() => this.#parser.feed(bytes)));
  }

  /**
   * The stream has ended: delivers a last event that no blank line followed, and forgets everything. Without `quirks` such
   * an event is none, as the standard says.
   */
  flush(): void {
    this.#feedHalf();
    this.#midLine = false;
    this.#deliver(callCore(() => this.#parser.feed()));
  }

  /**
   * Forgets everything, ready for another stream. With `consume` an unfinished last line is read before, as if it had
   * ended: a comment, a `retry` or an error is told. An unfinished event is forgotten; `flush()` delivers it.
   */
  reset({ consume = false }: { consume?: boolean | undefined } = {}): void {
    if (consume) this.#feedHalf();
    if (consume && this.#midLine) this.feed("\n");
    this.#half = "";
    this.#midLine = false;
    callCore(() => this.#parser.reset());
  }

  /** Half a letter at the end of all text is none. */
  #feedHalf(): void {
    if (!this.#half) return;
    this.#half = "";
    this.feed("\ufffd");
  }

  #encode(piece: string): Uint8Array {
    const text = this.#half + piece;
    const last = text.charCodeAt(text.length - 1);
    const end = last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
    this.#half = text.slice(end);
    this.#encoder ??= new TextEncoder();
    return this.#encoder.encode(text.slice(0, end));
  }

  /** Unpacks what one piece brought; see `src/wasm/event_parser.rs` for the form. */
  #deliver(packed: Packed): void {
    if (packed === undefined) return;
    const [fields, error] = typeof packed === "string" ? [packed] : packed;
    const { onEvent, onId, onComment, onRetry, onError } = this.#options;
    let id: string | undefined;
    let event: string | undefined;
    for (let at = 0; at < fields.length; ) {
      const end = fields.indexOf("\r", at);
      const text = fields.slice(at + 1, end);
      const letter = fields[at];
      at = end + 1;
      if (letter === "d") {
        const complete = { id, event, data: text };
        id = event = undefined;
        if (complete.id !== undefined) onId?.(complete.id);
        onEvent?.(complete);
      } else if (letter === "i") id = text;
      else if (letter === "e") event = text;
      else if (letter === "I") onId?.(text);
      else if (letter === ":") onComment?.(text);
      else if (letter === "r") onRetry?.(Number(text));
      else onError?.(ignored(text));
    }
    if (!error) return;
    this.#midLine = false;
    throw toError(error);
  }
}

/** What is told about a line that the standard ignores. */
function ignored(line: string): EventParserError {
  const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
  const type = field === "retry" ? "invalid-retry" : "unknown-field";
  const problem =
    type === "invalid-retry" ? "retry is not a number of milliseconds" : "an event stream has no such field";
  const facts = { name: "EventParserError", type, field, value, line } as const;
  return Object.assign(new Error(`${problem}: ${line.slice(0, 40)}`), facts);
}

/** Uint8Arrays, of other realms too, go as they are; other views as the bytes they show. */
function asBytes(piece: ArrayBufferView): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (!ArrayBuffer.isView(piece)) throw new TypeError("feed takes a Uint8Array or a string");
  if (Object.prototype.toString.call(piece) === "[object Uint8Array]") return piece as Uint8Array;
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}

/**
 * The parser as a `TransformStream`: bytes or text in, events out.
 *
 * ```ts
 * for await (const { data } of response.body.pipeThrough(new EventStream())) console.log(data);
 * ```
 */
export class EventStream {
  /** Where the pieces go. */
  readonly writable: WritableStream<Uint8Array | string>;
  /** Where the events come from. */
  readonly readable: ReadableStream<ServerSentEvent>;

  constructor(options: Omit<EventParserOptions, "onEvent"> = {}) {
    let parser: EventParser;
    const { readable, writable } = new TransformStream<Uint8Array | string, ServerSentEvent>({
      start(controller) {
        parser = new EventParser({ ...options, onEvent: (event) => controller.enqueue(event) });
      },
      transform(piece) {
        parser.feed(piece);
      },
      flush() {
        parser.flush();
      },
    });
    this.readable = readable;
    this.writable = writable;
  }
}
