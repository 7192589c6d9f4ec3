// Result documents behind signed links, as in an object store: no key, a day of life, and XML when something is wrong.
import { randomBytes, randomUUID } from "node:crypto";

/** @typedef {ReturnType<typeof createResultStore>} ResultStore */
/** @typedef {{ text: string, signature: string, expires: number, fault: string, faultTimes: number }} Result */

export function createResultStore() {
  /** @type {Map<string, Result>} by path */
  const results = new Map();
  return {
    /**
     * @param {object} document
     * @param {{ origin: string, faults: import("./faults.mjs").Faults }} context
     * @returns {string} the link
     */
    keep(document, { origin, faults }) {
      const now = new Date().toISOString();
      const day = now.slice(0, 10).replaceAll("-", "");
      const minute = encodeURIComponent(now.slice(11, 16));
      const path = `/result/pre/filetrans-16k/${day}/${minute}/${randomUUID()}-1.json`;
      const signature = randomBytes(20).toString("base64");
      const expires = Math.floor(Date.now() / 1000) + (faults.value("result-fault") === "expired" ? -1 : 24 * 3600);
      results.set(path, {
        text: JSON.stringify(document),
        signature,
        expires,
        fault: faults.value("result-fault") ?? "",
        faultTimes: faults.number("result-fault-times") ?? Number.POSITIVE_INFINITY,
      });
      const query = new URLSearchParams({ Expires: String(expires), OSSAccessKeyId: "EMULATOR", Signature: signature });
      return `${faults.has("result-https") ? origin.replace(/^http:/, "https:") : origin}${path}?${query}`;
    },

    /** @param {string} path */
    get: (path) => results.get(path),
  };
}
