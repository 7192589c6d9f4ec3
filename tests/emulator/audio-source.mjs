// From what a request names (data URL, http(s) URL, oss:// URL) to bytes, with the service's limits and refusals.
import { readDataUrl } from "./data-url.mjs";
import { invalidParameter, ServiceError } from "./service-error.mjs";

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
  if (typeof source !== "string" || source === "") throw invalidParameter("The audio is empty");
  if (source.length > LONGEST_STRING) {
    throw new ServiceError(
      "InvalidParameter",
      `String value length (${source.length}) exceeds the maximum allowed (${LONGEST_STRING}, from \`StreamReadConstraints.getMaxStringLength()\`)`,
    );
  }
  const bytes = await read(source, context);
  if (bytes.length === 0) throw invalidParameter("The audio is empty");
  return bytes;
}

/** @param {string} source @param {SourceContext} context */
async function read(source, { model, family, headers, objects, signal }) {
  if (/^data:/i.test(source)) {
    const { dataUriLimit = 0 } = family;
    if (source.length > dataUriLimit) {
      const words = `Exceeded limit on max bytes per data-uri item : ${dataUriLimit}`;
      throw new ServiceError("BadRequest.TooLarge", words);
    }
    const read = readDataUrl(source);
    if (!read) throw invalidParameter("The provided data URL is not valid base64.");
    return read.bytes;
  }
  if (/^oss:/i.test(source)) return readObject(source, { model, headers, objects });
  return download(source, family.byteLimit ?? 0, signal);
}

/** Uploaded files are only resolved for those who ask for it by header. */
export function readObject(source, { model, headers, objects }) {
  if (String(headers["x-dashscope-ossresourceresolve"]).toLowerCase() !== "enable") throw urlError();
  const bytes = objects.get(source.slice("oss://".length), model);
  if (!bytes) throw new ServiceError("InvalidFile.DownloadFailed");
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
    throw new ServiceError("BadRequest.InputDownloadFailed", `Failed to download the input file: ${url.origin}`);
  }
  let response;
  try {
    response = await fetch(url, { redirect: "error", signal, headers: { "user-agent": "DashScopeUserBot" } });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ServiceError(
      "InvalidURL.ConnectionRefused",
      `Connection to ${url.origin} refused, please provide available URL`,
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    const refused = response.status === 401 || response.status === 403;
    throw Object.assign(
      new ServiceError("BadRequest.InputDownloadFailed", `Failed to download the input file: ${source}`),
      {
        forbidden: refused,
      },
    );
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > limit) throw invalidParameter("Multimodal file size is too large");
  return bytes;
}

function parseUrl(source) {
  let url;
  try {
    url = new URL(source);
  } catch {
    throw urlError();
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw urlError();
  return url;
}

function urlError() {
  return new ServiceError("InvalidParameter", "url error, please check url！");
}

function isLoopback(host) {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
