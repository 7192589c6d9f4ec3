// A WebSocket as the relay needs it, on either side and in every runtime.

/** What a socket tells. After `closed` it tells nothing more. */
export interface SocketListener {
  message(data: string | Uint8Array<ArrayBuffer>): void;
  closed(code: number, reason: string): void;
}

/** One end of a conversation. */
export interface RelaySocket {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code: number, reason: string): void;
  listen(listener: SocketListener): void;
  /** Bytes that wait to be sent, where the runtime tells. */
  readonly waiting: number | undefined;
  /** Reads nothing until it is told to go on; not every runtime can. */
  hold?(until: (goOn: () => void) => void): void;
  /** Calls once when nothing waits any more. */
  drained?(then: () => void): void;
}

/** A handshake was answered, and not with a socket. */
export class NoSocket extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`HTTP status ${status}`);
  }
}

/** The WebSocket of the standard, as Cloudflare's runtime, Deno and Bun have it. */
export interface StandardSocket {
  binaryType: string;
  readonly bufferedAmount?: number;
  readonly readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code: number, reason: string): void;
  addEventListener(name: string, listener: (event: never) => void): void;
}

export function standardSocket(socket: StandardSocket): RelaySocket {
  socket.binaryType = "arraybuffer";
  // Deno gives the caller's socket before it is open.
  let early: (() => void)[] | undefined = socket.readyState === 0 ? [] : undefined;
  const open = () => {
    const work = early;
    early = undefined;
    for (const one of work ?? []) one();
  };
  socket.addEventListener("open", open);
  const whenOpen = (work: () => void) => {
    if (early) early.push(work);
    else if (socket.readyState === 1) work();
  };
  return {
    send: (data) => whenOpen(() => socket.send(data)),
    close: (code, reason) => whenOpen(() => socket.close(code, reason)),
    listen({ message, closed }) {
      let isOver = false;
      const over = (code: number, reason: string) => {
        if (!isOver) closed(code, reason);
        isOver = true;
      };
      socket.addEventListener("message", ({ data }: { data: string | ArrayBuffer }) => {
        if (!isOver) message(typeof data === "string" ? data : new Uint8Array(data));
      });
      socket.addEventListener("close", ({ code, reason }: { code?: number; reason?: string }) => {
        // Cloudflare's runtime answers a goodbye only if it is told to.
        whenOpen(() => socket.close(1000, ""));
        over(code ?? 1006, reason ?? "");
      });
      socket.addEventListener("error", () => over(1006, ""));
    },
    get waiting() {
      return socket.bufferedAmount;
    },
  };
}
