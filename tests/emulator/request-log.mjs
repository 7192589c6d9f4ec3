// What arrived, for tests to look at: without the key, and with audio replaced by what it was.
import { createHash } from "node:crypto";
import { readDataUrl } from "./data-url.mjs";

const KEPT = 2000;

/**
 * @typedef {object} LoggedRequest
 * @property {string} method
 * @property {string} path without the query
 * @property {Record<string, string>} query
 * @property {Record<string, string | string[] | undefined>} headers `authorization` only shows its scheme and the key's prefix
 * @property {string} [keySha256] SHA-256 of the key, so that a test can tell which one was used
 * @property {unknown} [body] JSON with audio as {mediaType, bytes, sha256}; form posts as {fields, values, file}
 * @property {number} bodyBytes
 * @property {number} [status] of the answer
 * @property {{ messages: unknown[], audioBytes: number, events: number, closed?: number }} [live] of a WebSocket: what came apart
 *   from audio, how much audio, how many events were sent, and the code with which it was closed
 */

/** @typedef {ReturnType<typeof createRequestLog>} RequestLog */

export function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

export function createRequestLog() {
  /** @type {LoggedRequest[]} */
  const requests = [];
  return {
    requests,
    /**
     * @param {import("node:http").IncomingMessage} request
     * @param {URL} url
     * @param {Buffer} body
     * @returns {LoggedRequest}
     */
    add(request, url, body) {
      const { authorization, ...headers } = request.headers;
      const { api_key: inQuery, ...query } = Object.fromEntries(url.searchParams);
      const [scheme, key] = authorization?.split(/\s+/) ?? ["", inQuery];
      const prefix = /^[a-z]+-/i.exec(key ?? "")?.[0] ?? "";
      const entry = {
        method: request.method ?? "",
        path: url.pathname,
        query: inQuery === undefined ? query : { ...query, api_key: `${prefix}…` },
        headers: authorization ? { ...headers, authorization: `${scheme} ${prefix}…` } : headers,
        ...(key && { keySha256: sha256(key) }),
        body: describeBody(body, String(request.headers["content-type"] ?? "")),
        bodyBytes: body.length,
      };
      requests.push(entry);
      if (requests.length > KEPT) requests.shift();
      return entry;
    },
  };
}

function describeBody(body, contentType) {
  if (body.length === 0 || /multipart/.test(contentType)) return undefined;
  try {
    return JSON.parse(body.toString("utf8"), (_, value) => (typeof value === "string" ? describeAudio(value) : value));
  } catch {
    return { notJson: body.subarray(0, 200).toString("utf8") };
  }
}

function describeAudio(text) {
  const read = readDataUrl(text);
  return read ? { mediaType: read.mediaType, bytes: read.bytes.length, sha256: sha256(read.bytes) } : text;
}
