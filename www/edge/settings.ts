// What the operator may set, read and checked.

import { DEFAULT_RESULT_HOSTS, DEFAULT_UPLOAD_HOSTS } from "./known-stores.ts";

/** What the operator may set, as `vars` in wrangler.jsonc or as secrets. All of it is optional except the key. */
export interface Environment {
  /** The secret. It is added here and nowhere else. */
  readonly DASHSCOPE_API_KEY?: string;
  /** Scheme and host of the service, with any path prefix in front of `/api/v1` and `/compatible-mode/v1`. */
  readonly DASHSCOPE_BASE_URL?: string;
  /** The models that the page asks for: for short recordings, for long ones, and for both with hot words or speakers. */
  readonly DASHSCOPE_MODEL?: string;
  readonly DASHSCOPE_LONG_MODEL?: string;
  readonly DASHSCOPE_HOT_WORDS_MODEL?: string;
  readonly DASHSCOPE_SPEAKERS_MODEL?: string;
  /** Other origins whose pages may use this relay, separated by commas or spaces. Its own origin always may. */
  readonly ALLOWED_ORIGINS?: string;
  /** Largest request body, in bytes. */
  readonly MAX_BODY_BYTES?: string | number;
  /** Largest recording that is passed on to the object store, in bytes. */
  readonly MAX_UPLOAD_BYTES?: string | number;
  /** Hosts of result documents, separated by commas or spaces; `*` is a run of letters, digits and hyphens. */
  readonly RESULT_HOSTS?: string;
  /** Hosts that take uploads, likewise. */
  readonly UPLOAD_HOSTS?: string;
  /** `true` where every visitor may see the tasks of all others: a site for one person, or behind a log-in. */
  readonly ALLOW_TASK_LIST?: string | boolean;
  /** Cloudflare's rate limiter for what costs something; without it there is no limit per visitor. */
  readonly VISITOR_RATE_LIMIT?: RateLimit;
  /** The same for questions, which cost nothing: whoever waits for a task asks again and again. */
  readonly VISITOR_QUERY_LIMIT?: RateLimit;
}

interface RateLimit {
  limit(of: { key: string }): Promise<{ success: boolean }>;
}

export interface Models {
  /** Takes five minutes and answers word by word. */
  readonly quick: string;
  /** Takes hours, as a task, and gives every word its time. */
  readonly long: string;
  /** As `quick`, and listens to hot words. */
  readonly quickWithHotWords: string;
  /** As `long`, listens to hot words and tells speakers apart. */
  readonly longWithSpeakers: string;
}

export interface Settings {
  readonly apiKey: string | undefined;
  readonly upstream: URL | undefined;
  readonly isEmulator: boolean;
  readonly models: Models;
  readonly allowedOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
  readonly resultHosts: readonly string[];
  readonly uploadHosts: readonly string[];
  readonly allowTaskList: boolean;
}

const DEFAULT_UPSTREAM = "https://dashscope-intl.aliyuncs.com";
const DEFAULT_MODELS: Models = {
  quick: "qwen3-asr-flash",
  long: "qwen3-asr-flash-filetrans",
  quickWithHotWords: "qwen-audio-3.1-asr-flash",
  longWithSpeakers: "qwen-audio-3.1-asr-flash-filetrans",
};

/** Base64 inside JSON: the largest string that the service reads at all is 28 000 000 characters. */
const DEFAULT_MAX_BODY_BYTES = 28_200_000;

/** What the service's temporary store takes, and the form around it. Cloudflare's own limit is lower: see the README. */
const DEFAULT_MAX_UPLOAD_BYTES = 1024 ** 3 + 16_384;

export function readSettings(environment: Environment): Settings {
  const upstream = parseUpstream(environment.DASHSCOPE_BASE_URL?.trim() || DEFAULT_UPSTREAM);
  return {
    apiKey: environment.DASHSCOPE_API_KEY?.trim() || undefined,
    upstream,
    isEmulator: upstream !== undefined && isLoopback(upstream.hostname),
    models: {
      quick: environment.DASHSCOPE_MODEL?.trim() || DEFAULT_MODELS.quick,
      long: environment.DASHSCOPE_LONG_MODEL?.trim() || DEFAULT_MODELS.long,
      quickWithHotWords: environment.DASHSCOPE_HOT_WORDS_MODEL?.trim() || DEFAULT_MODELS.quickWithHotWords,
      longWithSpeakers: environment.DASHSCOPE_SPEAKERS_MODEL?.trim() || DEFAULT_MODELS.longWithSpeakers,
    },
    allowedOrigins: listOf(environment.ALLOWED_ORIGINS) ?? [],
    maxBodyBytes: Number(environment.MAX_BODY_BYTES) || DEFAULT_MAX_BODY_BYTES,
    maxUploadBytes: Number(environment.MAX_UPLOAD_BYTES) || DEFAULT_MAX_UPLOAD_BYTES,
    resultHosts: listOf(environment.RESULT_HOSTS) ?? DEFAULT_RESULT_HOSTS,
    uploadHosts: listOf(environment.UPLOAD_HOSTS) ?? DEFAULT_UPLOAD_HOSTS,
    allowTaskList: String(environment.ALLOW_TASK_LIST) === "true",
  };
}

function listOf(text: string | undefined): readonly string[] | undefined {
  const items = (text ?? "").split(/[\s,]+/).filter(Boolean);
  return items.length > 0 ? items : undefined;
}

/** `undefined` for what cannot be used: the key must not travel in the clear except to this very machine. */
function parseUpstream(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const usable = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  return usable ? url : undefined;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
