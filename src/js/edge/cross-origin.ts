// CORS: pages of origins that the operator has named may call, and read the answers.

import { REQUEST_HEADERS, RESPONSE_HEADERS } from "./forward.js";
import type { Incoming } from "./incoming.js";
import { RECIPE_HEADERS } from "./recipe.js";
import { ANSWER_HEADERS } from "./refusal.js";

/** The answer to a browser that asks whether it may. Whether it may has been decided. */
export function preflight(): Response {
  const headers = {
    ...ANSWER_HEADERS,
    "access-control-allow-headers": ["authorization", "x-request-id", ...REQUEST_HEADERS, ...RECIPE_HEADERS].join(", "),
    "access-control-allow-methods": "GET, POST",
    "access-control-max-age": "86400",
  };
  return new Response(null, { status: 204, headers });
}

/** For a page of an origin that was named: the leave to read the answer. */
export function crossOriginHeaders<Env>({ request, options }: Incoming<Env>): [name: string, value: string][] {
  const origin = request.headers.get("origin");
  if (
    origin === null ||
    origin === "same-origin" ||
    !options.origins?.some((named) => named.replace(/\/$/, "") === origin)
  )
    return [];
  return [
    ["access-control-allow-origin", origin],
    // So that cookies may come with it, if authorize reads them.
    ["access-control-allow-credentials", "true"],
    ["access-control-expose-headers", [...RESPONSE_HEADERS, "x-dashscope-relay"].join(", ")],
    ["cross-origin-resource-policy", "cross-origin"],
    ["vary", "origin"],
  ];
}
