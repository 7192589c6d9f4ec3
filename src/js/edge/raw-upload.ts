// `POST {path}/transcribe`: the audio itself as body, a quarter less to send than base64. It is encoded here, while it flows.
//
// Two kinds of callers: this package's client brings the request that its audio belongs into (recipe.ts), and gets the service's own
// answer; everybody else names options in the query or in a header, and gets a transcript.

import type { RelayPlan, TranscribeOptions } from "../../../target/js/relay-glue.js";
import { isAsrError } from "../api.js";
import { requestChunks } from "./chunks.js";
import { encoded, encodedLength } from "./encoded.js";
import { forward, requestHeaders } from "./forward.js";
import { gatedBody, patientBody } from "./gated-body.js";
import type { Incoming } from "./incoming.js";
import { transcriberFor } from "./own-client.js";
import { type Recipe, readRecipe } from "./recipe.js";
import { ANSWER_HEADERS, RefusalError, refusal } from "./refusal.js";

/** Options as JSON, for what a query cannot say well. */
const OPTIONS_HEADER = "x-dashscope-options";

/** Answers a raw upload. */
export function rawUpload<Env>(incoming: Incoming<Env>, plan: RelayPlan): Promise<Response> {
  const recipe = readRecipe(incoming.request.headers);
  if (recipe === null)
    throw refusal(400, "InvalidParameter", "x-dashscope-before and x-dashscope-after must be base64.");
  return recipe ? byRecipe(incoming, plan, recipe) : byOptions(incoming, plan);
}

async function byRecipe<Env>(
  incoming: Incoming<Env>,
  plan: RelayPlan,
  { path, before, after }: Recipe,
): Promise<Response> {
  const { request, policy, facts } = incoming;
  const route = policy.ownRoute("POST", path);
  const gate = route && route !== "submit" ? policy.gate(route) : undefined;
  if (!route || !gate || !request.body || plan.length === undefined) {
    throw refusal(
      400,
      "InvalidParameter",
      "x-dashscope-route must be the path of a call that takes audio in its body.",
    );
  }
  facts.route = route;
  const length = encodedLength(before, plan.length, after);
  const body = await gatedBody(encoded(before, requestChunks(request.body), after), length, gate);
  facts.model = body.model;
  const headers = requestHeaders(request.headers);
  headers.set("content-type", "application/json");
  return forward(incoming, { method: "POST", url: policy.upstreamUrl(route) ?? "", headers, body });
}

async function byOptions<Env>(incoming: Incoming<Env>, { length = 0 }: RelayPlan): Promise<Response> {
  const { method, headers: given, body } = incoming.request;
  if (!body) throw refusal(400, "BadRequest.EmptyInput", "The request has no body.");
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers: given,
    body: patientBody(body, length),
    duplex: "half",
  };
  const audio = new Request(incoming.request.url, init);
  const { stream, ...options } = optionsOf(incoming.request);
  const transcriber = transcriberFor(incoming);
  const headers = { ...ANSWER_HEADERS, "x-request-id": incoming.requestId };
  const call = { ...options, signal: incoming.abort.signal } as TranscribeOptions;
  try {
    if (stream !== true) return Response.json(await transcriber.transcribe(audio, call), { headers });
    const events = transcriber.stream(audio, call)[Symbol.asyncIterator]();
    // The first one before the answer begins, so that what is refused has a status of its own.
    const first = await events.next();
    return new Response(asEvents(first, events, incoming), {
      headers: { ...headers, "content-type": "text/event-stream" },
    });
  } catch (error) {
    throw asRefusal(error);
  }
}

async function* events(first: IteratorResult<unknown>, rest: AsyncIterator<unknown>): AsyncGenerator<unknown, void> {
  for (let step = first; !step.done; step = await rest.next()) yield step.value;
}

/** Events of a transcription as server-sent events; a failure is one of them. */
function asEvents<Env>(
  first: IteratorResult<unknown>,
  rest: AsyncIterator<unknown>,
  incoming: Incoming<Env>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source = events(first, rest);
  const event = (name: string, data: unknown) => encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await source.next();
        if (!done) return controller.enqueue(event((value as { type: string }).type, value));
      } catch (error) {
        const { code, message } = asRefusal(error).refused;
        controller.enqueue(event("error", { code, message, request_id: incoming.requestId }));
      }
      controller.close();
    },
    async cancel() {
      incoming.abort.abort();
      await source.return();
    },
  });
}

/** Options in the query and in the header; values of the query that are JSON are what they say. */
function optionsOf(request: Request): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of new URL(request.url).searchParams) {
    if (name in options) throw refusal(400, "InvalidParameter", `${name} is there twice.`);
    options[name] = parsedValue(value);
  }
  const header = request.headers.get(OPTIONS_HEADER);
  if (header === null) return options;
  try {
    return { ...options, ...JSON.parse(header) };
  } catch {
    throw refusal(400, "InvalidParameter", `${OPTIONS_HEADER} must be JSON.`);
  }
}

function parsedValue(text: string): unknown {
  if (!/^(true|false|-?\d+(\.\d+)?|\[.*\]|\{.*\})$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A failure of the client as the relay's answer. */
export function asRefusal(error: unknown): RefusalError {
  // What the gate has refused is the cause of what the client says.
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof RefusalError) return cause;
  if (!isAsrError(error)) return refusal(500, "InternalError", "The relay failed: its log has the reason.");
  return refusal(error.status ?? STATUS[error.code] ?? 502, error.serviceCode ?? error.code, error.message);
}

/** Statuses of failures that no answer had. */
const STATUS: { [code: string]: number } = {
  ...{ invalid_option: 400, empty_audio: 400, invalid_audio: 400, audio_too_long: 413, audio_too_large: 413 },
  ...{ unsupported_format: 415, timeout: 504, aborted: 499 },
};
