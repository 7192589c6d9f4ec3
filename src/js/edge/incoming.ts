// A request to the relay, with all that is needed to answer it, and what is told of it afterwards.

import { withCredential } from "./live/accept.js";
import type { RelayEvent, RelayOptions } from "./options.js";
import type { Policy } from "./policy.js";
import { refusal } from "./refusal.js";

/** What becomes of a request. It is told once, when the answer is over. */
export class Incoming<Env = unknown> {
  readonly requestId: string;
  /** Ends what is under way for it: the caller has left, or was refused in the middle. */
  readonly abort = new AbortController();
  /** What is known so far. */
  readonly facts: Omit<RelayEvent, "status" | "ms" | "requestId"> = {
    route: undefined,
    caller: undefined,
    model: undefined,
    seconds: undefined,
    bytes: undefined,
    code: undefined,
  };
  /** Whether it was answered with a WebSocket, of which the operator is told when it closes. */
  isSocket = false;
  /** As a policy sees it. */
  readonly request: Request;
  readonly #started = Date.now();
  #isTold = false;

  constructor(
    /** As the runtime gave it. */
    readonly arrived: Request,
    readonly env: Env,
    readonly context: unknown,
    readonly options: RelayOptions<Env>,
    readonly policy: Policy,
  ) {
    const request = withCredential(arrived);
    this.request = request;
    const given = request.headers.get("x-request-id");
    this.requestId = given !== null && isRequestId(given) ? given : crypto.randomUUID();
    const { signal } = request;
    if (signal?.aborted) this.abort.abort();
    else signal?.addEventListener("abort", () => this.abort.abort(), { signal: this.abort.signal });
  }

  /** The key of the service. */
  async apiKey(): Promise<string> {
    const { apiKey } = this.options;
    const key = typeof apiKey === "function" ? await apiKey(this.env) : apiKey;
    if (typeof key === "string" && /^[!-~]+$/.test(key.trim())) return key.trim();
    throw refusal(
      401,
      "InvalidApiKey",
      "This relay has no key for the speech service: its operator sets one, e.g. by wrangler secret put DASHSCOPE_API_KEY.",
    );
  }

  /** Sends a request of the relay's own. */
  send(request: Request): Promise<Response> {
    return (this.options.fetch ?? fetch)(request);
  }

  /** Tells the operator, whose own failures are none of the caller's. */
  tell(status: number): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const ms = Date.now() - this.#started;
    try {
      const event = { ...this.facts, status, ms, requestId: this.requestId };
      // An async one fails later, and a failure that nobody hears of ends a process of Node.
      Promise.resolve(this.options.onEvent?.(event)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

function failed(error: unknown): void {
  console.error("onEvent of the relay failed", error);
}

/** Ids of requests are words: what is anything else may be a header's worth of anything. */
export function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9_.:-]{1,128}$/.test(text);
}
