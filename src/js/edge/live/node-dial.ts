// A WebSocket of Node's http, whose own class tells nothing of a refused handshake.

import { acceptKey, NodeSocket, type NodeStream } from "./node-socket.js";
import { NoSocket, type RelaySocket } from "./socket.js";

interface ClientRequest {
  on(event: "upgrade", listener: (answer: Answer, stream: NodeStream, head: Uint8Array) => void): ClientRequest;
  on(event: "response", listener: (answer: Answer) => void): ClientRequest;
  on(event: "error", listener: (error: Error) => void): ClientRequest;
  end(): void;
}

interface Answer {
  statusCode?: number;
  headers: Record<string, string | string[] | undefined>;
  on(event: string, listener: (chunk: Uint8Array) => void): Answer;
  destroy(): void;
}

/** What of Node's modules is needed. */
export interface NodeModules {
  request(url: string, options: object): ClientRequest;
}

/** Gives Node's modules without importing what other runtimes and bundlers do not know; nothing where this is not Node. */
export function nodeModules(): ((secure: boolean) => NodeModules) | undefined {
  const { process, Bun, Deno } = globalThis as {
    process?: { getBuiltinModule?(name: string): NodeModules };
    Bun?: unknown;
    Deno?: unknown;
  };
  if (!process?.getBuiltinModule || Bun || Deno) return undefined;
  return (secure) => process.getBuiltinModule!(secure ? "node:https" : "node:http");
}

export async function dialFromNode(
  modules: (secure: boolean) => NodeModules,
  address: string,
  given: Record<string, string>,
  signal: AbortSignal,
): Promise<RelaySocket> {
  const url = address.replace(/^ws/, "http");
  const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const expected = await acceptKey(key);
  const headers = {
    ...given,
    ...{ connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": key },
  };
  return new Promise((resolve, reject) => {
    const request = modules(url.startsWith("https:")).request(url, { headers, signal });
    request.on("error", reject);
    request.on("upgrade", (answer, stream, head) => {
      if (answer.headers["sec-websocket-accept"] === expected) return resolve(new NodeSocket(stream, head, true));
      stream.destroy();
      reject(new Error("no WebSocket"));
    });
    request.on("response", (answer) => {
      const status = answer.statusCode ?? 502;
      const decoder = new TextDecoder();
      let body = "";
      answer.on("data", (chunk) => {
        body += decoder.decode(chunk, { stream: true });
        if (body.length > 16_384) answer.destroy();
      });
      answer.on("close", () => reject(new NoSocket(status, body)));
    });
    request.end();
  });
}
