/**
 * The edge function of the demo site. Everything under `/api` comes here; the page itself is static.
 *
 * A page writes `new Transcriber({ baseURL: "/api" })`; the package appends DashScope's own paths, so
 * `/api/api/v1/services/…` arrives here and `/api/v1/services/…` leaves with the key added. `/api/result` and
 * `/api/upload` are the relay's own: they stand in for object stores that a page may not talk to.
 */

import { about } from "./about.ts";
import { admit, crossOriginHeaders, preflight } from "./admission.ts";
import { refusal } from "./refusal.ts";
import { relay } from "./relay.ts";
import { findRoute } from "./routes.ts";
import { type Environment, readSettings } from "./settings.ts";
import { relayToStore } from "./store-relay.ts";
import { findStore } from "./stores.ts";

const PREFIX = "/api";

export default {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    const settings = readSettings(environment);
    const response = await answer(request, environment, settings);
    for (const [name, value] of crossOriginHeaders(request, settings)) response.headers.set(name, value);
    return response;
  },
};

async function answer(
  request: Request,
  environment: Environment,
  settings: ReturnType<typeof readSettings>,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(`${PREFIX}/`)) return refusal(404, "NotFound", `There is nothing at ${pathname}.`);
  if (request.method === "OPTIONS") return preflight(request, settings);

  const path = pathname.slice(PREFIX.length);
  if (path === "/about" && request.method === "GET") return about(settings);

  const found = findRoute(request.method, path, settings);
  if ("refusal" in found) return found.refusal;
  const { route } = found;

  const refused = await admit(request, route, environment, settings);
  if (refused) return refused;
  if (!route.store) return relay(request, path, route, settings);

  const store = findStore(request, route.store, settings);
  return "refusal" in store ? store.refusal : relayToStore(request, store.url, route);
}
