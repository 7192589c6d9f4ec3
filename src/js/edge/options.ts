// What the operator of a relay may set.

import type { Region } from "../../../target/js/relay-glue.js";

/** What `authorize` says: yes, no, yes for this caller, or an answer of its own. */
export type Verdict = boolean | { caller: string } | Response;

/** What a relay tells of each request, when its answer is over. Never audio, text or keys. */
export interface RelayEvent {
  /** What it was for, e.g. `"generation"`, `"submit"`, `"task"`, `"result"`, `"transcribe"`, `"openai-transcriptions"`, `"live-task"`. */
  route: string | undefined;
  /** Who called, as `authorize` or the page token named them. */
  caller: string | undefined;
  model: string | undefined;
  /** Seconds of audio that the service has counted or, where it did not say, that the audio's own bytes tell. */
  seconds: number | undefined;
  /** Announced bytes of the request's body; of a WebSocket, all that was sent. */
  bytes: number | undefined;
  /** HTTP status of the answer; of a WebSocket 101, or that of the refusal that has ended it. */
  status: number;
  /** The code of a refusal, e.g. `"AccessDenied"`. */
  code: string | undefined;
  /** Milliseconds until the last byte of the answer, or the end of the WebSocket. */
  ms: number;
  requestId: string;
}

/** How much one caller may ask. Callers are told at `GET {path}/capabilities`, and `longAudio: "auto"` keeps to it. */
export interface RelayLimits {
  /** Most bytes of a request's body. Default: 28,200,000, what the largest data URL of the service needs. */
  bytes?: number | undefined;
  /** Most bytes of an upload to the service's store. Default: `bytes` if that is set, else 1 GiB, which is what the store takes. */
  uploadBytes?: number | undefined;
  /**
   * Most seconds of audio in a request, where the audio is in it and its bytes tell, and over a WebSocket. Default: what the model takes,
   * and no end.
   */
  seconds?: number | undefined;
  /**
   * Requests of one caller in a minute. Questions about tasks, and about what is allowed, count a tenth, every minute of a WebSocket one,
   * or of its audio if that comes faster. Default: 60.
   */
  perMinute?: number | undefined;
}

/** Options of `createRelay`. */
export interface RelayOptions<Env = unknown> {
  /** The key of the service, or a function that takes it from the environment. It stays in the relay. */
  apiKey: string | ((env: Env) => string | undefined | Promise<string | undefined>);
  /** Where the service is, as in `Transcriber`: instead of a region. */
  baseURL?: string | undefined;
  /** The key's region, as in `Transcriber`. Default: `"singapore"`. */
  region?: Region | undefined;
  /** The key's workspace, as in `Transcriber`. */
  workspaceId?: string | undefined;
  /** Where the relay is mounted. Default: `"/dashscope"`. */
  path?: string | undefined;
  /**
   * Says who may call, by cookies, by a credential of your own (`Authorization: Bearer …`), or whatever you have. It must not read
   * the request's body. What is neither `true` nor a caller nor a `Response` is a no.
   */
  authorize?: ((request: Request, env: Env, context: unknown) => Verdict | Promise<Verdict>) | undefined;
  /**
   * Origins whose pages may call, as browsers write them: `"https://app.example"`. `"same-origin"`: pages of the relay's own origin. By
   * itself this keeps other sites out, and no programs: those can pretend to be a page.
   */
  origins?: string[] | undefined;
  /** Which models may be asked, by name. Default: every speech model that this package knows. */
  models?: string[] | undefined;
  /**
   * What one caller may ask. Requests are counted by the bindings `DASHSCOPE_RATE_LIMIT` (what costs something) and `DASHSCOPE_QUERY_LIMIT`
   * (questions about tasks, and about what is allowed) of Cloudflare where the environment has them, else in the memory of each instance.
   */
  limits?: RelayLimits | undefined;
  /** `"anyone"`: whoever may call may ask for every task of the account. Default: `"submitter"`. */
  taskAccess?: "submitter" | "anyone" | undefined;
  /** Signs and checks page tokens (`createPageToken`), and names that answers give out. At least 32 characters. */
  pageTokenSecret?: string | ((env: Env) => string | undefined) | undefined;
  /** Told of each request when its answer is over. */
  onEvent?: ((event: RelayEvent) => void | Promise<void>) | undefined;
  /**
   * The caller's address, by which callers without a name are counted. Default: what Cloudflare, or the adapter for Node, tells. Say how
   * your own proxy tells it; a header that anybody can write is no address.
   */
  address?: ((request: Request, env: Env, context: unknown) => string | undefined) | undefined;
  /**
   * Gives temporary tokens of the service to callers whom `authorize` lets in, at `POST {path}/token?model=…`, for pages that open the
   * service's WebSocket themselves (`live({ tokenURL })`): so many seconds are they good for, 1 to 1800. **A token may do everything that
   * the key may**, at every model, without this relay's limits, and cannot be called back. Without this option there are none; WebSockets
   * through the relay need none.
   */
  temporaryTokens?: number | undefined;
  /** Models of OpenAI and what is asked in their place, beside the known ones. */
  openaiModels?: Record<string, string> | undefined;
  /** Sends requests to the service; WebSockets, too, in Cloudflare's runtime. Default: the global `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** A standard fetch handler: for Workers, Hono, Next, SvelteKit, Deno, Bun, and, by `toNodeHandler`, for Node. */
export type Relay<Env = unknown> = (request: Request, env?: Env, context?: unknown) => Promise<Response>;
