// What a visitor may know of this edge function before anything is recorded.

import { ANSWER_HEADERS } from "./refusal.ts";
import type { Models, Settings } from "./settings.ts";

/** What the page tells its visitor before anything is recorded. */
export interface About {
  /** `emulator`: a server on this machine stands in for the service, and nothing leaves it. */
  readonly upstream: "emulator" | "dashscope";
  readonly models: Models;
  /** False when every request would be refused for want of DASHSCOPE_API_KEY. */
  readonly hasKey: boolean;
  /** A larger recording needs an address that the service can fetch it from. */
  readonly maxUploadBytes: number;
}

export function about(settings: Settings): Response {
  const facts: About = {
    upstream: settings.isEmulator ? "emulator" : "dashscope",
    models: settings.models,
    hasKey: settings.apiKey !== undefined,
    maxUploadBytes: settings.maxUploadBytes,
  };
  return Response.json(facts, { headers: ANSWER_HEADERS });
}
