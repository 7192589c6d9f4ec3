// A site as users put one up: files, and on the same origin a relay that adds the key. Browsers cannot reach the service.
import { createReadStream, statSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".wav": "audio/wav",
};

/**
 * @param {object} options
 * @param {string} options.folder what is served
 * @param {string} [options.upstream] where /relay/… leads
 * @param {(path: string) => Record<string, string>} [options.headers] more headers of a file
 * @param {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean} [options.serve]
 *   gets every request first, and says whether it took it
 * @param {(request: import("node:http").IncomingMessage, socket: import("node:stream").Duplex) => void} [options.upgrade]
 *   gets every WebSocket
 */
export async function startSite({ folder, upstream, headers = () => ({}), serve, upgrade }) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    if (serve?.(request, response)) return;
    if (pathname.startsWith("/relay/")) relay(upstream, request, response);
    else sendFile(folder, pathname === "/" ? "/index.html" : pathname, headers, response);
  });
  if (upgrade) server.on("upgrade", upgrade);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function relay(upstream, request, response) {
  const target = new URL(request.url.slice("/relay".length), upstream);
  forward(request, response, target, { authorization: "Bearer sk-of-the-relay" });
}

/** Sends a request on as it is, but for some headers, and its answer back; both as they come. */
export function forward(request, response, target, changes = {}) {
  const { host, ...headers } = request.headers;
  const onward = httpRequest(target, { method: request.method, headers: { ...headers, ...changes } });
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

/** Sends a WebSocket on to another server, byte by byte. */
export function forwardSocket(request, socket, target, changes = {}) {
  const { host, ...headers } = request.headers;
  const onward = httpRequest(target, { headers: { ...headers, ...changes } });
  onward.on("upgrade", (answer, upstream, first) => {
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
    socket.write(first);
    upstream.pipe(socket).pipe(upstream);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ])
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
  });
  onward.on("response", () => socket.destroy());
  onward.on("error", () => socket.destroy());
  onward.end();
}

function sendFile(folder, pathname, headers, response) {
  const path = join(folder, normalize(pathname));
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(404, { "content-type": "text/plain" });
    response.end(`no ${pathname}`);
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", ...headers(pathname) });
  createReadStream(path).pipe(response);
}
