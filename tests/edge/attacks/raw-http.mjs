// HTTP/1.1 by hand, for requests that no client would write.

import { connect } from "node:net";

/**
 * @typedef {object} Sent
 * @property {string} [method]
 * @property {string} [path]
 * @property {Record<string, string | string[] | null>} [headers] of null: not sent, though it would be
 * @property {string | Buffer} [body]
 * @property {string | Buffer} [raw] all of it, instead of the above
 * @property {(socket: import("node:net").Socket) => void} [meanwhile] what happens on the connection afterwards
 * @property {number} [patienceMs]
 */

/**
 * Sends a request and reads its answer, until the connection closes or the answer is whole.
 *
 * @param {string} url of the server
 * @param {Sent} sent
 * @returns {Promise<{ status: number | undefined, headers: Headers, text: string, json: any, raw: Buffer, isOver: boolean }>}
 *   `status` of undefined: nothing was answered; `isOver`: the answer came to its own end
 */
export function exchange(url, sent) {
  const { hostname, port, host } = new URL(url);
  const pieces = [];
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const patience = setTimeout(() => socket.destroy(), sent.patienceMs ?? 10_000);
    socket.on("connect", () => {
      socket.write(sent.raw ?? written(sent, host));
      sent.meanwhile?.(socket);
    });
    socket.on("data", (piece) => {
      pieces.push(piece);
      if ((!sent.raw || sent.meanwhile) && read(Buffer.concat(pieces)).isOver) socket.destroy();
    });
    // What came before the other side hung up is its answer.
    socket.on("error", (error) => (error.code === "ECONNREFUSED" ? reject(error) : undefined));
    socket.on("close", () => {
      clearTimeout(patience);
      resolve(read(Buffer.concat(pieces)));
    });
  });
}

function written({ method = "POST", path = "/", headers = {}, body = "" }, host) {
  const content = Buffer.from(body);
  const all = {
    host,
    connection: "close",
    ...(method === "GET" ? {} : { "content-length": `${content.length}` }),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"), content]);
}

/** @param {Buffer} raw */
function read(raw) {
  const end = raw.indexOf("\r\n\r\n");
  const [line = "", ...lines] = raw.subarray(0, Math.max(end, 0)).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? Number.NaN);
  const headers = new Headers(
    lines.map((each) => [each.slice(0, each.indexOf(":")), each.slice(each.indexOf(":") + 1).trim()]),
  );
  const { body, isOver } = bodyOf(end < 0 ? Buffer.alloc(0) : raw.subarray(end + 4), headers, status);
  const text = body.toString();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    // It is something else.
  }
  return { status: Number.isNaN(status) ? undefined : status, headers, text, json, raw, isOver: end >= 0 && isOver };
}

function bodyOf(raw, headers, status) {
  const length = headers.get("content-length");
  if (status === 204 || status === 304) return { body: Buffer.alloc(0), isOver: true };
  if (length !== null) return { body: raw.subarray(0, Number(length)), isOver: raw.length >= Number(length) };
  if (!/chunked/i.test(headers.get("transfer-encoding") ?? "")) return { body: raw, isOver: false };
  const pieces = [];
  for (let at = 0; ; ) {
    const line = raw.indexOf("\r\n", at);
    const size = Number.parseInt(raw.subarray(at, line).toString("latin1"), 16);
    if (line < 0 || Number.isNaN(size) || line + 2 + size + 2 > raw.length)
      return { body: Buffer.concat(pieces), isOver: false };
    if (size === 0) return { body: Buffer.concat(pieces), isOver: true };
    pieces.push(raw.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
