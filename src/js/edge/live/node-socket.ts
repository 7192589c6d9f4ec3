// WebSocket frames (https://www.rfc-editor.org/rfc/rfc6455#section-5) over a stream of Node's, which has no socket for servers.

import { joined } from "../chunks.js";
import type { RelaySocket, SocketListener } from "./socket.js";

/** What of a `net.Socket` is needed. */
export interface NodeStream {
  readonly writableLength: number;
  write(bytes: Uint8Array): boolean;
  end(): unknown;
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
  on(event: string, listener: (value: never) => void): unknown;
  once(event: string, listener: () => void): unknown;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Largest message that is put together, and of how many pieces: what the gate takes from callers; what the service says is shorter. */
const MOST_MESSAGE = 1 << 18;
const MOST_FRAGMENTS = 1024;
/** Answers to pings that nobody reads are not piled up. */
const MOST_PONGS = 1 << 16;
/** How long a goodbye is waited for. */
const GOODBYE_MS = 3_000;

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];
const EMPTY: Bytes = new Uint8Array(0);

/** What a key is answered with, so that both know the other for a WebSocket. */
export async function acceptKey(key: string): Promise<string> {
  const text = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-1", text))));
}

/** What came is against the rules; `code` says goodbye. */
class Broken extends Error {
  constructor(readonly code: number) {
    super(code === 1009 ? "too large" : code === 1007 ? "no UTF-8" : "no frame");
  }
}

/** A WebSocket after its handshake. Clients mask what they send, servers do not. */
export class NodeSocket implements RelaySocket {
  readonly #stream: NodeStream;
  readonly #isClient: boolean;
  #listener: SocketListener | undefined;
  /** Bytes that are no whole frame yet, and how many it takes. */
  #chunks: Bytes[] = [];
  #held = 0;
  #needed = 2;
  /** The message that the next fragments belong to. */
  #kind = CONTINUATION;
  #fragments: Bytes[] = [];
  #length = 0;
  #isHeld = false;
  #hasSaidGoodbye = false;
  #isOver = false;

  constructor(stream: NodeStream, head: Uint8Array, isClient: boolean) {
    this.#stream = stream;
    this.#isClient = isClient;
    stream.pause();
    this.#hold(new Uint8Array(head));
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
    const stream = this.#stream;
    stream.on("data", (chunk: Bytes) => {
      this.#hold(chunk);
      this.#read();
    });
    for (const event of ["end", "error", "close"]) stream.on(event, () => this.#over(1006, ""));
    this.#read();
    stream.resume();
  }

  get waiting(): number {
    return this.#stream.writableLength;
  }

  hold(until: (goOn: () => void) => void): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#stream.pause();
    until(() => {
      this.#isHeld = false;
      this.#stream.resume();
    });
  }

  drained(then: () => void): void {
    this.#stream.once("drain", then);
  }

  send(data: string | Bytes): void {
    if (this.#hasSaidGoodbye) return;
    if (typeof data === "string") this.#write(TEXT, new TextEncoder().encode(data));
    else this.#write(BINARY, data);
  }

  close(code: number, reason: string): void {
    if (this.#hasSaidGoodbye) return;
    const words = new TextEncoder().encode(reason);
    this.#write(CLOSE, joined([Uint8Array.of(code >> 8, code & 255), words], 2 + words.length));
    this.#hasSaidGoodbye = true;
    this.#stream.end();
    // A peer that reads nothing, or never says goodbye itself, is not waited for.
    const timer = setTimeout(() => this.#stream.destroy(), GOODBYE_MS);
    this.#stream.once("close", () => clearTimeout(timer));
    this.#stream.resume();
  }

  #over(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#chunks = [];
    this.#fragments = [];
    if (!this.#hasSaidGoodbye) this.#stream.end();
    this.#listener?.closed(code, reason);
  }

  #hold(chunk: Bytes): void {
    if (this.#isOver || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
  }

  #read(): void {
    if (this.#held < this.#needed || this.#isOver) return;
    const bytes = joined(this.#chunks, this.#held);
    let at = 0;
    try {
      for (let frame = frameAt(bytes, at, !this.#isClient); !this.#isOver; ) {
        if (typeof frame === "number") {
          this.#needed = frame;
          break;
        }
        at = frame.end;
        this.#take(frame);
        frame = frameAt(bytes, at, !this.#isClient);
      }
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.close(error.code, error.message);
      this.#over(error.code, error.message);
    }
    this.#chunks = [];
    this.#held = 0;
    this.#hold(bytes.slice(at));
  }

  #take({ isLast, kind, payload }: Frame): void {
    if (kind === CLOSE) this.#goodbye(payload);
    if (kind === PING && !this.#hasSaidGoodbye && this.waiting < MOST_PONGS) this.#write(PONG, payload);
    if (kind > BINARY) return;
    if ((kind === CONTINUATION) === (this.#kind === CONTINUATION)) throw new Broken(1002);
    if (kind !== CONTINUATION) this.#kind = kind;
    this.#length += payload.length;
    this.#fragments.push(payload);
    if (this.#length > MOST_MESSAGE || this.#fragments.length > MOST_FRAGMENTS) throw new Broken(1009);
    if (!isLast) return;
    const [message, isText] = [joined(this.#fragments, this.#length), this.#kind === TEXT];
    this.#fragments = [];
    this.#length = 0;
    this.#kind = CONTINUATION;
    this.#listener?.message(isText ? utf8(message) : message);
  }

  #goodbye(payload: Bytes): void {
    if (payload.length === 1) throw new Broken(1002);
    const code = payload.length === 0 ? 1005 : (payload[0]! << 8) | payload[1]!;
    const reason = utf8(payload.subarray(2));
    this.close(code === 1005 ? 1000 : code, "");
    this.#over(code, reason);
  }

  #write(kind: number, payload: Bytes): void {
    const length = payload.length;
    const size = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    const mask = this.#isClient ? crypto.getRandomValues(new Uint8Array(4)) : EMPTY;
    const frame = new Uint8Array(2 + size + mask.length + length);
    const view = new DataView(frame.buffer);
    frame[0] = 128 | kind;
    frame[1] = (this.#isClient ? 128 : 0) | (size === 0 ? length : size === 2 ? 126 : 127);
    if (size === 2) view.setUint16(2, length);
    else if (size === 8) view.setUint32(6, length);
    frame.set(mask, 2 + size);
    const body = frame.subarray(2 + size + mask.length);
    body.set(payload);
    if (this.#isClient) unmask(body, mask);
    this.#stream.write(frame);
  }
}

interface Frame {
  isLast: boolean;
  kind: number;
  payload: Bytes;
  /** Where the next one begins. */
  end: number;
}

/** The frame at a place, or how many bytes it takes from there on as far as one can tell. */
function frameAt(bytes: Bytes, at: number, isMasked: boolean): Frame | number {
  const [first, second] = [bytes[at], bytes[at + 1]];
  if (first === undefined || second === undefined) return 2;
  const kind = first & 15;
  let length = second & 127;
  const isControl = kind > 7;
  const isKnown = kind <= BINARY || (isControl && kind <= PONG);
  // Reserved bits belong to extensions, of which none was agreed on.
  if ((first & 112) !== 0 || !isKnown || second >> 7 !== Number(isMasked)) throw new Broken(1002);
  if (isControl && (first < 128 || length > 125)) throw new Broken(1002);
  const size = length === 126 ? 2 : length === 127 ? 8 : 0;
  if (bytes.length < at + 2 + size) return 2 + size;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + 2, size);
  if (size === 2) length = view.getUint16(0);
  else if (size === 8) length = view.getUint32(0) > 0 ? Number.POSITIVE_INFINITY : view.getUint32(4);
  if (length > MOST_MESSAGE) throw new Broken(1009);
  const start = at + 2 + size + (isMasked ? 4 : 0);
  if (bytes.length < start + length) return start - at + length;
  const payload = bytes.slice(start, start + length);
  if (isMasked) unmask(payload, bytes.subarray(start - 4, start));
  return { isLast: first >= 128, kind, payload, end: start + length };
}

function unmask(payload: Bytes, mask: Bytes): void {
  for (let at = 0; at < payload.length; at++) payload[at]! ^= mask[at & 3]!;
}

function utf8(bytes: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Broken(1007);
  }
}
