// A service to call and a client to call it with: the emulator with a scripted recogniser, so that what is heard is known.

import { Transcriber } from "../../dist/index.js";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { someAudio } from "../emulator/test-client.mjs";

/** What the emulator hears, in seven pieces of text (words and the two marks). */
export const SPOKEN = "Ask not, 你好 🎤, what country.";
export const PIECES = SPOKEN.match(/\s*[^\s.,]+|[.,]/gu);

/** Both APIs, with the wire's path. */
export const PROTOCOLS = /** @type {const} */ ([
  ["dashscope", "/api/v1/services/aigc/multimodal-generation/generation"],
  ["openai", "/compatible-mode/v1/chat/completions"],
]);

export const audio = someAudio();

/**
 * @param {{ words?: string | ((samples: Float32Array) => string), pauseMs?: number }} [options]
 */
export async function startService({ words = SPOKEN, pauseMs } = {}) {
  const recogniser = createScriptedRecogniser(words, { pauseMs });
  const log = [];
  /** Recognitions that ended because the caller went away. */
  const left = [];
  const ears = {
    ...recogniser,
    async recognise(samples, options = {}) {
      const { signal } = options;
      const leave = () => left.push(performance.now());
      signal?.addEventListener("abort", leave);
      try {
        return await recogniser.recognise(samples, options);
      } finally {
        signal?.removeEventListener("abort", leave);
      }
    },
  };
  const emulator = await startEmulator({ recogniser: ears, log: (line) => log.push(line) });
  return {
    url: emulator.url,
    requests: emulator.requests,
    log,
    left,
    arm: emulator.arm,
    close: emulator.close,
    /** Forgets the requests so far. */
    forget: () => emulator.requests.splice(0),
    /** @param {import("../../dist/index.js").TranscriberOptions} [options] */
    client: (options) => new Transcriber({ apiKey: "sk-test", baseURL: emulator.url, ...options }),
  };
}

/** Call options that make the emulator misbehave. @param {string} switches @param {object} [options] */
export function fault(switches, options) {
  return { ...options, headers: { "x-emulator-fault": switches, ...options?.headers } };
}

/** The two ways to ask, both ending in a transcript. */
export const WAYS = {
  transcribe: (client, input, options) => client.transcribe(input, options),
  stream: (client, input, options) => client.stream(input, options).final(),
};

/** The error of a promise that must fail. */
export async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure, got a result");
}

/** Waits until `condition` holds; fails after a generous while. @param {() => unknown} condition @param {string} what */
export async function until(condition, what, limit = 5000) {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
