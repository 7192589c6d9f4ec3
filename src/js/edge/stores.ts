// Results and recordings by way of the relay, because the stores allow no other sites. They get no key and no cookie.

import { isRedirect, watched } from "./forward.js";
import type { Incoming } from "./incoming.js";
import { ANSWER_BEGINS_MS, bodyMs, within } from "./patience.js";
import { ANSWER_HEADERS, refusal } from "./refusal.js";
import { sizedBody } from "./sized-body.js";

const UNREACHED = () => refusal(502, "ServiceUnavailable", "The service's store could not be reached.");

/** Fetches a result document, which is JSON whatever its store calls it. */
export async function fetchResult<Env>(incoming: Incoming<Env>, url: string): Promise<Response> {
  const answer = await ask(
    incoming,
    new Request(url, { redirect: "manual", signal: incoming.abort.signal }),
    ANSWER_BEGINS_MS,
  );
  if (answer.status !== 200 || !answer.body) {
    await answer.body?.cancel().catch(() => {});
    const status = answer.status >= 400 && answer.status <= 599 ? answer.status : 502;
    throw refusal(
      status,
      status >= 500 ? "ServiceUnavailable" : "InvalidURL",
      `The service's store answered with status ${answer.status}: results are kept for 24 hours.`,
    );
  }
  const flowing = watched(answer.body, {
    push: (chunk) => chunk,
    finish: () => new Uint8Array(),
    over: () => {},
    left: () => incoming.abort.abort(),
  });
  const headers = { ...ANSWER_HEADERS, "content-type": "application/json", "x-request-id": incoming.requestId };
  return new Response(flowing, { status: 200, headers });
}

/** Leaves a recording in the store: the form flows through as it is. */
export async function uploadTo<Env>(
  incoming: Incoming<Env>,
  url: string,
  length: number,
  request: Pick<Request, "headers" | "body"> = incoming.request,
): Promise<Response> {
  const headers = new Headers({ "content-type": request.headers.get("content-type") ?? "" });
  const init: RequestInit & { duplex: "half" } = {
    method: "POST",
    headers,
    body: request.body && (await sizedBody(request.body, length, headers)),
    duplex: "half",
    redirect: "manual",
    signal: incoming.abort.signal,
  };
  const answer = await ask(incoming, new Request(url, init), bodyMs(length) + ANSWER_BEGINS_MS);
  const type = answer.headers.get("content-type") ?? "";
  // The store says what is wrong in XML, and clients read it.
  const words = /^(application|text)\/xml\b/.test(type) ? await shortText(answer) : undefined;
  if (words === undefined) await answer.body?.cancel().catch(() => {});
  const { status } = answer;
  if (status < 200 || (status >= 300 && status < 400) || status > 599) throw UNREACHED();
  const kept = { ...ANSWER_HEADERS, "x-request-id": incoming.requestId };
  if (!words) return new Response(null, { status, headers: kept });
  return new Response(words, { status, headers: { ...kept, "content-type": "application/xml" } });
}

async function ask<Env>(incoming: Incoming<Env>, request: Request, ms: number): Promise<Response> {
  try {
    const answer = await within(incoming.send(request), ms, UNREACHED);
    if (!isRedirect(answer)) return answer;
    await answer.body?.cancel().catch(() => {});
  } catch {
    incoming.abort.abort();
    throw UNREACHED();
  }
  throw refusal(502, "ServiceUnavailable", "The service's store answered with a redirect, which is not followed.");
}

/** The beginning of an answer, and no more of it. */
async function shortText(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader && text.length < 16_384) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel().catch(() => {});
  return text;
}
