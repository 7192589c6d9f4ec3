// A server in the place of the speech service: it keeps what arrives and answers as the test says.

import { createServer } from "node:http";

/**
 * @param {(request: import("node:http").IncomingMessage & { whole: Promise<Buffer> }, response: import("node:http").ServerResponse) => void} answer
 */
export async function startUpstream(answer) {
  const requests = [];
  const server = createServer((request, response) => {
    const pieces = [];
    const arrived = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      closed: false,
      complete: false,
      pieces,
    };
    requests.push(arrived);
    request.whole = new Promise((resolve) => request.on("end", () => resolve(Buffer.concat(pieces))));
    request.on("end", () => {
      arrived.complete = request.complete;
    });
    request.on("data", (piece) => pieces.push(piece));
    response.on("close", () => {
      arrived.closed = true;
    });
    answer(request, response);
  });
  const connections = new Set();
  server.on("connection", (connection) => {
    connections.add(connection);
    connection.on("close", () => connections.delete(connection));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    server,
    close: () => {
      // Also those that have become WebSockets, of which the server does not know.
      for (const connection of connections) connection.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits for something that another program does, and says what it was when it never comes. */
export async function eventually(what, condition, patienceMs = 5000) {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const value = condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`This never happened: ${what}`);
}
