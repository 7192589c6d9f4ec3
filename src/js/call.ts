// Splitting what a caller writes into data, which Rust checks, and what data cannot be: signals and functions.

import type { ClientSettings, Progress, TranscribeOptions } from "../../target/js/glue.js";
import { json, own, refused } from "./data.js";
import { type EffectOptions, HostEffects, type ToldRelay } from "./host-effects.js";
import type { TurnHolder } from "./turns.js";

/** Options of a client: data, and what reaches the service. */
export interface TranscriberOptions extends ClientSettings {
  /**
   * The API key, or a function that gives one before each request (a short-lived token, say). Never in a page that
   * others see: leave it out there and set `baseURL` to your relay. Node, Deno and Bun fall back to
   * `DASHSCOPE_API_KEY` when neither `apiKey` nor `baseURL` is given.
   */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Another spelling of `baseURL`. */
  baseUrl?: string | undefined;
  /** Sends the requests; gets a standard `Request`. Default: the global `fetch`, looked up at each call. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** More headers for every request, e.g. for your relay. */
  defaultHeaders?: Record<string, string> | undefined;
}

/** Options of one call that are not data for the service. */
export interface RequestOptions {
  /** Cancels the call. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until an attempt is given up, and between two chunks of a stream. Default: the client's. */
  timeout?: number | undefined;
  /** How often a failed attempt is repeated. Default: the client's. */
  maxRetries?: number | undefined;
  /** More headers for this call. */
  headers?: Record<string, string> | undefined;
  /** Told how far the call has come. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of one transcription. */
export type CallOptions = TranscribeOptions & RequestOptions;

/** Headers as name and value, in the order in which the later wins; `false` is a value that is no text. */
type Pairs = [name: string, value: string | false][];

/** A client's options, taken apart. */
export interface Client {
  /** JSON. */
  settings: string;
  apiKey: TranscriberOptions["apiKey"];
  fetch: TranscriberOptions["fetch"];
  headers: Pairs;
  relay: ToldRelay;
  /** Whose turn it is among its requests, while a long recording is under way. */
  turns: TurnHolder;
}

/** For calls that reach no service: nothing is looked up for them, the key least of all. */
export const NO_CLIENT: Client = {
  settings: "{}",
  apiKey: undefined,
  fetch: undefined,
  headers: [],
  relay: { takesAudio: false },
  turns: {},
};

/** Takes a client's options apart. */
export function splitClient(options: TranscriberOptions): Client {
  const { apiKey, fetch, defaultHeaders, ...settings } = own(options);
  checkFunction("fetch", fetch);
  const direct = settings.baseURL === undefined && settings.baseUrl === undefined;
  return {
    settings: json(settings, "client option"),
    apiKey: apiKey ?? (direct ? keyFromEnvironment() : undefined),
    fetch,
    headers: pairs("defaultHeaders", defaultHeaders),
    relay: { takesAudio: false },
    turns: {},
  };
}

/** Takes a call's options apart: what the core reads, and the rest. */
export function splitOptions<Options extends RequestOptions>(
  options: Options | null | undefined,
): { data: Omit<Options, keyof RequestOptions>; request: RequestOptions } {
  const { signal, timeout, maxRetries, headers, onProgress, ...data } = own(options);
  return { data, request: { signal, timeout, maxRetries, headers, onProgress } };
}

/** The effects of one call. */
export function callEffects(client: Client, request: RequestOptions, more: Partial<EffectOptions> = {}): HostEffects {
  const { signal, timeout, maxRetries, headers, onProgress } = request;
  checkSignal(signal);
  const { refusals, turns, ...callbacks } = more;
  for (const [name, callback] of Object.entries({ onProgress, ...callbacks })) checkFunction(name, callback);
  const given = [...client.headers, ...pairs("headers", headers)];
  const options: EffectOptions = {
    fetch: client.fetch ?? ((request: Request) => globalThis.fetch(request)),
    apiKey: client.apiKey,
    relay: client.relay,
    signal,
    onProgress,
    settings: `{"timeout":${number(timeout)},"maxRetries":${number(maxRetries)},"headers":${JSON.stringify(given)}}`,
    ...more,
  };
  return new HostEffects(own(options));
}

/** A number as JSON; what is none, or none that JSON knows, is refused by the core, who has the words. */
function number(given: unknown): string {
  if (given === undefined || given === null) return "null";
  if (typeof given !== "number") return '"?"';
  return Number.isFinite(given) ? String(given) : "-1";
}

/** Whether it can be listened to, if it is there at all: a signal of another realm or library will do. */
export function isSignal(given: AbortSignal | null | undefined): boolean {
  return given === undefined || given === null || typeof given.addEventListener === "function";
}

/** Refuses what cannot be listened to. */
export function checkSignal(given: AbortSignal | null | undefined): void {
  if (!isSignal(given)) throw refused("signal", "expected an AbortSignal; of an AbortController, pass its signal");
}

function checkFunction(name: string, given: unknown): void {
  if (given !== undefined && given !== null && typeof given !== "function") throw refused(name, "expected a function");
}

/** `Headers` and lists of pairs do as well as plain objects. What is no text is refused by the core, who has the words. */
function pairs(field: string, headers: unknown): Pairs {
  if (headers === undefined || headers === null) return [];
  try {
    if (typeof headers !== "object") throw headers;
    const given = Symbol.iterator in headers ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers);
    return given
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [String(name), typeof value === "string" ? value : false]);
  } catch {
    throw refused(field, "expected Headers, or an object of names and values");
  }
}

function keyFromEnvironment(): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    return process?.env?.DASHSCOPE_API_KEY || undefined;
  } catch {
    return undefined; // Deno, without the permission to read it: no key, which the first request says in words
  }
}
