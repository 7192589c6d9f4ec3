// What the Worker is given: bindings, secrets and variables of wrangler.jsonc.
import { Transcriber } from "dashscope-asr";

export interface Environment {
  /** Recordings, notes about them, and their texts. */
  readonly RECORDINGS: R2Bucket;
  readonly TRANSCRIPTION: Workflow<{ id: string }>;
  readonly DASHSCOPE_API_KEY?: string;
  /** Signs the addresses at which the service fetches recordings. */
  readonly ADDRESS_SECRET?: string;
  /** What whoever may upload says as `Authorization: Bearer`. */
  readonly UPLOAD_TOKEN?: string;
  readonly DASHSCOPE_BASE_URL?: string;
  readonly DASHSCOPE_MODEL?: string;
  readonly MAX_RECORDING_BYTES?: string;
  readonly LIST_DELAY_SECONDS?: string;
  readonly SEARCH_SECONDS?: string;
}

export const modelOf = (env: Environment) => env.DASHSCOPE_MODEL || "qwen3-asr-flash-filetrans";
export const mostBytes = (env: Environment) => Number(env.MAX_RECORDING_BYTES) || 2 * 1024 ** 3;
export const listDelayMs = (env: Environment) => (Number(env.LIST_DELAY_SECONDS) || 60) * 1000;
export const searchMs = (env: Environment) => (Number(env.SEARCH_SECONDS) || 3600) * 1000;

export function service(env: Environment): Transcriber {
  const { DASHSCOPE_API_KEY: apiKey, DASHSCOPE_BASE_URL: baseURL } = env;
  return new Transcriber({ ...(apiKey && { apiKey }), ...(baseURL && { baseURL }) });
}
