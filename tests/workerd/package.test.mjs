// The packed package in workerd: what is bundled, and that everything works there.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { EXPECTED, WORDS } from "../packaging/consumer/expected.mjs";
import { packed } from "../packaging/packed.mjs";
import { recording, startService, WALK } from "../packaging/service.mjs";
import { startUpload } from "./upload.mjs";
import { bundle, start } from "./worker.mjs";
import { WORKER } from "./worker-source.mjs";

const SMALL = `
import { Transcriber } from "dashscope-asr";
export default {
  fetch: async (request, env) => Response.json(await new Transcriber({ apiKey: env.KEY }).transcribe(request)),
};
`;

const WITH_AI_SDK = `
import { transcribe } from "ai";
import { createDashScope } from "dashscope-asr/ai-sdk";
export default {
  async fetch(request, env) {
    const dashscope = createDashScope({ apiKey: env.DASHSCOPE_API_KEY, baseURL: env.DASHSCOPE_BASE_URL });
    const audio = await request.arrayBuffer();
    const { text, words } = await transcribe({ model: dashscope.transcription("fun-asr-flash-2026-06-15"), audio });
    return Response.json({ text, words: words?.length });
  },
};
`;

let service;
let folder;
let worker;

before(async () => {
  service = await startService();
  const variables = { DASHSCOPE_API_KEY: "sk-of-the-worker", DASHSCOPE_BASE_URL: service.url };
  folder = await bundle("workerd-package", { "worker.js": WORKER, "walk.js": WALK });
  worker = await start(folder, variables);
});

after(async () => {
  await worker?.close();
  await service?.close();
});

/** @param {string} path @param {object} [options] @param {RequestInit} [request] */
function post(path, options = {}, request = {}) {
  const url = new URL(path, worker.url);
  url.searchParams.set("options", JSON.stringify(options));
  return fetch(url, { method: "POST", body: recording.read(), headers: { "content-type": "audio/wav" }, ...request });
}

const faulty = (fault) => ({ headers: { "x-emulator-fault": fault } });

test("wrangler deploys the modules as files of their own, once, and nothing that would be compiled at run time", async () => {
  const { root } = await packed();
  const deployed = globSync(join(folder, "*.wasm")).map((path) => readFileSync(path));
  assert.equal(deployed.length, 6);
  for (const part of ["", "_files", "_formats", "_live", "_long", "_sound"]) {
    const file = readFileSync(join(root, "dist", `dashscope_asr${part}_bg.wasm`));
    assert.equal(deployed.filter((module) => module.equals(file)).length, 1, part);
  }
  const code = readFileSync(join(folder, "worker.js"), "utf8");
  assert.doesNotMatch(code, /[A-Za-z0-9+/]{2000}/, "a base64 text of this length is the inline module");
});

test("a Worker that writes no files does not load the module for it", async () => {
  const small = await bundle("workerd-small", { "worker.js": SMALL });
  const code = readFileSync(join(small, "worker.js"), "utf8");
  assert.doesNotMatch(code, /formats_bg\.wasm/);
  assert.match(code, /files_bg\.wasm/, "wrangler makes no chunks");
});

test("this runtime refuses to compile, so the entry that does not must have been taken", async () => {
  const { message } = await (await post("/compile")).json();
  assert.match(message, /disallowed by embedder/);
});

test("everything works there", async () => {
  assert.deepEqual(await (await post("/walk")).json(), EXPECTED);
});

test("an uploaded recording becomes a transcript, and only the Worker's own headers reach the service", async () => {
  const response = await post("/transcribe", { language: "en" }, { headers: { cookie: "session=1", "x-secret": "1" } });
  const transcript = await response.json();
  assert.equal(transcript.text, WORDS);
  assert.equal(transcript.language, "en");
  const { headers } = service.requests.at(-1);
  assert.equal(headers.cookie, undefined);
  assert.equal(headers["x-secret"], undefined);
});

test("a stream arrives line by line", async () => {
  const lines = (await (await post("/stream")).text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.ok(lines.length > 3);
  assert.equal(
    lines
      .filter(({ type }) => type === "delta")
      .map(({ delta }) => delta)
      .join(""),
    WORDS,
  );
  assert.equal(lines.at(-1).transcript.text, WORDS);
});

test("a built request is one that the Worker's own fetch sends", async () => {
  const body = await (await post("/build")).text();
  assert.match(body, /^(id|event|data|:)/m);
  assert.match(body, /country/);
});

test("recordings are probed, cut and converted there, but for what a browser would have to decode", async () => {
  const { pieces, size, codec, durationMs } = await (await post("/sound")).json();
  assert.deepEqual([size, codec, durationMs], [44 + 16_000, "pcm_s16le", 11_000]);
  assert.equal(pieces.length, 1);
  assert.ok(pieces[0][0] < 500 && pieces[0][1] > 9_000 * 32, String(pieces));
  const mp4 = Buffer.from("0000001c6674797069736f6d0000020069736f6d69736f32", "hex");
  const { code, message } = await (await post("/sound", {}, { body: mp4 })).json();
  assert.equal(code, "unsupported_format");
  assert.match(message, /ffmpeg/);
});

test("many first calls at once load the part for them, whichever of them leaves", async () => {
  const variables = { DASHSCOPE_API_KEY: "sk-of-the-worker", DASHSCOPE_BASE_URL: service.url };
  const cold = await start(folder, variables);
  try {
    const leave = new AbortController();
    const ask = (signal) => fetch(`${cold.url}/status`, { method: "POST", signal });
    const gone = ask(leave.signal).catch(() => {});
    const asked = Array.from({ length: 20 }, () => ask(AbortSignal.timeout(5000)));
    setTimeout(() => leave.abort(), 5);
    for (const answer of asked) assert.equal((await (await answer).json()).code, "not_found");
    await gone;
  } finally {
    await cold.close();
  }
});

describe("long files", { concurrency: true }, () => {
  test("an uploaded recording flows into the temporary store, and becomes a transcript by a task", async () => {
    const response = await post("/by-task");
    const { address, states, transcript, vtt } = await response.json();
    assert.match(address, /^oss:\/\/.*\.wav$/);
    assert.deepEqual([states.at(-1), transcript.text], ["SUCCEEDED", WORDS]);
    assert.match(vtt, /^WEBVTT\n\n00:00:00/);
    const form = service.requests.find(({ path, body }) => path === "/" && address.endsWith(body.values.key));
    assert.equal(form.body.file.bytes, recording.read().length);
    assert.ok(Number(form.headers["content-length"]) > form.body.file.bytes, "its length was known");
    assert.equal(form.headers.authorization, undefined);
  });

  test("what is too large for a request goes there by itself", async () => {
    const { text, phases } = await (await post("/long")).json();
    assert.equal(text, WORDS);
    assert.deepEqual(phases, ["upload", "queue", "recognise", "download"]);
  });
});

describe("when something fails", () => {
  test("an upload that flows through cannot be repeated, so its first failure counts", async () => {
    const before = service.requests.length;
    const response = await post("/transcribe", faulty("status=503,fail-times=1,fault-key=flowing"));
    const error = await response.json();
    assert.deepEqual([response.status, error.code, error.status, error.retryable], [500, "server_error", 503, true]);
    assert.equal(typeof error.requestId, "string");
    assert.equal(service.requests.length - before, 1);
  });

  test("a recording that is held is sent again", async () => {
    const before = service.requests.length;
    const fault = "status=503,retry-after-ms=10,fail-times=2,fault-key=held";
    const { text } = await (await post("/transcribe-held", faulty(fault))).json();
    assert.equal(text, WORDS);
    assert.equal(service.requests.length - before, 3);
  });

  test("a signal ends the call", async () => {
    const began = performance.now();
    const error = await (await post("/time-out", faulty("delay=5000"))).json();
    assert.equal(error.code, "aborted");
    assert.ok(performance.now() - began < 3000);
  });

  test("a wrong key is told apart, and not shown", async () => {
    const error = await (await post("/transcribe", faulty("status=401"))).json();
    assert.equal(error.code, "authentication");
    assert.ok(!JSON.stringify(error).includes("sk-of"));
  });

  test("an upload that is too large is refused by its announced length, before it has arrived", async () => {
    const before = service.requests.length;
    const upload = startUpload(`${worker.url}/transcribe`, { length: 12_000_000 });
    upload.send(recording.read().subarray(0, 8192));
    const { json } = await upload.answer();
    upload.leave();
    assert.equal(json.code, "audio_too_large");
    assert.equal(service.requests.length, before);
  });

  test("an upload that is no audio never leaves the Worker", async () => {
    const before = service.requests.length;
    const page = { body: "<!doctype html><title>Not found</title>", headers: { "content-type": "text/html" } };
    const error = await (await post("/transcribe", {}, page)).json();
    assert.equal(error.code, "unsupported_format");
    assert.equal(service.requests.length, before);
  });
});

test("with the AI SDK", async () => {
  const deployed = await bundle("workerd-ai-sdk", { "worker.js": WITH_AI_SDK });
  const running = await start(deployed, { DASHSCOPE_API_KEY: "sk-of-the-worker", DASHSCOPE_BASE_URL: service.url });
  try {
    const answer = await fetch(running.url, { method: "POST", body: recording.read() });
    assert.deepEqual(await answer.json(), { text: WORDS, words: WORDS.split(" ").length });
    assert.equal(globSync(join(deployed, "*.wasm")).length, 6, "one core for both entries");
  } finally {
    await running.close();
  }
});
