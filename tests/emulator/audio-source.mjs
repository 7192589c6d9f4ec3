// From what a request names (data URL, http(s) URL, oss:// URL) to bytes, with the service's limits and refusals.
import { readDataUrl } from "./data-url.mjs";
import { refusal } from "./service-error.mjs";

const LONGEST_STRING = 28_000_000;

/**
 * @typedef {object} SourceContext
 * @property {string} model
 * @property {import("./models.mjs").Family} family
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {import("./object-store.mjs").ObjectStore} objects
 * @property {AbortSignal} [signal]
 */

/**
 * @param {unknown} source
 * @param {SourceContext} context
 * @returns {Promise<Uint8Array>}
 */
export async function fetchAudio(source, context) {
  if (typeof source !== "string" || source === "") throw refusal("audio-empty");
  if (source.length > LONGEST_STRING) {
    throw refusal("string-too-long", { length: source.length, limit: LONGEST_STRING });
  }
  const bytes = await read(source, context);
  if (bytes.length === 0) throw refusal("audio-empty");
  return bytes;
}

/** @param {string} source @param {SourceContext} context */
async function read(source, { model, family, headers, objects, signal }) {
  if (/^data:/i.test(source)) {
    const { dataUriLimit = 0 } = family;
    if (source.length > dataUriLimit) throw refusal("data-url-too-large", { limit: dataUriLimit });
    const read = readDataUrl(source);
    if (!read) throw refusal("bad-data-url");
    return read.bytes;
  }
  if (/^oss:/i.test(source)) return readObject(source, { model, headers, objects });
  return download(source, family.byteLimit ?? 0, signal);
}

/** Uploaded files are only resolved for those who ask for it by header. */
export function readObject(source, { model, headers, objects }) {
  if (String(headers["x-dashscope-ossresourceresolve"]).toLowerCase() !== "enable") throw refusal("bad-url");
  const bytes = objects.get(source.slice("oss://".length), model);
  if (!bytes) throw refusal("upload-not-found");
  return bytes;
}

/**
 * Only this machine is reachable: an emulator that fetched whatever it is told to would be a hole in the network it runs in.
 * @param {string} source
 * @param {number} limit
 * @param {AbortSignal} [signal]
 */
export async function download(source, limit, signal) {
  const url = parseUrl(source);
  if (!isLoopback(url.hostname)) {
    throw refusal("download-failed", { url: url.origin });
  }
  let response;
  try {
    response = await fetch(url, { redirect: "error", signal, headers: { "user-agent": "DashScopeUserBot" } });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw refusal("connection-refused", { url: url.origin });
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw Object.assign(refusal("download-failed", { url: source }), { storeStatus: response.status });
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > limit) throw Object.assign(refusal("file-too-large"), { storeStatus: 413 });
  return bytes;
}

function parseUrl(source) {
  let url;
  try {
    url = new URL(source);
  } catch {
    throw refusal("bad-url");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refusal("bad-url");
  return url;
}

function isLoopback(host) {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
