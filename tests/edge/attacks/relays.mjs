// Relays of all kinds in one program, each under a path of its own; the same in workerd and in Node.

import { createPageToken, createRelay } from "dashscope-asr/edge";

/** At least as long as a secret must be. */
const SECRET = "a-secret-of-the-pages-that-is-long-enough";

/** `Authorization: Bearer ana` is Ana. */
const byName = (request) => {
  const name = /^Bearer (ana|bob)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  return name !== undefined && { caller: name };
};

/** Made once, and given out again and again, as people do. */
let no;

/** Options by the path that the relay is mounted at. */
const KINDS = {
  open: { authorize: () => true },
  closed: {},
  named: { authorize: byName },
  pages: { origins: ["https://app.example", "http://localhost:5173", "same-origin"] },
  stranger: { origins: ["https://app.example"] },
  tokens: { pageTokenSecret: SECRET },
  both: { pageTokenSecret: SECRET, authorize: byName },
  mine: { authorize: () => true, taskAccess: "anyone" },
  few: { authorize: () => true, limits: { perMinute: 3 }, address: (request) => request.headers.get("x-test-address") },
  counted: { authorize: () => true, limits: { perMinute: 3 } },
  small: { authorize: () => true, limits: { bytes: 100_000, seconds: 30 } },
  one: { authorize: () => true, models: ["my-own-model"] },
  throws: {
    authorize: () => {
      throw new Error("words of the operator's own");
    },
  },
  rejects: { authorize: () => Promise.reject(new Error("words of the operator's own")) },
  undefined: { authorize: () => undefined },
  truthy: { authorize: () => "yes" },
  nameless: { authorize: () => ({ caller: 7 }) },
  later: { authorize: async () => true },
  answers: { authorize: () => new Response("log in", { status: 401, headers: { "www-authenticate": "Basic" } }) },
  again: { authorize: () => (no ??= new Response("go away", { status: 418 })) },
  error: { authorize: () => Response.error() },
  keyless: { authorize: () => true, apiKey: () => undefined },
  badkey: { authorize: () => true, apiKey: () => "sk-first\r\nx-evil: 1" },
  event: {
    authorize: () => true,
    onEvent: () => {
      throw new Error("the operator's own trouble");
    },
  },
  eventlater: { authorize: () => true, onEvent: () => Promise.reject(new Error("the operator's own trouble")) },
  giving: { authorize: byName, pageTokenSecret: SECRET, temporaryTokens: 60 },
  told: { authorize: byName, onEvent: (event) => events.push(event) },
};

const events = [];
const relays = new Map();

/** Makes time pass so many times as fast, for those who would have to wait for minutes. */
function hurry(times) {
  const { setTimeout: wait } = globalThis;
  const { now } = Date;
  const start = now();
  globalThis.setTimeout = (work, ms, ...rest) => wait(work, ms / times, ...rest);
  Date.now = () => start + (now() - start) * times;
}

/** @param {Request} request @param {{ UPSTREAM: string, KEY: string, HURRY?: string }} env */
export async function answer(request, env, context) {
  const { pathname, searchParams } = URL.canParse(request.url) ? new URL(request.url) : new URL("http://a/open/");
  if (pathname === "/events") return Response.json(events.splice(0));
  if (pathname === "/token") return tokenOf(searchParams);
  if (relays.size === 0 && env.HURRY) hurry(Number(env.HURRY));
  const kind = pathname.split("/")[1];
  if (!Object.hasOwn(KINDS, kind)) return new Response("no such relay", { status: 599 });
  if (!relays.has(kind)) {
    const limits = { perMinute: 100_000, ...KINDS[kind].limits };
    const options = { apiKey: ({ KEY }) => KEY, baseURL: env.UPSTREAM, path: `/${kind}`, ...KINDS[kind], limits };
    relays.set(kind, createRelay(options));
  }
  return relays.get(kind)(request, env, context);
}

/** Page tokens, also such as nobody should have. */
async function tokenOf(parameters) {
  const { caller, secret = SECRET, ago = 0 } = Object.fromEntries(parameters);
  const { now } = Date;
  // Made so many seconds ago.
  Date.now = () => now() - Number(ago) * 1000;
  const made = createPageToken({ secret, caller, expiresIn: 60 });
  Date.now = now;
  return new Response(await made);
}

export default { fetch: answer };
