// Node's http, whose requests and responses are older than fetch: a relay as a listener.

import type { Relay } from "./options.js";

/** What of Node's `IncomingMessage` is needed; Express' and Connect's requests are of the same kind. */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  /** Express keeps the whole path here when it mounts a handler. */
  originalUrl?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  socket: { remoteAddress?: string | undefined; encrypted?: boolean | undefined };
  pause(): unknown;
  resume(): unknown;
  on(event: string, listener: (value: unknown) => void): unknown;
}

/** What of Node's `ServerResponse` is needed. */
export interface NodeResponse {
  statusCode: number;
  writableEnded: boolean;
  destroyed: boolean;
  setHeader(name: string, value: string): unknown;
  flushHeaders(): void;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: string, listener: () => void): unknown;
  once(event: string, listener: () => void): unknown;
}

/**
 * Makes a listener for `http.createServer`, Express or Connect: `createServer(toNodeHandler(relay, process.env))`. Callers without a name are
 * counted by the address of their socket; behind a proxy of yours that is the proxy's, so set the relay's `address` there.
 */
export function toNodeHandler<Env>(
  relay: Relay<Env>,
  env?: Env,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return async (incoming, outgoing) => {
    const abort = new AbortController();
    outgoing.on("close", () => abort.abort());
    try {
      const body = new IncomingBody(incoming);
      const request = toRequest(incoming, body, abort.signal);
      if (request === undefined) {
        outgoing.statusCode = 400;
        outgoing.setHeader("content-type", "application/json");
        outgoing.write(UNREADABLE);
        outgoing.end();
        body.discard();
        return;
      }
      await send(await relay(request, env, { address: incoming.socket.remoteAddress }), outgoing);
      // What was refused before it was read is read now, so that the answer arrives, and the connection can be used again.
      body.discard();
    } catch (error) {
      if (!abort.signal.aborted) console.error("the relay failed", error);
      outgoing.destroy();
    }
  };
}

const UNREADABLE = new TextEncoder().encode(
  JSON.stringify({
    code: "InvalidParameter",
    message: "The request has a host or a method that cannot be understood.",
  }),
);

/** The request as fetch has it; `undefined` for hosts that are none, and methods that fetch refuses. */
export function toRequest(
  incoming: NodeRequest,
  body: IncomingBody | undefined,
  signal: AbortSignal,
): Request | undefined {
  const { method = "GET", headers: given, socket } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !name.startsWith(":"))
      headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const host = headers.get("host") ?? "localhost";
  // The target is a path; whatever else it is written as must not become another host.
  const path = incoming.originalUrl ?? incoming.url ?? "/";
  if (!/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host) || /^(connect|trace|track)$/i.test(method)) return undefined;
  const origin = `${socket.encrypted ? "https" : "http"}://${host}`;
  if (!URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  const target = new URL(path.startsWith("/") ? `http://localhost${path}` : "http://localhost/");
  url.pathname = target.pathname;
  url.search = target.search;
  const init: RequestInit & { duplex: "half" } = { method, headers, signal, duplex: "half" };
  if (body && method !== "GET" && method !== "HEAD") init.body = body.stream;
  return new Request(url, init);
}

/** The body of a request as a stream. It is never cancelled at its source: with it Node would close the connection. */
class IncomingBody {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #incoming: NodeRequest;
  #isDiscarded = false;

  constructor(incoming: NodeRequest) {
    this.#incoming = incoming;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const unlessDiscarded = (work: (value: unknown) => void) => (value: unknown) => {
            if (!this.#isDiscarded) work(value);
          };
          const stop = (work: () => void) =>
            unlessDiscarded(() => {
              this.#isDiscarded = true;
              work();
            });
          incoming.on(
            "data",
            unlessDiscarded((chunk) => {
              controller.enqueue(chunk as Uint8Array);
              incoming.pause();
            }),
          );
          incoming.on(
            "end",
            stop(() => controller.close()),
          );
          incoming.on(
            "close",
            stop(() => controller.error(new Error("the request was broken off"))),
          );
          incoming.on(
            "error",
            stop(() => controller.error(new Error("the request was broken off"))),
          );
          incoming.pause();
        },
        pull: () => void incoming.resume(),
        cancel: () => this.discard(),
      },
      { highWaterMark: 0 },
    );
  }

  /** Reads on and drops what comes. */
  discard(): void {
    this.#isDiscarded = true;
    this.#incoming.resume();
  }
}

async function send(response: Response, outgoing: NodeResponse): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.setHeader(name, value);
  if (!response.body) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  const reader = response.body.getReader();
  outgoing.on("close", () => {
    if (!outgoing.writableEnded) reader.cancel().catch(() => {});
  });
  for (;;) {
    const { value, done } = await reader.read();
    if (done || outgoing.destroyed) break;
    if (!outgoing.write(value)) {
      await new Promise<void>((resolve) => {
        outgoing.once("drain", resolve);
        outgoing.once("close", resolve);
      });
    }
  }
  outgoing.end();
}
