// The caller's WebSocket, and the credential that a page brings with it.

import { refusal } from "../refusal.js";
import { type RelaySocket, type StandardSocket, standardSocket } from "./socket.js";

/** A caller's socket, and what the handler gives back for it. */
export interface Accepted {
  socket: RelaySocket;
  response: Response;
}

/** What an adapter tells of itself in the context: how requests of its server become sockets. */
export interface SocketContext {
  acceptSocket?(protocol: string | undefined): Accepted | Promise<Accepted>;
}

/**
 * The protocol that pages name, and, in a second name behind it, what they would say as `Authorization: Bearer`. Pages cannot set
 * headers on a WebSocket; an address with a credential would stand in the logs of every server on its way.
 */
const PROTOCOL = "dashscope-asr";
const BEARER = `${PROTOCOL}.bearer.`;

/** The same request with the credential where a policy looks for it. */
export function withCredential(request: Request): Request {
  const named = request.headers.get("sec-websocket-protocol")?.split(/\s*,\s*/) ?? [];
  const bearer = named.find((name) => name.startsWith(BEARER));
  if (bearer === undefined) return request;
  const headers = new Headers(request.headers);
  headers.set("sec-websocket-protocol", named.filter((name) => name !== bearer).join(", "));
  if (!headers.has("authorization")) headers.set("authorization", `Bearer ${decoded(bearer.slice(BEARER.length))}`);
  return new Request(request, { headers });
}

function decoded(letters: string): string {
  try {
    const text = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
    if (/^[!-~]+$/.test(text)) return text;
  } catch {
    // It is none, which nobody lets in.
  }
  return "?";
}

/** Makes the caller's request a socket. `arrived` is the request as the runtime gave it. */
export async function accept(arrived: Request, context: unknown): Promise<Accepted> {
  const named = arrived.headers.get("sec-websocket-protocol")?.split(/\s*,\s*/) ?? [];
  const protocol = named.includes(PROTOCOL) ? PROTOCOL : undefined;
  const { WebSocketPair, Deno } = globalThis as {
    WebSocketPair?: new () => [StandardSocket, StandardSocket & { accept(): void }];
    Deno?: {
      upgradeWebSocket(
        request: Request,
        options: { protocol?: string },
      ): { socket: StandardSocket; response: Response };
    };
  };
  const { acceptSocket } = (context ?? {}) as SocketContext;
  if (acceptSocket) return acceptSocket(protocol);
  if (WebSocketPair) {
    const { 0: theirs, 1: ours } = new WebSocketPair();
    ours.accept();
    const headers = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
    const init = { status: 101, webSocket: theirs, headers };
    return { socket: standardSocket(ours), response: new Response(null, init as ResponseInit) };
  }
  if (Deno) {
    const { socket, response } = Deno.upgradeWebSocket(arrived, protocol === undefined ? {} : { protocol });
    return { socket: standardSocket(socket), response };
  }
  throw refusal(
    501,
    "NotImplemented",
    "This relay passes on no WebSockets here: in Node and Bun its operator adds toNodeUpgradeHandler to a server of node:http.",
  );
}
