// The calls that the page may make, as a table.

import { refusal } from "./refusal.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./stores.ts";

/** One call that the page may make. What is not in the table goes nowhere. */
export interface Route {
  readonly method: "GET" | "POST";
  /** The whole path behind the relay's prefix, which is also the service's path. */
  readonly path: RegExp;
  /** Query parameters that are passed on; the others are dropped. */
  readonly query: readonly string[];
  /** A POST without this has no body to pass on. */
  readonly body?: "json" | "form";
  /** Goes to an object store, without the key, instead of to the service. */
  readonly store?: Store;
  /** Only where the operator said so. */
  readonly onlyIf?: "allowTaskList";
}

const SERVICES = "/api/v1/services";
const TASK = "/api/v1/tasks/[A-Za-z0-9_-]{1,100}";

const ROUTES: readonly Route[] = [
  { method: "POST", path: whole(`${SERVICES}/aigc/multimodal-generation/generation`), query: [], body: "json" },

  { method: "POST", path: whole(`${SERVICES}/audio/asr/transcription`), query: [], body: "json" },
  { method: "GET", path: whole(TASK), query: [] },
  { method: "POST", path: whole(`${TASK}/cancel`), query: [] },
  {
    method: "GET",
    path: whole("/api/v1/tasks/?"),
    query: ["task_id", "start_time", "end_time", "model_name", "status", "page_no", "page_size"],
    onlyIf: "allowTaskList",
  },
  { method: "GET", path: whole("/api/v1/uploads"), query: ["action", "model"] },

  { method: "GET", path: whole("/result"), query: [], store: "result" },
  { method: "POST", path: whole("/upload"), query: [], body: "form", store: "upload" },
];

export function findRoute(method: string, path: string, settings: Settings): { route: Route } | { refusal: Response } {
  const here = ROUTES.filter((route) => route.path.test(path));
  const route = here.find((candidate) => candidate.method === method);
  if (route?.onlyIf && !settings[route.onlyIf]) {
    const words = "This site does not list tasks: the list would show every visitor's (see ALLOW_TASK_LIST).";
    return { refusal: refusal(403, "AccessDenied", words) };
  }
  if (route) return { route };
  if (here.length === 0) {
    return { refusal: refusal(404, "NotFound", `This site does not pass on ${path}: the page has no need of it.`) };
  }
  const allow = here.map((candidate) => candidate.method).join(", ");
  return { refusal: refusal(405, "MethodNotAllowed", `${path} takes ${allow}, not ${method}.`, { allow }) };
}

function whole(path: string): RegExp {
  return new RegExp(`^${path}$`);
}
