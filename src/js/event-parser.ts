// Server-sent events for everybody: the parser as an object and as a TransformStream.

import type { Glue } from "../../target/js/glue.js";
import { toError } from "./errors.js";
import { call } from "./instance.js";

/** A complete event. */
export interface ServerSentEvent {
  /** The `id` field of this event. */
  id: string | undefined;
  /** The `event` field, `undefined` where it is missing or empty. */
  event: string | undefined;
  /** The `data` fields, joined by line feeds. */
  data: string;
}

/** What a parser tells, and its limits. */
export interface EventParserOptions {
  /** An event is complete. */
  onEvent?: ((event: ServerSentEvent) => void) | undefined;
  /** A comment line; DashScope hides a status in some (`HTTP_STATUS/400`). */
  onComment?: ((comment: string) => void) | undefined;
  /** The server asks for another reconnection time, in milliseconds; at most 2 147 483 647, the longest timer. */
  onRetry?: ((milliseconds: number) => void) | undefined;
  /** Most bytes kept of an unfinished event. Default: 16 MiB. Beyond it `feed` throws until `reset()`. */
  maxBufferSize?: number | undefined;
  /** Understand DashScope's missing blank lines between events. Default: true; false is the standard to the letter. */
  quirks?: boolean | undefined;
}

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

  constructor(options: EventParserOptions = {}) {
    if (typeof options === "function") {
      throw new TypeError("EventParser takes an object; did you mean new EventParser({ onEvent: fn })?");
    }
    this.#options = options;
    const { maxBufferSize = DEFAULT_MAX_BUFFER, quirks = true } = options;
    if (!(maxBufferSize >= 0)) throw new RangeError("maxBufferSize: expected a number of bytes, or Infinity");
    this.#parser = call((glue) => new glue.RawEventParser(Math.min(maxBufferSize, 0xffff_ffff), quirks));
  }

  /** Reads the next piece and calls back for all that is complete. */
  feed(piece: Uint8Array | string): void {
    const bytes = typeof piece === "string" ? this.#encode(piece) : asBytes(piece);
    this.#deliver(call(() => this.#parser.feed(bytes)));
  }

  /** The stream has ended: delivers a last event that no blank line followed, and forgets everything. */
  flush(): void {
    const half = this.#half;
    this.#half = "";
    if (half) this.feed("\ufffd");
    this.#deliver(call(() => this.#parser.feed()));
  }

  /** Forgets everything, ready for another stream. */
  reset(): void {
    this.#half = "";
    call(() => this.#parser.reset());
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
    const { onEvent, onComment, onRetry } = this.#options;
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
        onEvent?.(complete);
      } else if (letter === "i") id = text;
      else if (letter === "e") event = text;
      else if (letter === ":") onComment?.(text);
      else onRetry?.(Number(text));
    }
    if (error) throw toError(error);
  }
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
