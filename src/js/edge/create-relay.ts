// The relay: a standard fetch handler that adds the key, and lets through what Rust has understood.

import type { RelayPlan } from "../../../target/js/relay-glue.js";
import { refused } from "../data.js";
import { admit, count, isCountedElsewhere } from "./admission.js";
import { requestChunks } from "./chunks.js";
import { crossOriginHeaders, preflight } from "./cross-origin.js";
import { forward, requestHeaders } from "./forward.js";
import { gatedBody } from "./gated-body.js";
import { Incoming } from "./incoming.js";
import { serveSocket } from "./live/serve.js";
import { openedName, sealedAnswer } from "./names.js";
import { answerOpenAi, isOpenAi } from "./openai.js";
import { openAiRefusal } from "./openai-answer.js";
import type { Relay, RelayOptions } from "./options.js";
import { checkSecret } from "./page-token.js";
import { Policy } from "./policy.js";
import { rawUpload } from "./raw-upload.js";
import { ANSWER_HEADERS, RefusalError, refusal, refusalResponse } from "./refusal.js";
import { fetchResult, uploadTo } from "./stores.js";
import { giveToken } from "./token.js";
import { watchedResponse } from "./told.js";

/**
 * Makes a relay between your users and the service: the key stays in it, bodies and answers flow through it, and nothing passes that it has
 * not understood.
 *
 * ```ts
 * import { createRelay } from "dashscope-asr/edge";
 *
 * const relay = createRelay({
 *   apiKey: (env) => env.DASHSCOPE_API_KEY,
 *   authorize: (request, env) => isLoggedIn(request, env),   // who may call; without a policy the relay is closed
 * });
 * export default { fetch: relay };
 * ```
 *
 * A page then writes `new Transcriber({ baseURL: "/dashscope" })`, a client of OpenAI `baseURL: "https://…/dashscope/v1"`. Whoever may
 * call can ask what is allowed: `GET {path}/capabilities`.
 *
 * @throws InvalidOptionError when an option is unknown or has a wrong value.
 */
// biome-ignore lint/suspicious/noExplicitAny: environments are as many as there are runtimes, and users name theirs
export function createRelay<Env = any>(options: RelayOptions<Env>): Relay<Env> {
  check(options);
  const policy = new Policy(options);
  return async (request, env, context) => {
    const incoming = new Incoming(request, env as Env, context, options, policy);
    let response: Response;
    try {
      response = await answer(incoming);
    } catch (thrown) {
      response = failed(thrown, incoming);
    }
    if (incoming.isSocket) return response;
    for (const [name, value] of crossOriginHeaders(incoming)) response.headers.set(name, value);
    return watchedResponse(response, incoming);
  };
}

async function answer<Env>(incoming: Incoming<Env>): Promise<Response> {
  const { request, policy, facts } = incoming;
  const plan = policy.plan(headOf(request));
  if (plan.refusal) throw new RefusalError(plan.refusal);
  if (plan.route === undefined) return preflight();
  facts.route = plan.route;
  facts.bytes = plan.length;
  if (plan.route === "live-task" || plan.route === "live-session") return serveSocket(incoming, plan);
  const caller = await admit(incoming, plan);
  facts.caller = caller || undefined;
  await count(incoming, caller, plan.costs ?? true);
  switch (plan.route) {
    case "result":
      return fetchResult(incoming, await openedName("result", plan.sealed ?? "", incoming, caller));
    case "upload":
      return uploadTo(incoming, await openedName("upload", plan.sealed ?? "", incoming, caller), plan.length ?? 0);
    case "token":
      return giveToken(incoming, plan);
    case "capabilities":
      return tellCapabilities(incoming);
    case "transcribe":
      return rawUpload(incoming, plan);
    case "openai-transcriptions":
      return answerOpenAi(incoming, plan.length ?? 0);
    case "chat-completions":
    case "generation":
      return forward(incoming, { ...head(incoming, plan), body: await body(incoming, plan) });
    case "task":
    case "cancel": {
      const id = await openedName("task", plan.sealed ?? "", incoming, caller);
      const { url, ...rest } = head(incoming, plan);
      return sealedAnswer(await forward(incoming, { ...rest, url: url.replace("{id}", id) }), incoming, caller);
    }
    default:
      return sealedAnswer(
        await forward(incoming, { ...head(incoming, plan), body: await body(incoming, plan) }),
        incoming,
        caller,
      );
  }
}

function head<Env>({ request }: Incoming<Env>, { url }: RelayPlan): { method: string; url: string; headers: Headers } {
  return { method: request.method, url: url ?? "", headers: requestHeaders(request.headers) };
}

/** The body of a request in JSON, as far as it has passed. */
async function body<Env>(incoming: Incoming<Env>, { route, length }: RelayPlan) {
  const gate = route && incoming.policy.gate(route);
  if (!gate || length === undefined || !incoming.request.body) return undefined;
  const gated = await gatedBody(requestChunks(incoming.request.body), length, gate);
  incoming.facts.model = gated.model;
  return gated;
}

/** They may be others for the next caller, and tomorrow. */
function tellCapabilities<Env>(incoming: Incoming<Env>): Response {
  const headers = {
    ...ANSWER_HEADERS,
    "cache-control": "no-store",
    "content-type": "application/json",
    "x-request-id": incoming.requestId,
  };
  return new Response(incoming.policy.capabilities(isCountedElsewhere(incoming)), { headers });
}

function headOf(request: Request) {
  const { origin: own, pathname: path, search } = addressOf(request);
  const { headers, method } = request;
  const header = (name: string) => headers.get(name);
  return {
    ...{ method, path, query: search.slice(1), own, origin: header("origin"), site: header("sec-fetch-site") },
    ...{ type: header("content-type"), length: header("content-length") },
    upgrade: header("upgrade")?.toLowerCase() === "websocket",
  };
}

/** Hosts are written by callers, and workerd takes them as they are. */
function addressOf({ url }: Request): URL {
  try {
    return new URL(url);
  } catch {
    throw refusal(400, "InvalidParameter", "The request's host cannot be understood.");
  }
}

/** What a failure is answered with. What is no refusal is a defect or the operator's: its words stay here. */
function failed<Env>(thrown: unknown, incoming: Incoming<Env>): Response {
  let reason = thrown;
  if (thrown instanceof Response) {
    try {
      return new Response(thrown.body, thrown);
    } catch (error) {
      // It was given out before, so that its body is gone, or it is none that can be sent.
      reason = error;
    }
  }
  if (!(reason instanceof RefusalError)) console.error("the relay failed", reason);
  const defect = () => refusal(500, "InternalError", "The relay failed: its log has the reason.");
  const said = reason instanceof RefusalError ? reason : defect();
  incoming.facts.code = said.refused.code;
  const respond = isOpenAi(incoming.request.url) ? openAiRefusal : refusalResponse;
  return respond(said, incoming.requestId);
}

function check(options: RelayOptions<never>): void {
  const { apiKey, authorize, pageTokenSecret, temporaryTokens } = options ?? {};
  if (typeof apiKey !== "string" && typeof apiKey !== "function") {
    throw refused("apiKey", "expected the key of the service, or a function that takes it from the environment");
  }
  for (const name of ["authorize", "onEvent", "address", "fetch"] as const) {
    const given = options[name];
    if (given !== undefined && typeof given !== "function") throw refused(name, "expected a function");
  }
  if (temporaryTokens !== undefined && authorize === undefined) {
    throw refused("temporaryTokens", "expected authorize with it: a token may do everything that the key may");
  }
  if (typeof pageTokenSecret === "string" || (pageTokenSecret !== undefined && typeof pageTokenSecret !== "function")) {
    checkSecret(pageTokenSecret);
  }
}
