// A call of the page, sent on with the key, and its answer back.

import { requestHeaders, responseHeaders } from "./headers.ts";
import { ANSWER_HEADERS, refusal } from "./refusal.ts";
import type { Route } from "./routes.ts";
import type { Settings } from "./settings.ts";
import { speechOnly } from "./speech-only.ts";

/**
 * Sends the request on with the key and the answer back, both as streams: no byte of audio or text waits here, and
 * memory stays the same whatever the size.
 */
export async function relay(request: Request, path: string, route: Route, settings: Settings): Promise<Response> {
  // Both were checked at the door; this is for the compiler.
  if (settings.upstream === undefined || settings.apiKey === undefined) throw new Error("relay before admission");

  let body = route.body ? request.body : null;
  if (route.body === "json" && body) {
    const checked = await speechOnly(request);
    if ("refusal" in checked) return checked.refusal;
    body = checked.body;
  }

  let answer: Response;
  try {
    answer = await fetch(upstreamUrl(request, path, route, settings.upstream), {
      method: route.method,
      headers: requestHeaders(request.headers, settings.apiKey, settings.isEmulator),
      body,
      // A redirect would carry the key to a host that nobody chose.
      redirect: "manual",
      signal: request.signal,
    });
  } catch {
    // The cause is left out on purpose: it can name addresses inside the operator's network.
    return refusal(502, "ServiceUnavailable", "The speech service could not be reached.");
  }
  if (answer.status >= 300 && answer.status < 400) {
    await answer.body?.cancel();
    return refusal(502, "ServiceUnavailable", "The speech service answered with a redirect, which is not followed.");
  }

  const headers = responseHeaders(answer.headers);
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) headers.set(name, value);
  // Compressing would hold words back until there are enough of them.
  headers.set("cache-control", "no-store, no-transform");
  return new Response(answer.body, { status: answer.status, headers });
}

function upstreamUrl(request: Request, path: string, route: Route, upstream: URL): URL {
  const url = new URL(upstream);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  url.search = "";
  url.hash = "";
  const given = new URL(request.url).searchParams;
  for (const name of route.query) {
    for (const value of given.getAll(name)) url.searchParams.append(name, value);
  }
  return url;
}
