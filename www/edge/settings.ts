/** What the operator may set, as `vars` in wrangler.jsonc or as secrets. All of it is optional except the key. */
export interface Environment {
  /** The secret. It is added here and nowhere else. */
  readonly DASHSCOPE_API_KEY?: string;
  /** Scheme and host of the service, with any path prefix in front of `/api/v1` and `/compatible-mode/v1`. */
  readonly DASHSCOPE_BASE_URL?: string;
  /** The model that the page asks for. */
  readonly DASHSCOPE_MODEL?: string;
  /** Other origins whose pages may use this relay, separated by commas or spaces. Its own origin always may. */
  readonly ALLOWED_ORIGINS?: string;
  /** Largest request body, in bytes. */
  readonly MAX_BODY_BYTES?: string | number;
  /** Cloudflare's rate limiter; without it there is no limit per visitor. */
  readonly VISITOR_RATE_LIMIT?: { limit(of: { key: string }): Promise<{ success: boolean }> };
}

export interface Settings {
  readonly apiKey: string | undefined;
  readonly upstream: URL | undefined;
  readonly isEmulator: boolean;
  readonly model: string;
  readonly allowedOrigins: readonly string[];
  readonly maxBodyBytes: number;
}

const DEFAULT_UPSTREAM = "https://dashscope-intl.aliyuncs.com";
const DEFAULT_MODEL = "qwen3-asr-flash";

/** Base64 inside JSON: the largest string that the service reads at all is 28 000 000 characters. */
const DEFAULT_MAX_BODY_BYTES = 28_200_000;

export function readSettings(environment: Environment): Settings {
  const upstream = parseUpstream(environment.DASHSCOPE_BASE_URL?.trim() || DEFAULT_UPSTREAM);
  return {
    apiKey: environment.DASHSCOPE_API_KEY?.trim() || undefined,
    upstream,
    isEmulator: upstream !== undefined && isLoopback(upstream.hostname),
    model: environment.DASHSCOPE_MODEL?.trim() || DEFAULT_MODEL,
    allowedOrigins: (environment.ALLOWED_ORIGINS ?? "").split(/[\s,]+/).filter(Boolean),
    maxBodyBytes: Number(environment.MAX_BODY_BYTES) || DEFAULT_MAX_BODY_BYTES,
  };
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
