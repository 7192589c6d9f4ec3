// The package's own client inside the relay: what it asks for goes through the gate, as the requests of any caller do.

import { Transcriber } from "../api.js";
import { chunksOf } from "./chunks.js";
import { forward, requestHeaders } from "./forward.js";
import { type GatedBody, gatedBody } from "./gated-body.js";
import type { Incoming } from "./incoming.js";
import { refusal } from "./refusal.js";
import { fetchResult, uploadTo } from "./stores.js";

/** A client whose requests go through the gate. */
export function transcriberFor<Env>(incoming: Incoming<Env>): Transcriber {
  const { baseURL, region, workspaceId } = incoming.options;
  return new Transcriber({
    ...{ baseURL, region, workspaceId },
    // The relay adds the real one.
    apiKey: "added-by-the-relay",
    maxRetries: 0,
    fetch: async (request) => {
      const answer = await gated(incoming, request);
      // It speaks to the service, and need not hear that a relay is between.
      answer.headers.delete("x-dashscope-relay");
      return answer;
    },
  });
}

async function gated<Env>(caller: Incoming<Env>, request: Request): Promise<Response> {
  const incoming = branch(caller, request.signal);
  const { policy, facts } = incoming;
  const { method, url, headers } = request;
  const { upstream } = policy;
  const path = url.startsWith(upstream) ? url.slice(upstream.length).split("?", 1)[0] : undefined;
  const route = path && policy.ownRoute(method, path);
  if (!route) return store(incoming, request);
  const gate = policy.gate(route);
  let body: GatedBody | undefined;
  if (gate) {
    const { chunks, length } = await sized(request);
    body = await gatedBody(chunksOf(chunks), length, gate);
    facts.model = body.model;
  }
  return forward(incoming, { method, url, headers: requestHeaders(headers), body });
}

/** Stores get no key. */
async function store<Env>(incoming: Incoming<Env>, request: Request): Promise<Response> {
  const url = incoming.policy.storeUrl(request.url);
  if (url === undefined) throw refusal(400, "InvalidParameter", "This relay passes on speech recognition only.");
  if (request.method === "GET") return fetchResult(incoming, url);
  const { chunks, length } = await sized(request);
  return uploadTo(incoming, url, length, {
    headers: request.headers,
    body: chunks as ReadableStream<Uint8Array<ArrayBuffer>>,
  });
}

/** The body with its length. What flows tells it; all else is in memory anyway. */
async function sized(request: Request): Promise<{ chunks: ReadableStream<Uint8Array>; length: number }> {
  const told = request.headers.get("content-length");
  if (told !== null && request.body) return { chunks: request.body, length: Number(told) };
  const bytes = await request.arrayBuffer();
  return { chunks: new Response(bytes).body ?? new ReadableStream(), length: bytes.byteLength };
}

/** The same caller for one request of several: when its answer is let go, the others are not. */
function branch<Env>(incoming: Incoming<Env>, signal: AbortSignal): Incoming<Env> {
  const abort = new AbortController();
  for (const other of [incoming.abort.signal, signal]) {
    if (other.aborted) abort.abort();
    else other.addEventListener("abort", () => abort.abort(), { signal: abort.signal });
  }
  return Object.create(incoming, { abort: { value: abort } });
}
