// Opens a WebSocket with a key, in the words of each runtime.

/** What a socket has everywhere. */
export interface Socket {
  readonly readyState: number;
  readonly bufferedAmount?: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(name: string, listener: (event: never) => void): void;
  /** In Cloudflare's runtime, of a socket that came with an answer. */
  accept?(): void;
}

/** The handshake was answered, and not with a socket. */
export class Refused extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`HTTP status ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** How a socket is to be opened. */
export interface Way {
  url: string;
  key: string | undefined;
  /** More headers, where a runtime can send them. */
  headers: Record<string, string>;
  /** Straight to the service, not to a relay. */
  isDirect: boolean;
}

type SocketClass = new (url: string, options?: { headers: Record<string, string> } | string[]) => Socket;

/** A path is one of the page's own site. */
function absolute(url: string): URL {
  const { location } = globalThis as { location?: { href?: string } };
  return new URL(url, location?.href);
}

export async function openSocket({ url: given, key, headers: more, isDirect }: Way): Promise<Socket> {
  const { WebSocket, WebSocketPair, document, importScripts } = globalThis as Record<string, unknown>;
  const url = absolute(given);
  url.protocol = url.protocol.replace(/^http/, "ws");
  const headers: Record<string, string> = key ? { ...more, Authorization: `Bearer ${key}` } : more;
  if (WebSocketPair) return upgrade(url, headers);
  if (!WebSocket) throw new Error("this runtime has no WebSocket; Node has one from version 22 on");
  const Socket = WebSocket as SocketClass;
  if (Object.keys(headers).length > 0 && !document && !importScripts) {
    try {
      return new Socket(url.href, { headers });
    } catch {
      // Takes no headers, as WebSocket of the standard does not.
    }
  }
  if (!key) return new Socket(url.href);
  // A relay is told in the name of a protocol, as no header can be given: addresses stand in logs.
  if (!isDirect) return new Socket(url.href, ["dashscope-asr", `dashscope-asr.bearer.${base64url(key)}`]);
  // The service takes the key so, as its own sample for pages shows.
  url.searchParams.set("api_key", key);
  return new Socket(url.href);
}

function base64url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Asks a server of the caller's for a temporary token, and where it is for. */
export async function askForToken(
  tokenURL: string,
  model: string,
  headers: Record<string, string>,
  fetch: (request: Request) => Promise<Response>,
): Promise<{ token: string; url: string }> {
  const address = absolute(tokenURL);
  address.searchParams.set("model", model);
  const response = await fetch(new Request(address, { method: "POST", headers, redirect: "manual" }));
  const body = await response.text();
  if (!response.ok) throw new Refused(response.status, body);
  const { token, url } = (JSON.parse(body) ?? {}) as { token?: unknown; url?: unknown };
  const isPlain = address.protocol === "http:";
  if (typeof token !== "string" || typeof url !== "string" || !(isPlain ? /^wss?:/ : /^wss:/).test(url)) {
    throw new Error("tokenURL must answer with { token, url }, url being one of wss:");
  }
  return { token, url };
}

/** Cloudflare's runtime: a request with headers, answered with a socket. */
async function upgrade(url: URL, headers: Record<string, string>): Promise<Socket> {
  url.protocol = url.protocol.replace(/^ws/, "http");
  const response = await fetch(url, { headers: { ...headers, Upgrade: "websocket" } });
  const { webSocket } = response as Response & { webSocket?: Socket };
  if (!webSocket) throw new Refused(response.status, await response.text());
  webSocket.accept?.();
  return webSocket;
}
