// An error of the service's on its way out: which of the table it is, and how each of the two doors says it.
import { FaultMistake } from "./faults.mjs";
import { FILE_ERRORS, LIVE_ERRORS, SERVICE_ERRORS, worded } from "./service-errors.mjs";

/** What a bare status most often means. */
const TYPICAL = {
  400: "wrong-parameter",
  401: "wrong-key",
  403: "access-denied",
  404: "unknown-model",
  408: "request-timeout",
  409: "conflict",
  416: "no-such-list",
  429: "rate-quota",
  500: "internal",
  502: "system",
  503: "unavailable",
  504: "request-timeout",
};

/** Refusals of what the caller sent: one code for all of them behind the OpenAI-compatible door. */
const INPUT = /^(InvalidParameter|InvalidURL|BadRequest|InvalidFile|AUDIO_DURATION_TOO_LONG|UnsupportedOperation)/;
const GENERIC_INPUT = ["invalid_parameter_error", "invalid_request_error"];

/** A refusal; thrown anywhere below a route and turned into that route's error shape by the server. */
export class ServiceError extends Error {
  /**
   * @param {import("./service-errors.mjs").KnownError} known of the table, but for what a fault switch wants otherwise
   * @param {Record<string, unknown>} values
   */
  constructor(known, values) {
    super(worded(known.message, values));
    this.code = known.code;
    this.status = known.status;
    this.known = known;
    this.values = values;
  }

  /** The native body. @param {string} requestId */
  toNative(requestId) {
    return { code: this.code, message: this.message, request_id: requestId };
  }

  /** The OpenAI-compatible body. @param {string} requestId */
  toCompatible(requestId) {
    const usual = INPUT.test(this.code) ? GENERIC_INPUT : [this.code, this.code];
    const [code, type, words] = this.known.compatible ?? usual;
    const message = words === undefined ? this.message : worded(words, this.values);
    return { error: { message, type, param: null, code }, request_id: requestId };
  }
}

/** @param {string} name of SERVICE_ERRORS or LIVE_ERRORS @param {Record<string, unknown>} [values] for the places in its words */
export function refusal(name, values = {}) {
  const known = SERVICE_ERRORS[name] ?? LIVE_ERRORS[name];
  if (!known) throw new Error(`no error "${name}" in service-errors.mjs`);
  return new ServiceError(known, values);
}

/** @param {string} name of a parameter */
export function wrongParameter(name) {
  return refusal("wrong-parameter", { name });
}

/** Why a file of a task came to nothing. @param {keyof typeof FILE_ERRORS} code @param {Record<string, unknown>} [values] */
export function fileFailure(code, values = {}) {
  const known = Object.hasOwn(FILE_ERRORS, code) ? FILE_ERRORS[code] : undefined;
  if (!known)
    throw new FaultMistake(`no failure of a file "${code}"; there are: ${Object.keys(FILE_ERRORS).join(", ")}`);
  return { code, message: worded(known.message ?? code, values) };
}

/**
 * An error as a fault switch describes it: by name, by code (native or compatible spelling), by status. A code that the service
 * does not have needs a status and words: they are the test's own.
 * @param {{ error?: string, status?: number, code?: string, message?: string }} wish
 */
export function describedError({ error, status, code, message }) {
  const all = Object.values(SERVICE_ERRORS);
  const typical = TYPICAL[status ?? 400] ?? (Number(status) >= 500 ? "internal" : "wrong-parameter");
  const byCode = code === undefined ? SERVICE_ERRORS[typical] : preferred(all, code);
  const byName = error !== undefined && Object.hasOwn(SERVICE_ERRORS, error) ? SERVICE_ERRORS[error] : undefined;
  let known = error === undefined ? byCode : byName;
  if (!known) {
    if (error !== undefined) throw new FaultMistake(`no error "${error}" in service-errors.mjs`);
    if (code === undefined || status === undefined || message === undefined) {
      throw new FaultMistake(`the service has no code "${code}": one of one's own needs status= and message=, too`);
    }
    known = { status, code, message, source: "the test that asks for it" };
  }
  if (message !== undefined) known = { ...known, message, compatible: withoutWords(known.compatible) };
  return new ServiceError({ ...known, status: status ?? known.status }, {});
}

const PLAINEST = /** @type {const} */ ([
  ["InvalidParameter", "wrong-parameter"],
  ["InvalidApiKey", "wrong-key"],
  ["invalid_api_key", "wrong-key"],
  ["AccessDenied", "access-denied"],
  ["Throttling.AllocationQuota", "token-quota"],
  ["insufficient_quota", "token-quota"],
]);

/** Of several errors with one code the one with the plainest words. */
function preferred(all, code) {
  const name = PLAINEST.find(([plain]) => plain === code)?.[1];
  if (name) return SERVICE_ERRORS[name];
  return all.find((known) => known.code === code) ?? all.find((known) => known.compatible?.[0] === code);
}

/** @param {import("./service-errors.mjs").KnownError["compatible"]} compatible @returns {import("./service-errors.mjs").KnownError["compatible"]} */
function withoutWords(compatible) {
  return compatible && [compatible[0], compatible[1]];
}
