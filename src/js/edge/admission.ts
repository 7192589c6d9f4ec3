// Who is calling, and whether they may: page tokens, the operator's authorize, pages of named origins; and how often.

import type { RelayPlan } from "../../../target/js/relay-glue.js";
import type { Incoming } from "./incoming.js";
import type { RelayOptions } from "./options.js";
import { checkSecret, pageTokenCaller } from "./page-token.js";
import { callRelay } from "./policy.js";
import { refusal } from "./refusal.js";

/** Cloudflare's rate limiter. */
interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

const CLOSED =
  "This relay is closed, because it has no policy yet. Its operator opens it in createRelay: with authorize (who may call), " +
  'with origins (whose pages, e.g. ["https://app.example"] or ["same-origin"]), or with pageTokenSecret and createPageToken.';

/** The name of the caller, empty without one; or throws a refusal or the operator's own answer. */
export async function admit<Env>(incoming: Incoming<Env>, plan: RelayPlan): Promise<string> {
  const { request, env, context } = incoming;
  const { authorize, origins, pageTokenSecret } = incoming.options;
  const token = bearer(request);
  if (token !== undefined && pageTokenSecret !== undefined && callRelay((glue) => glue.isPageToken(token))) {
    if (plan.route === "token")
      throw refusal(403, "AccessDenied", "A page token lets into the relay, and nowhere else.");
    return pageTokenCaller(secretOf(pageTokenSecret, env), token);
  }
  if (authorize) {
    const verdict = await authorize(request, env, context);
    if (verdict === true) return "";
    if (verdict instanceof Response) throw verdict;
    if (typeof verdict === "object" && verdict !== null && typeof verdict.caller === "string") return verdict.caller;
    throw refusal(
      403,
      "AccessDenied",
      "This relay does not know you: it wants a credential that its operator accepts.",
    );
  }
  if (pageTokenSecret !== undefined) {
    throw refusal(
      401,
      "InvalidApiKey",
      "This relay wants a page token, as Authorization: Bearer … (in the client: apiKey).",
    );
  }
  if (!origins?.length) throw refusal(403, "AccessDenied", CLOSED);
  const isOurs = plan.page === "named" || (plan.page === "own" && origins.includes("same-origin"));
  if (!isOurs)
    throw refusal(403, "AccessDenied", "Only pages of the origins that its operator has named may use this relay.");
  return "";
}

/** Counts a call; throws a refusal where it was one too many. */
export async function count<Env>(incoming: Incoming<Env>, caller: string, costs: boolean): Promise<void> {
  const { policy } = incoming;
  const key = caller === "" ? `address ${addressOf(incoming)}` : `caller ${caller}`;
  const limiter = limiterOf(incoming, costs);
  const seconds = limiter ? ((await limiter.limit({ key })).success ? undefined : 60) : policy.take(key, costs);
  if (seconds === undefined) return;
  throw refusal(429, "Throttling.RateQuota", `Too many requests from one caller; wait ${seconds} seconds.`, {
    "retry-after": String(seconds),
  });
}

/** Whether something else than the relay counts what costs something. */
export function isCountedElsewhere<Env>(incoming: Incoming<Env>): boolean {
  return limiterOf(incoming, true) !== undefined;
}

function limiterOf<Env>({ env }: Incoming<Env>, costs: boolean): RateLimiter | undefined {
  const { DASHSCOPE_RATE_LIMIT, DASHSCOPE_QUERY_LIMIT } = (env ?? {}) as { [name: string]: RateLimiter | undefined };
  const limiter = costs ? DASHSCOPE_RATE_LIMIT : DASHSCOPE_QUERY_LIMIT;
  return typeof limiter?.limit === "function" ? limiter : undefined;
}

function addressOf<Env>({ request, env, context, options }: Incoming<Env>): string {
  const told = options.address?.(request, env, context) ?? (context as { address?: unknown } | undefined)?.address;
  // Anybody can write the header; where Cloudflare is in front, it writes it anew, and says which of its places that was.
  const { cf } = request as { cf?: { colo?: unknown } };
  const behindCloudflare = typeof cf?.colo === "string" ? request.headers.get("cf-connecting-ip") : null;
  const address = typeof told === "string" ? told : behindCloudflare;
  return address === null ? "unknown" : callRelay((glue) => glue.network(address));
}

/** The secret of page tokens. */
export function secretOf<Env>(given: NonNullable<RelayOptions<Env>["pageTokenSecret"]>, env: Env): string {
  const secret = typeof given === "function" ? given(env) : given;
  checkSecret(secret);
  return secret;
}

function bearer(request: Request): string | undefined {
  return /^bearer +([!-~]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}
