// A request to the service, with the key, and its answer: what both may carry is listed, and both flow.

import type { GatedBody } from "./gated-body.js";
import type { Incoming } from "./incoming.js";
import { isRequestId } from "./incoming.js";
import { ANSWER_BEGINS_MS, ANSWER_ENDS_MS, ANSWER_GOES_ON_MS, within } from "./patience.js";
import { callRelay } from "./policy.js";
import { ANSWER_HEADERS, refusal } from "./refusal.js";
import { sizedBody } from "./sized-body.js";

/** Headers that switch something on or off. */
const SWITCHES = ["x-dashscope-async", "x-dashscope-ossresourceresolve", "x-dashscope-sse"];

/**
 * What callers may say to the relay, and some of it to the service. Cookies, addresses and credentials are not in it, nor is the workspace,
 * which is the operator's.
 */
export const REQUEST_HEADERS = ["accept", "content-type", ...SWITCHES];

/** What the service may say to callers. Its cookies, traces and server names stay here. */
export const RESPONSE_HEADERS = ["content-type", "retry-after", "retry-after-ms", "x-request-id", "x-should-retry"];

/** Types of answers that are passed on: never a document, never a script. */
const ANSWER_TYPES = ["application/json", "text/event-stream"];

/** An answer that grows beyond this is none of a transcription. */
const MOST_ANSWER_BYTES = 64 * 1024 * 1024;

/** What goes to the service. */
export interface Outgoing {
  method: string;
  url: string;
  headers: Headers;
  body?: GatedBody | undefined;
}

/** Headers that may go on, of all that a caller sent. */
export function requestHeaders(from: Headers): Headers {
  const headers = new Headers();
  const accept = from.get("accept");
  if (accept !== null && accept.length <= 200) headers.set("accept", accept);
  for (const name of SWITCHES) {
    const value = from.get(name);
    if (value === "enable" || value === "disable") headers.set(name, value);
  }
  return headers;
}

/** Sends a request with the key, and gives the answer with its body still flowing. */
export async function forward<Env>(incoming: Incoming<Env>, outgoing: Outgoing): Promise<Response> {
  const key = await incoming.apiKey();
  const { method, url, headers, body } = outgoing;
  headers.set("authorization", `Bearer ${key}`);
  headers.set("x-request-id", incoming.requestId);
  const { workspace } = incoming.policy;
  if (workspace !== undefined) headers.set("x-dashscope-workspace", workspace);
  // Not as the caller wrote it: the gate has read UTF-8, so nobody is told of another encoding.
  if (body) headers.set("content-type", "application/json");
  const { signal } = incoming.abort;
  // A redirect would carry the key to a host that nobody chose.
  const init: RequestInit & { duplex?: "half" } = { method, headers, redirect: "manual", signal };
  const content = body?.content;
  if (body && content instanceof ReadableStream) {
    init.duplex = "half";
    init.body = await Promise.race([sizedBody(content, body.length, headers), body.refused]);
  } else if (content) {
    init.body = content;
  }
  let answer: Response;
  try {
    const sending = within(incoming.send(new Request(url, init)), ANSWER_BEGINS_MS, () =>
      refusal(504, "RequestTimeOut", "The speech service did not answer in time."),
    );
    answer = await (body ? Promise.race([sending, body.refused]) : sending);
  } catch (error) {
    incoming.abort.abort();
    // What was wrong with the body is said before what came of it.
    if (error instanceof Error && "refused" in error) throw error;
    if (body) await Promise.race([body.refused, new Promise((resolve) => setTimeout(resolve, 0))]);
    // The cause is left out on purpose: it can name addresses inside the operator's network.
    throw refusal(502, "ServiceUnavailable", "The speech service could not be reached.");
  }
  return checked(answer, incoming, key, body);
}

/** The answer as far as it may be passed on. */
async function checked<Env>(
  answer: Response,
  incoming: Incoming<Env>,
  key: string,
  body: GatedBody | undefined,
): Promise<Response> {
  const { status } = answer;
  const type = (answer.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const problem = refusedAnswer(answer, type);
  if (problem) {
    await answer.body?.cancel().catch(() => {});
    throw problem;
  }
  const headers = new Headers(ANSWER_HEADERS);
  for (const name of RESPONSE_HEADERS) {
    const value = answer.headers.get(name);
    if (value !== null && value.length <= 200 && !hasKey(value, key)) headers.set(name, value);
  }
  const requestId = headers.get("x-request-id");
  if (requestId === null || !isRequestId(requestId)) headers.set("x-request-id", incoming.requestId);
  // These have no body by definition, and cannot be made with one.
  if (!answer.body || [204, 205].includes(status)) {
    await answer.body?.cancel().catch(() => {});
    return new Response(null, { status, headers });
  }
  const watch = callRelay((glue) => new glue.AnswerWatch(key, type === "text/event-stream"));
  const flowing = watched(answer.body, {
    push: (chunk) => callRelay(() => watch.push(chunk)),
    finish: () => callRelay(() => watch.finish()),
    over: () => {
      incoming.facts.seconds = callRelay(() => watch.seconds) ?? body?.seconds();
      callRelay(() => watch.free());
    },
    left: () => incoming.abort.abort(),
  });
  return new Response(flowing, { status, headers });
}

const text = new TextDecoder();

/** Whether a header repeats the key, in any of the forms in which an answer's body is freed of it. */
function hasKey(value: string, key: string): boolean {
  return callRelay((glue) => {
    const watch = new glue.AnswerWatch(key, false);
    // What is masked keeps its length.
    const masked = text.decode(watch.push(new TextEncoder().encode(value))) + text.decode(watch.finish());
    watch.free();
    return masked !== value;
  });
}

/** Whether an answer leads elsewhere, in the open or hidden. */
export function isRedirect({ type, status }: Response): boolean {
  return type === "opaqueredirect" || (status >= 300 && status < 400);
}

function refusedAnswer(answer: Response, type: string): Error | undefined {
  const { status } = answer;
  if (isRedirect(answer)) {
    return refusal(502, "ServiceUnavailable", "The speech service answered with a redirect, which is not followed.");
  }
  if (status < 200 || status > 599) {
    return refusal(502, "ServiceUnavailable", "The speech service answered with a status that HTTP does not know.");
  }
  if (!ANSWER_TYPES.includes(type)) {
    const message = `The speech service answered with status ${status} and something that is no JSON.`;
    // A gateway's page is not passed on, but when it wants to be asked again is.
    const seconds = answer.headers.get("retry-after");
    const headers = seconds !== null && /^[\w ,:-]{1,40}$/.test(seconds) ? { "retry-after": seconds } : undefined;
    return refusal(status >= 400 ? status : 502, "ServiceUnavailable", message, headers);
  }
  return undefined;
}

/** What happens to the bytes of an answer. */
export interface Watching {
  push(chunk: Uint8Array): Uint8Array;
  finish(): Uint8Array;
  /** It has ended, one way or another. */
  over(): void;
  /** Nobody wants the rest. */
  left(): void;
}

/** An answer's body, as it flows to the caller. */
export function watched(
  body: ReadableStream<Uint8Array>,
  { push, finish, over, left }: Watching,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const ends = Date.now() + ANSWER_ENDS_MS;
  let bytes = 0;
  let isOver = false;
  const end = () => {
    if (!isOver) over();
    isOver = true;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          for (;;) {
            const { value, done } = await within(
              reader.read(),
              Math.min(ANSWER_GOES_ON_MS, ends - Date.now()),
              () => new Error("the answer stopped"),
            );
            bytes += value?.length ?? 0;
            if (bytes > MOST_ANSWER_BYTES) throw new Error("the answer is too long");
            const passed = done ? finish() : push(value);
            if (passed.length > 0) controller.enqueue(passed);
            if (done) {
              end();
              controller.close();
            }
            // Words that are held back for the next chunk are no reason to wait for another pull.
            if (done || passed.length > 0) return;
          }
        } catch (error) {
          end();
          reader.cancel(error).catch(() => {});
          controller.error(error);
        }
      },
      async cancel(reason) {
        end();
        left();
        await reader.cancel(reason).catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}
