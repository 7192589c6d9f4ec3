// The service's WebSocket, with the key in a header.

import type { Incoming } from "../incoming.js";
import { within } from "../patience.js";
import { type RefusalError, refusal } from "../refusal.js";
import { dialFromNode, nodeModules } from "./node-dial.js";
import { NoSocket, type RelaySocket, type StandardSocket, standardSocket } from "./socket.js";

/** How long it may take to open. */
const OPENING_MS = 15_000;
/** Most of a refusal that is read. */
const MOST_WORDS = 16_384;

/** Opens the service's socket at an address of `ws:` or `wss:`. */
export async function dial<Env>(incoming: Incoming<Env>, address: string, key: string): Promise<RelaySocket> {
  const { workspace } = incoming.policy;
  const headers: Record<string, string> = { authorization: `Bearer ${key}`, "x-request-id": incoming.requestId };
  if (workspace !== undefined) headers["x-dashscope-workspace"] = workspace;
  const { signal } = incoming.abort;
  const opening = () => {
    if ("WebSocketPair" in globalThis) return byFetch(incoming, address, headers);
    const modules = nodeModules();
    return modules ? dialFromNode(modules, address, headers, signal) : byConstructor(address, headers, signal);
  };
  try {
    return await within(opening(), OPENING_MS, () => new Error("too late"));
  } catch (error) {
    incoming.abort.abort();
    throw error instanceof NoSocket ? asRefusal(error, key) : UNREACHED();
  }
}

/** What the service has said, as far as it may be repeated. */
function asRefusal({ status, body }: NoSocket, key: string): RefusalError {
  const refused = status >= 400 && status <= 599 ? status : 502;
  let words: { code?: unknown; message?: unknown } | null = null;
  try {
    words = JSON.parse(body);
  } catch {
    // A gateway's page.
  }
  const { code, message } = words ?? {};
  if (typeof code !== "string" || typeof message !== "string" || `${code} ${message}`.includes(key)) {
    return refusal(refused, "ServiceUnavailable", `The speech service refused the WebSocket with status ${status}.`);
  }
  return refusal(refused, code.slice(0, 100), message.slice(0, 500));
}

const UNREACHED = () => refusal(502, "ServiceUnavailable", "The speech service could not be reached.");

/** Cloudflare's runtime: a request that is answered with a socket. */
async function byFetch<Env>(incoming: Incoming<Env>, address: string, headers: Record<string, string>) {
  const init = { headers: { ...headers, upgrade: "websocket" }, redirect: "manual", signal: incoming.abort.signal };
  const answer = await incoming.send(new Request(address.replace(/^ws/, "http"), init as RequestInit));
  const { webSocket } = answer as Response & { webSocket?: StandardSocket & { accept(): void } };
  if (!webSocket) throw new NoSocket(answer.status, (await answer.text()).slice(0, MOST_WORDS));
  webSocket.accept();
  return standardSocket(webSocket);
}

/** Deno and Bun take headers, and do not tell what a handshake was answered. */
async function byConstructor(address: string, headers: Record<string, string>, signal: AbortSignal) {
  const { WebSocket } = globalThis as unknown as {
    WebSocket: new (address: string, options: object) => StandardSocket;
  };
  const socket = new WebSocket(address, { headers });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("close", () => reject(new Error("closed")));
    socket.addEventListener("error", () => reject(new Error("not opened")));
    signal.addEventListener("abort", () => {
      reject(new Error("aborted"));
      if (socket.readyState === 0) socket.close(1000, "");
    });
  });
  return standardSocket(socket);
}
