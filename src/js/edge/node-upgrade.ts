// Node's `upgrade` event: sockets for a relay.

import type { Accepted, SocketContext } from "./live/accept.js";
import { acceptKey, NodeSocket, type NodeStream } from "./live/node-socket.js";
import { type NodeRequest, toRequest } from "./node.js";
import type { Relay } from "./options.js";
import { refusal } from "./refusal.js";

/**
 * Makes a listener for the sockets of live transcription: `server.on("upgrade", toNodeUpgradeHandler(relay, process.env))`, beside
 * `toNodeHandler` for requests. It answers every upgrade of the server; where others have sockets, too, pass it those of the relay's path.
 */
export function toNodeUpgradeHandler<Env>(
  relay: Relay<Env>,
  env?: Env,
): (request: NodeRequest, stream: NodeStream, head: Uint8Array) => Promise<void> {
  return async (incoming, stream, head) => {
    const abort = new AbortController();
    const gone = () => abort.abort();
    stream.on("close", gone);
    // Without a listener an error ends the process.
    stream.on("error", gone);
    let socket: NodeSocket | undefined;
    const context: SocketContext & { address: string | undefined } = {
      address: incoming.socket.remoteAddress,
      acceptSocket: async (protocol): Promise<Accepted> => {
        const { "sec-websocket-key": key, "sec-websocket-version": version } = incoming.headers;
        if (typeof key !== "string" || !/^[\w+/]{22}==$/.test(key) || version !== "13") {
          throw refusal(400, "InvalidParameter", "The request for a WebSocket is none of version 13.");
        }
        const head101 = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
        head101.push(`Sec-WebSocket-Accept: ${await acceptKey(key)}`);
        if (protocol !== undefined) head101.push(`Sec-WebSocket-Protocol: ${protocol}`);
        stream.write(encoder.encode(`${head101.join("\r\n")}\r\n\r\n`));
        socket = new NodeSocket(stream, head, false);
        return { socket, response: new Response(null) };
      },
    };
    try {
      const request = toRequest(incoming, undefined, abort.signal);
      const response = request ? await relay(request, env, context) : new Response(null, { status: 400 });
      if (!socket) await refuse(response, stream);
    } catch (error) {
      if (!abort.signal.aborted) console.error("the relay failed", error);
      stream.destroy();
    }
  };
}

const encoder = new TextEncoder();

/** An answer of plain HTTP in the place of the socket. */
async function refuse(response: Response, stream: NodeStream): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer());
  const { headers, status } = response;
  headers.set("content-length", String(body.length));
  headers.set("connection", "close");
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  stream.write(encoder.encode(`HTTP/1.1 ${status} \r\n${lines.join("\r\n")}\r\n\r\n`));
  stream.write(body);
  stream.end();
}
