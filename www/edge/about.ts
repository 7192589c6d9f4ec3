// What a visitor may know of this edge function before anything is recorded.

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

/** On what is said beside the relay, which has the same on its own answers. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** A site that is set up wrongly says so, and what to change: whoever sets it up is the first to see it. */
export function misconfigured(message: string): Response {
  return Response.json({ code: "InvalidSetting", message }, { status: 500, headers: HEADERS });
}

export function about(settings: Settings): Response {
  const facts: About = {
    upstream: settings.isEmulator ? "emulator" : "dashscope",
    models: settings.models,
    hasKey: settings.hasKey,
    maxUploadBytes: settings.maxUploadBytes,
  };
  return Response.json(facts, { headers: HEADERS });
}
