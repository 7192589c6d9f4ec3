// Fault switches: what a request wants to go wrong, as `name=value,name` in the header x-emulator-fault or the query ?fault=.

/** Every switch, with the explanation that `--help` and the README print. */
export const SWITCHES = {
  status: "=NNN refuse with this HTTP status and the body the service has for it",
  error: "=NAME refuse with this error of service-errors.mjs",
  code: "=CODE refuse with this error code of the service, and its usual status unless status= is given too",
  message: "=TEXT words of the refusal, percent-encoded",
  "error-in-200": "refuse inside an event stream of HTTP 200 (event:error, :HTTP_STATUS/n)",
  "error-mid": "=N refuse in the stream after N events that carried text",
  "json-error-in-200": "refuse with a JSON body and HTTP 200",
  "sse-on-error": "refuse with the right status but an event-stream body",
  "html-error": "answer as a broken gateway does: 502 with a page of HTML",
  "retry-after": "=SECONDS (or a percent-encoded HTTP date) adds the header Retry-After",
  "retry-after-ms": "=MILLISECONDS adds the header Retry-After-Ms",
  "fail-times": "=N all switches of this request apply only to the first N requests with the same fault-key",
  "fault-key": "=NAME what fail-times counts by; the path when absent",
  delay: "=MS wait before the response headers",
  stall: "=MS fall silent once in the middle of the body",
  "stall-after": "=N events before the silence of stall (1)",
  cut: "=N break the connection after N events; a JSON body breaks in its middle",
  "end-after": "=N end the stream politely after N events, without its last ones",
  "no-blank-lines": "no blank line between events",
  crlf: "lines end with CR LF",
  "space-after-colon": "one space after each field's colon",
  "no-space": "no space after any field's colon",
  bom: "a byte order mark before the first event",
  "no-final-newline": "no line end after the last event",
  split: "=N or =N+M+… write the body in chunks of N (then M, …) bytes, in turn",
  "cumulative-a": "dialect A: each chunk carries the whole text so far",
  "empty-content": "the answer of the service when it hears nothing, whatever the audio",
  "no-speech": "=content-empty-array|empty-string|error shape of the answer when nobody speaks, whatever the audio",
  "no-annotations": "no annotations in the answer",
  "finish-reason":
    "=null|string-null|length|absent instead of the usual finish_reason of unfinished (length: of last) events",
  usage: "=audio-tokens|seconds-total|2024|2025|none|null shape of usage",
  layout: "=shared|workspace|top|nested|sentence|nested-sentence where dialect C puts its text",
  snapshots: "dialect C: several events also for short audio",
  revise: "dialect C: as snapshots, and the first word changes after the second event",
  "task-pending": "=N polls that a task answers PENDING (1)",
  "task-running": "=N polls that a task answers RUNNING, at least (1)",
  "task-fail": "=CODE the task ends FAILED with this code of service-errors.mjs",
  "subtask-fail": "=CODE the first file of the task fails with this code while the task succeeds",
  "result-fault": "=STATUS|expired|html|cut what happens when the task's result document is fetched",
  "result-fault-times": "=N only the first N times",
  "result-https": "the link of the result document is https: (nobody answers there)",
  "policy-expired": "the upload policy is already expired",
  "close-after-bytes": "=N WebSocket: break the connection at this byte of the audio that comes",
  "close-after-events": "=N WebSocket: break the connection after N events",
  "close-code": "=NNNN say goodbye with this code instead of breaking",
  "cut-after-sent-bytes": "=N WebSocket: break the connection after N bytes to the client, also inside a message",
  "silent-after-bytes": "=N WebSocket: from this byte of audio on nothing is said, heard or closed",
  "silent-after-events": "=N the same after N events",
  "fail-after-bytes":
    "=N task-failed (or the session's server_error) at this byte of audio; error=, code=, message= say which",
  "fail-after-events": "=N the same after N events",
  late: "=MS each event of a WebSocket that much later",
  doubled: "each event of a WebSocket twice",
  "no-pong": "pings are not answered",
  "start-delay": "=MS until task-started (20)",
  "partial-every": "=MS of speech between two unfinished sentences (400)",
  "every-partial": "none of them is left out when the recogniser is behind",
  "time-scale": "=N the clock of the connection (23 s without audio, 60 s without a task) runs N times as fast",
};

/** A switch or a value that does not exist: the test's mistake, not the service's answer. */
export class FaultMistake extends Error {}

/** @typedef {ReturnType<typeof readFaults>} Faults */

/**
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @param {URLSearchParams} query
 */
export function readFaults(headers, query) {
  const header = headers["x-emulator-fault"];
  return parseFaults([header, ...query.getAll("fault")].flat().filter(Boolean).join(","));
}

/** @param {string} text throws a FaultMistake naming a switch that does not exist */
export function parseFaults(text) {
  /** @type {Map<string, string>} */
  const values = new Map();
  for (const item of text.split(",").map((part) => part.trim())) {
    if (item === "") continue;
    const [name, ...rest] = item.split("=");
    if (!(name in SWITCHES)) {
      throw new FaultMistake(`no fault switch "${name}"; there are: ${Object.keys(SWITCHES).join(", ")}`);
    }
    values.set(name, rest.join("="));
  }
  return {
    text,
    any: values.size > 0,
    /** @param {keyof typeof SWITCHES} name */
    has: (name) => values.has(name),
    /** @param {keyof typeof SWITCHES} name @returns {string | undefined} */
    value: (name) => values.get(name),
    /** @param {keyof typeof SWITCHES} name @returns {number | undefined} */
    number: (name) => (values.has(name) ? Number(values.get(name)) : undefined),
  };
}

export const NO_FAULTS = parseFaults("");

/** Counts the requests of each fault-key, so that a request can fail the first times and then succeed. */
export function createFaultCounter() {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return {
    /** @param {Faults} faults @param {string} path @returns {Faults} what still applies */
    limit(faults, path) {
      const times = faults.number("fail-times");
      if (times === undefined) return faults;
      const key = faults.value("fault-key") ?? path;
      const count = seen.get(key) ?? 0;
      seen.set(key, count + 1);
      return count < times ? faults : NO_FAULTS;
    },
  };
}
