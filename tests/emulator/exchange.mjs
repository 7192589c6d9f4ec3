// One request and its answer, as the routes see them.
import { randomUUID } from "node:crypto";
import { createBodyWriter } from "./body-writer.mjs";
import { createEventStream } from "./event-stream.mjs";
import { refusal } from "./service-error.mjs";

/** @typedef {"native" | "compatible"} Door which of the two front doors, and so which shape errors have */

/** Headers that the service's gateway adds to everything, as recorded. */
function gatewayHeaders(requestId) {
  return {
    "x-request-id": requestId,
    "x-dashscope-call-gateway": "true",
    "x-dashscope-timeout": "298",
    "x-dashscope-finished": "false",
    "req-arrive-time": String(Date.now()),
    "x-envoy-upstream-service-time": "1",
    server: "istio-envoy",
    // There is a CORS filter behind the gateway, but no Access-Control-* header was ever seen: browsers are locked out.
    vary: "Origin,Access-Control-Request-Method,Access-Control-Request-Headers",
  };
}

export class Exchange {
  /**
   * @param {object} parts
   * @param {import("node:http").IncomingMessage} parts.request
   * @param {import("node:http").ServerResponse} parts.response
   * @param {URL} parts.url
   * @param {Buffer} parts.body
   * @param {import("./faults.mjs").Faults} parts.faults
   * @param {import("./request-log.mjs").LoggedRequest} parts.entry
   * @param {import("./account.mjs").Account} parts.account
   */
  constructor({ request, response, url, body, faults, entry, account }) {
    this.response = response;
    this.url = url;
    this.headers = request.headers;
    this.body = body;
    this.faults = faults;
    this.entry = entry;
    this.account = account;
    /** When it had come, on the clock of `performance.now()`. */
    this.since = performance.now();
    this.requestId = randomUUID();
    /** @type {Door} */
    this.door = "native";
    const gone = new AbortController();
    response.on("close", () => gone.abort(new Error("the caller went away")));
    /** Aborted when the caller went away (or everything was written). */
    this.signal = gone.signal;
  }

  /** The body as JSON object. @returns {any} */
  json() {
    let value;
    try {
      value = JSON.parse(this.body.toString("utf8"));
    } catch {
      throw refusal("not-json");
    }
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw refusal("not-json");
    return value;
  }

  /** Whether the caller asked the native door for events. */
  wantsEvents() {
    const asked = String(this.headers["x-dashscope-sse"] ?? "").toLowerCase();
    return asked === "enable" || (asked !== "disable" && /text\/event-stream/.test(String(this.headers.accept)));
  }

  /**
   * @param {number} status
   * @param {unknown} value
   * @param {Record<string, string | undefined>} [headers] undefined takes a header away
   */
  async reply(status, value, headers = {}) {
    await this.replyText(status, JSON.stringify(value), { "content-type": "application/json", ...headers });
  }

  /** @param {number} status @param {string} text @param {Record<string, string | undefined>} headers */
  async replyText(status, text, headers) {
    this.#head(status, { ...headers, "content-length": String(Buffer.byteLength(text)) });
    await createBodyWriter(this.response, this.faults).writeWhole(text);
  }

  /** As the object store answers, which is another server than the gateway. @param {number} status @param {string} text */
  async replyFromStore(status, text, contentType = "application/xml") {
    const id = this.requestId.replaceAll("-", "").slice(0, 24).toUpperCase();
    const headers = { "content-type": contentType, "content-length": String(Buffer.byteLength(text)) };
    this.#head(status, headers, { server: "AliyunOSS", "x-oss-request-id": id });
    await createBodyWriter(this.response, this.faults).writeWhole(text);
  }

  /** @param {number} [status] */
  async openEventStream(status = 200) {
    this.#head(status, { "content-type": "text/event-stream;charset=UTF-8", "cache-control": "no-cache" });
    this.response.flushHeaders();
    const stream = createEventStream(this.response, this.door, this.faults);
    await stream.begin();
    return stream;
  }

  /** The error in this door's shape. @param {import("./service-error.mjs").ServiceError} error */
  describe(error) {
    return this.door === "compatible" ? error.toCompatible(this.requestId) : error.toNative(this.requestId);
  }

  /** The event that carries an error inside a stream. @param {import("./service-error.mjs").ServiceError} error */
  errorEvent(error) {
    const data = JSON.stringify(this.describe(error));
    return this.door === "compatible" ? { status: error.status, data } : { event: "error", status: error.status, data };
  }

  /** Refuses, in the manner that the fault switches ask for. @param {import("./service-error.mjs").ServiceError} error */
  async refuse(error) {
    const { faults } = this;
    if (faults.has("error-in-200") || faults.has("sse-on-error")) {
      const stream = await this.openEventStream(faults.has("sse-on-error") ? error.status : 200);
      await stream.send(this.errorEvent(error));
      return stream.end();
    }
    const status = faults.has("json-error-in-200") ? 200 : error.status;
    // The recorded 401 of the native door has no content type at all.
    const bare = error.status === 401 && this.door === "native" && status === 401;
    await this.reply(status, this.describe(error), bare ? { "content-type": undefined } : {});
  }

  /** @param {number} status @param {Record<string, string | undefined>} headers @param {Record<string, string>} server */
  #head(status, headers, server = gatewayHeaders(this.requestId)) {
    const { faults } = this;
    this.entry.status = status;
    const all = {
      ...server,
      ...(faults.has("retry-after") && { "retry-after": decodeURIComponent(faults.value("retry-after") ?? "") }),
      ...(faults.has("retry-after-ms") && { "retry-after-ms": faults.value("retry-after-ms") }),
      ...headers,
    };
    const present = Object.entries(all).filter(([, value]) => value !== undefined);
    this.response.writeHead(status, Object.fromEntries(present));
  }
}
