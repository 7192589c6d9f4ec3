// Results and recordings by way of the edge, because the stores allow no other sites.

import { ANSWER_HEADERS, refusal } from "./refusal.ts";
import type { Route } from "./routes.ts";

/**
 * Fetches a result or leaves a recording where the browser may not: these buckets send no CORS headers. The links are
 * signed, so nothing is added, least of all the key. Both ways are streams.
 */
export async function relayToStore(request: Request, url: URL, route: Route): Promise<Response> {
  const headers = new Headers();
  const type = request.headers.get("content-type");
  if (route.method === "POST" && type !== null) headers.set("content-type", type);

  let answer: Response;
  try {
    answer = await fetch(url, {
      method: route.method,
      headers,
      ...(route.method === "POST" ? { body: request.body } : {}),
      // The host was checked; where it points to was not.
      redirect: "manual",
      signal: request.signal,
    });
  } catch {
    return refusal(502, "ServiceUnavailable", `${url.host} could not be reached.`);
  }
  if (answer.status >= 300 && answer.status < 400) {
    await answer.body?.cancel();
    return refusal(502, "ServiceUnavailable", `${url.host} answered with a redirect, which is not followed.`);
  }

  const answerType = answer.headers.get("content-type");
  const answerHeaders = new Headers({ ...ANSWER_HEADERS, ...(answerType ? { "content-type": answerType } : {}) });
  return new Response(answer.body, { status: answer.status, headers: answerHeaders });
}
