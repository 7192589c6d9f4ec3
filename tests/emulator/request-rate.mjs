// How many model calls an account may begin in a minute. Nothing is limited unless the program that starts the emulator says so.
import { refusal } from "./service-error.mjs";

const MINUTE_MS = 60_000;
/** What the service's page "Rate limits" is about; polls, uploads and tokens have limits of their own. */
const MODEL_CALL = /^\/(compatible-mode\/v1\/chat\/completions|api\/v1\/services\/aigc\/)/;

/** @param {number} [perMinute] in any sixty seconds; none: as many as come */
export function createRequestRate(perMinute = Number.POSITIVE_INFINITY) {
  /** When those of the last minute have begun. @type {number[]} */
  let begun = [];
  return {
    /** Throws the service's refusal where it is one too many. @param {string} method @param {string} path @param {number} now */
    begin(method, path, now = performance.now()) {
      if (method !== "POST" || !MODEL_CALL.test(path)) return;
      begun = begun.filter((at) => at > now - MINUTE_MS);
      if (begun.length >= perMinute) throw refusal("rate-quota");
      begun.push(now);
    },
  };
}
