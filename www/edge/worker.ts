// The edge function of the demo site: the package's relay under `/api`, and `/api/about` for what the page tells its visitor.
//
// A page writes `new Transcriber({ baseURL: "/api" })`; the page itself is static.

import { createRelay, type Relay } from "dashscope-asr/edge";
import { about, misconfigured } from "./about.ts";
import { type Environment, readSettings, type Settings, settingErrorOf } from "./settings.ts";

export default {
  async fetch(request: Request, environment: Environment, context: unknown): Promise<Response> {
    let settings: Settings;
    let relay: Relay<Environment>;
    try {
      settings = readSettings(environment);
      relay = relayFor(settings, request);
    } catch (error) {
      const wrong = settingErrorOf(error);
      if (wrong) return misconfigured(wrong.message);
      throw error;
    }
    const { pathname } = new URL(request.url);
    if (pathname === "/api/about" && request.method === "GET") return about(settings);
    return relay(request, environment, context);
  },
};

/** The relay of these settings, made once. */
let made: { settings: string; relay: Relay<Environment> } | undefined;

function relayFor(settings: Settings, request: Request): Relay<Environment> {
  const fault = request.headers.get("x-emulator-fault");
  // Lets the tests and a curious developer order trouble; only the emulator knows it.
  if (settings.isEmulator && fault !== null) return relayOf(settings, (sent) => fetch(withFault(sent, fault)));
  const key = JSON.stringify(settings);
  if (made?.settings !== key) made = { settings: key, relay: relayOf(settings) };
  return made.relay;
}

function relayOf(settings: Settings, send?: (request: Request) => Promise<Response>): Relay<Environment> {
  const { baseURL, allowedOrigins, models, maxBodyBytes, maxUploadBytes, allowTaskList } = settings;
  return createRelay<Environment>({
    apiKey: (environment) => environment.DASHSCOPE_API_KEY,
    baseURL,
    path: "/api",
    origins: ["same-origin", ...allowedOrigins],
    // The page has no log-in, so it can ask for the models that it is made for, and for no other.
    models: Object.values(models),
    limits: { bytes: maxBodyBytes, uploadBytes: maxUploadBytes },
    taskAccess: allowTaskList ? "anyone" : "submitter",
    fetch: send,
  });
}

function withFault(request: Request, fault: string): Request {
  const headers = new Headers(request.headers);
  headers.set("x-emulator-fault", fault);
  return new Request(request, { headers });
}
