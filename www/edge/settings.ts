// What the operator may set, read and checked.

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
  /** The one that writes while somebody speaks, over a WebSocket; `none` for no such thing. */
  readonly DASHSCOPE_LIVE_MODEL?: string;
  /** Other origins whose pages may use this relay, separated by commas or spaces. Its own origin always may. */
  readonly ALLOWED_ORIGINS?: string;
  /** Largest request body, in bytes. */
  readonly MAX_BODY_BYTES?: string | number;
  /** Largest recording that is passed on to the object store, in bytes. */
  readonly MAX_UPLOAD_BYTES?: string | number;
  /** `true` where every visitor may see the tasks of all others: a site for one person, or behind a log-in. */
  readonly ALLOW_TASK_LIST?: string | boolean;
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
  /** Writes while somebody speaks, and listens to hot words; nothing where the site has no such thing. */
  readonly live?: string;
}

export interface Settings {
  readonly hasKey: boolean;
  readonly baseURL: string;
  readonly isEmulator: boolean;
  readonly models: Models;
  readonly allowedOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly maxUploadBytes: number;
  readonly allowTaskList: boolean;
}

/** A setting that nothing can be done with. */
export class SettingError extends Error {
  constructor(setting: keyof Environment, problem: string) {
    super(`${setting}: ${problem}`);
  }
}

/** Options that only the relay can judge, by the settings that they come from. */
const SETTINGS: { readonly [option: string]: keyof Environment } = {
  origins: "ALLOWED_ORIGINS",
  baseURL: "DASHSCOPE_BASE_URL",
};

/** What is wrong with a setting, by its own name, also where the relay has found it; `undefined` for any other failure. */
export function settingErrorOf(thrown: unknown): SettingError | undefined {
  if (thrown instanceof SettingError) return thrown;
  const { field, message } = Object(thrown) as { field?: string; message?: string };
  const setting = SETTINGS[field ?? ""];
  return setting && new SettingError(setting, `${message}`.replace(`${field}: `, ""));
}

const DEFAULT_UPSTREAM = "https://dashscope-intl.aliyuncs.com";
const DEFAULT_MODELS: Models = {
  quick: "qwen3-asr-flash",
  long: "qwen3-asr-flash-filetrans",
  quickWithHotWords: "qwen-audio-3.1-asr-flash",
  longWithSpeakers: "qwen-audio-3.1-asr-flash-filetrans",
  live: "qwen-audio-3.1-asr-flash-streaming",
};

const NO_MODEL = "none";

/** Base64 inside JSON: the largest string that the service reads at all is 28 000 000 characters. */
const DEFAULT_MAX_BODY_BYTES = 28_200_000;

/** What the service's temporary store takes, and the form around it. Cloudflare's own limit is lower: see the README. */
const DEFAULT_MAX_UPLOAD_BYTES = 1024 ** 3 + 16_384;

export function readSettings(environment: Environment): Settings {
  const baseURL = environment.DASHSCOPE_BASE_URL?.trim() || DEFAULT_UPSTREAM;
  const upstream = URL.canParse(baseURL) ? new URL(baseURL) : undefined;
  const isEmulator = upstream !== undefined && isLoopback(upstream.hostname);
  if (!upstream || (upstream.protocol !== "https:" && !isEmulator)) {
    throw new SettingError(
      "DASHSCOPE_BASE_URL",
      "expected an address by https, or by http on this machine: the key goes there",
    );
  }
  return {
    hasKey: Boolean(environment.DASHSCOPE_API_KEY?.trim()),
    baseURL,
    isEmulator,
    models: {
      quick: environment.DASHSCOPE_MODEL?.trim() || DEFAULT_MODELS.quick,
      long: environment.DASHSCOPE_LONG_MODEL?.trim() || DEFAULT_MODELS.long,
      quickWithHotWords: environment.DASHSCOPE_HOT_WORDS_MODEL?.trim() || DEFAULT_MODELS.quickWithHotWords,
      longWithSpeakers: environment.DASHSCOPE_SPEAKERS_MODEL?.trim() || DEFAULT_MODELS.longWithSpeakers,
      ...liveModel(environment.DASHSCOPE_LIVE_MODEL?.trim() || DEFAULT_MODELS.live),
    },
    allowedOrigins: listOf(environment.ALLOWED_ORIGINS),
    maxBodyBytes: bytesOf(environment, "MAX_BODY_BYTES", DEFAULT_MAX_BODY_BYTES),
    maxUploadBytes: bytesOf(environment, "MAX_UPLOAD_BYTES", DEFAULT_MAX_UPLOAD_BYTES),
    allowTaskList: String(environment.ALLOW_TASK_LIST) === "true",
  };
}

function liveModel(name: string | undefined): Pick<Models, "live"> {
  return name === undefined || name === NO_MODEL ? {} : { live: name };
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter(Boolean);
}

function bytesOf(environment: Environment, name: "MAX_BODY_BYTES" | "MAX_UPLOAD_BYTES", otherwise: number): number {
  const given = environment[name] ?? "";
  if (given === "") return otherwise;
  if (/^\d{1,15}$/.test(String(given)) && Number(given) > 0) return Number(given);
  throw new SettingError(name, "expected a whole number of bytes from 1 on");
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
