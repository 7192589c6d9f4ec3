// Who may call: origins, sizes and rates, judged before a body is read.

import { CROSS_ORIGIN_REQUEST_HEADERS, CROSS_ORIGIN_RESPONSE_HEADERS } from "./headers.ts";
import { ANSWER_HEADERS, refusal } from "./refusal.ts";
import type { Route } from "./routes.ts";
import type { Environment, Settings } from "./settings.ts";

/** Says no before anything is sent and before the body is read; `undefined` is a yes. */
export async function admit(
  request: Request,
  route: Route,
  environment: Environment,
  settings: Settings,
): Promise<Response | undefined> {
  if (!isFromOurPage(request, settings)) {
    return refusal(403, "AccessDenied", "Only this site's own page may use its relay (see ALLOWED_ORIGINS).");
  }
  return (
    checkBody(request, route, settings) ??
    (route.store ? undefined : checkConfiguration(settings)) ??
    (await checkRate(request, route, environment))
  );
}

/**
 * Browsers set `Origin` and `Sec-Fetch-Site` themselves and pages cannot change them. The second one also holds behind
 * a tunnel that rewrites the host name. This keeps other sites out, not programs: those are what the rate limit is for.
 */
function isFromOurPage(request: Request, settings: Settings): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site === "same-origin") return true;
  const { origin: ours, protocol } = new URL(request.url);
  const origin = request.headers.get("origin");
  if (origin !== null) return origin === ours || settings.allowedOrigins.includes(origin);
  // By plain http, in a LAN, browsers keep the second one to themselves, and send no Origin with a GET of the same site
  // (https://www.w3.org/TR/fetch-metadata/#fetch-integration, https://fetch.spec.whatwg.org/#origin-header). What was
  // submitted must be asked for: questions change nothing, and other sites' pages cannot read the answers.
  return site === null && protocol === "http:" && request.method === "GET";
}

/** The announced length is enough: the runtime holds the sender to it. */
function checkBody(request: Request, route: Route, settings: Settings): Response | undefined {
  if (route.body === undefined) return undefined;
  const isForm = /^multipart\/form-data;/i.test(request.headers.get("content-type") ?? "");
  if (route.body === "form" && !isForm) {
    return refusal(415, "BadRequest.UnsupportedFileFormat", "An upload is a form (multipart/form-data).");
  }
  const announced = request.headers.get("content-length");
  if (announced === null || !/^\d+$/.test(announced)) {
    return refusal(411, "BadRequest.LengthRequired", "The request must say how long its body is (Content-Length).");
  }
  const length = Number(announced);
  if (length === 0) return refusal(400, "BadRequest.EmptyInput", "The request has no body.");
  const limit = route.body === "form" ? settings.maxUploadBytes : settings.maxBodyBytes;
  if (length > limit) {
    return refusal(
      413,
      "BadRequest.TooLarge",
      `The request has ${length} bytes and this site passes on at most ${limit}.`,
    );
  }
  return undefined;
}

function checkConfiguration(settings: Settings): Response | undefined {
  if (settings.upstream === undefined) {
    const advice = "DASHSCOPE_BASE_URL must be an https address, for example https://dashscope-intl.aliyuncs.com.";
    return refusal(400, "InvalidURL", `This site does not know where to send audio: ${advice}`);
  }
  if (settings.apiKey === undefined) {
    const advice = "set DASHSCOPE_API_KEY (wrangler secret put DASHSCOPE_API_KEY, or in the environment locally).";
    return refusal(401, "InvalidApiKey", `This site has no key for the speech service: ${advice}`);
  }
  return undefined;
}

async function checkRate(request: Request, route: Route, environment: Environment): Promise<Response | undefined> {
  const visitor = request.headers.get("cf-connecting-ip") ?? "local";
  // What has a body is paid for, or carried; all else is a question.
  const limiter = route.body ? environment.VISITOR_RATE_LIMIT : environment.VISITOR_QUERY_LIMIT;
  const verdict = await limiter?.limit({ key: visitor });
  if (verdict?.success !== false) return undefined;
  return refusal(429, "Throttling.RateQuota", "Too many requests from one visitor; wait a minute.", {
    "retry-after": "60",
  });
}

export function preflight(request: Request, settings: Settings): Response {
  const origin = request.headers.get("origin");
  if (origin === null || !settings.allowedOrigins.includes(origin)) {
    return refusal(403, "AccessDenied", "Pages of this origin may not use the relay (see ALLOWED_ORIGINS).");
  }
  const headers = {
    ...ANSWER_HEADERS,
    "access-control-allow-headers": CROSS_ORIGIN_REQUEST_HEADERS,
    "access-control-allow-methods": "GET, POST",
    "access-control-max-age": "86400",
  };
  return new Response(null, { status: 204, headers });
}

/** Nothing for our own page; for an allowed other origin, the leave to read the answer. */
export function crossOriginHeaders(request: Request, settings: Settings): [name: string, value: string][] {
  const origin = request.headers.get("origin");
  if (origin === null || !settings.allowedOrigins.includes(origin)) return [];
  return [
    ["access-control-allow-origin", origin],
    ["access-control-expose-headers", CROSS_ORIGIN_RESPONSE_HEADERS],
    ["cross-origin-resource-policy", "cross-origin"],
    ["vary", "origin"],
  ];
}
