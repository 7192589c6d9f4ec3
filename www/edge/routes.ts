import { refusal } from "./refusal.ts";

/** One call that the page may make. What is not in the table does not reach the service. */
export interface Route {
  readonly method: "GET" | "POST";
  /** The whole path behind the relay's prefix, which is also the service's path. */
  readonly path: RegExp;
  /** Query parameters that are passed on; the others are dropped. */
  readonly query: readonly string[];
}

const ROUTES: readonly Route[] = [
  { method: "POST", path: /^\/api\/v1\/services\/aigc\/multimodal-generation\/generation$/, query: [] },
  { method: "POST", path: /^\/compatible-mode\/v1\/chat\/completions$/, query: [] },
];

export function findRoute(method: string, path: string): { route: Route } | { refusal: Response } {
  const here = ROUTES.filter((route) => route.path.test(path));
  const route = here.find((candidate) => candidate.method === method);
  if (route) return { route };
  if (here.length === 0) {
    return { refusal: refusal(404, "NotFound", `This site does not pass on ${path}: the page has no need of it.`) };
  }
  const allow = here.map((candidate) => candidate.method).join(", ");
  return { refusal: refusal(405, "MethodNotAllowed", `${path} takes ${allow}, not ${method}.`, { allow }) };
}
