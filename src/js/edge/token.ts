// `POST {path}/token`: a temporary token of the service, for callers who open its WebSocket themselves.

import type { RelayPlan } from "../../../target/js/relay-glue.js";
import { forward } from "./forward.js";
import type { Incoming } from "./incoming.js";
import { whole } from "./names.js";
import { refusal } from "./refusal.js";

/** Asks the service for a token, and says where it is for, in the words of the AI SDK's client secrets. */
export async function giveToken<Env>(incoming: Incoming<Env>, { url = "", socket, model }: RelayPlan) {
  incoming.facts.model = model;
  const headers = new Headers({ accept: "application/json" });
  const answer = await forward(incoming, { method: "POST", url, headers });
  if (!answer.ok) return answer;
  const { token, expires_at: expiresAt } = JSON.parse(new TextDecoder().decode(await whole(answer))) ?? {};
  if (typeof token !== "string" || !/^[!-~]{8,4096}$/.test(token)) {
    throw refusal(502, "InternalError", "The speech service gave no token.");
  }
  return Response.json({ token, url: socket, expiresAt }, { headers: answer.headers });
}
