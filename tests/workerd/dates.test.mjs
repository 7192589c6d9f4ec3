// A Worker keeps the habits of its compatibility date for good, so the package meets all of them. Up to 2024-03-03 there is
// `importScripts` as in a page's Web Worker (https://developers.cloudflare.com/workers/configuration/compatibility-flags/);
// before 2022-03-21 there is no `navigator`; fetch of early dates knows no `redirect: "error"`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { inProject } from "../../scripts/build/paths.mjs";
import { startRedirects } from "../client/redirects.mjs";
import { WORDS } from "../packaging/consumer/expected.mjs";
import { recording, startService } from "../packaging/service.mjs";
import { bundle, start } from "./worker.mjs";

const DATES = [
  "2021-11-03",
  "2022-03-21",
  "2023-12-01",
  "2024-01-01",
  "2024-03-03",
  "2024-03-04",
  "2025-08-01",
  "2026-10-01",
];

const WORKER = `
import { isAsrError, Transcriber } from "dashscope-asr";
import { VERBS } from "./verbs.js";

const told = async (promise) => {
  try {
    return { found: await promise };
  } catch (error) {
    if (!isAsrError(error)) throw error;
    const { code, status, retryable, message } = error;
    return { code, status, retryable, message };
  }
};

const routes = {
  "/redirects": async (request, { CHOSEN }) => {
    const audio = new Blob([await request.arrayBuffer()]);
    const found = {};
    for (const [kind, fetch] of [["own", undefined], ["given", (request) => globalThis.fetch(request)]]) {
      const options = { apiKey: "sk-of-the-worker", defaultHeaders: { "x-session": "sk-of-the-session" }, fetch };
      const asr = new Transcriber({ ...options, baseURL: CHOSEN });
      const stores = new Transcriber({ ...options, baseURL: CHOSEN + "/stores" });
      for (const [verb, ask] of Object.entries(VERBS)) found[kind + ": " + verb] = await told(ask(asr, stores, audio));
    }
    return found;
  },

  "/flow": async (request, { SERVICE }) => {
    const asr = new Transcriber({ apiKey: "sk-of-the-worker", baseURL: SERVICE });
    const deltas = [];
    for await (const { type, delta } of asr.stream(request)) if (type === "delta") deltas.push(delta);
    return deltas;
  },

  "/task": async (request, { SERVICE }) => {
    const audio = new Blob([await request.arrayBuffer()]);
    const asr = new Transcriber({ apiKey: "sk-of-the-worker", baseURL: SERVICE });
    const headers = { "x-emulator-fault": "task-pending=0,task-running=0" };
    const address = await asr.upload(audio, { model: "fun-asr" });
    const task = await asr.submit(address, { model: "fun-asr", headers });
    const { text } = await task.result();
    const long = new Blob([audio, new Uint8Array(8_000_000)]);
    const answer = await asr.transcribe(long, { longAudio: "task", headers });
    return { texts: [text, answer.text], importScripts: typeof importScripts };
  },

  "/unreachable": () => told(new Transcriber({ apiKey: "sk-of-the-worker", maxRetries: 0, fetch: () => Promise.reject(new TypeError("no way")) }).task("t").status()),
};

export default {
  async fetch(request, env) {
    const found = await routes[new URL(request.url).pathname](request, env);
    return new Response(JSON.stringify(found)); // early dates have no Response.json
  },
};
`;

let service;
let redirects;
let folder;

before(async () => {
  service = await startService();
  redirects = await startRedirects(307);
  const verbs = readFileSync(inProject("tests", "client", "verbs.mjs"), "utf8");
  folder = await bundle("workerd-dates", { "worker.js": WORKER, "verbs.js": verbs });
});

after(async () => {
  await service?.close();
  await redirects?.close();
});

for (const date of DATES) {
  describe(date, () => {
    let worker;

    before(async () => {
      worker = await start(folder, { SERVICE: service.url, CHOSEN: redirects.chosen }, { date });
    });
    after(() => worker?.close());

    const post = async (path) => {
      const response = await fetch(worker.url + path, { method: "POST", body: recording.read() });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      return JSON.parse(text);
    };

    test("no redirect is followed", async () => {
      for (const [verb, error] of Object.entries(await post("/redirects"))) {
        assert.deepEqual(
          [error.code, error.status, error.retryable],
          ["invalid_response", 307, false],
          `${verb}: ${error.message}`,
        );
        assert.ok(error.message.includes(`a redirect to ${redirects.evilHost},`), `${verb}: ${error.message}`);
      }
      assert.deepEqual(redirects.stolen, []);
    });

    test("an upload flows through, and its text flows back", async () => {
      const deltas = await post("/flow");
      assert.ok(deltas.length > 3);
      assert.equal(deltas.join(""), WORDS);
    });

    test("it is no page: results and uploads go to the stores themselves, with what the service named", async () => {
      const { texts, importScripts } = await post("/task");
      assert.deepEqual(texts, [WORDS, WORDS]);
      assert.equal(importScripts, date < "2024-03-04" ? "function" : "undefined");
    });

    test("a network that fails may be asked again, and is not told to be a browser's", async () => {
      const { code, retryable, message } = await post("/unreachable");
      assert.deepEqual([code, retryable], ["connection_error", true]);
      assert.doesNotMatch(message, /CORS|page/);
    });
  });
}
