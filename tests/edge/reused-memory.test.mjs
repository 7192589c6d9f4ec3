// A service that reads slowly: what a chunk was read into is used again for a later one, and must have left by then.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { bundle, start } from "../workerd/worker.mjs";
import { GENERATION, speech } from "./speech.mjs";

const WORKER = `
import { createRelay } from "dashscope-asr/edge";
let relay;
export default {
  fetch(request, env, context) {
    relay ??= createRelay({ apiKey: "sk-test", baseURL: env.UPSTREAM, authorize: () => true });
    return relay(request, env, context);
  },
};
`;
const [BEFORE, AFTER] = speech({ audio: "data:audio/wav;base64,|" }).split("|");
/** No two places of it are alike. Fourteen megabytes: 27 times what is read at once, and too many for OpenAI's form to be held. */
const audio = Buffer.concat([Buffer.from("RIFF\xff\xff\xff\0WAVE", "latin1"), randomBytes(14_000_000)]);
const json = BEFORE + audio.toString("base64") + AFTER;
const form = Buffer.concat([
  Buffer.from('--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'),
  Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
  audio,
  Buffer.from("\r\n--b--\r\n"),
]);

let server;
let worker;
/** What arrived last, of all that was long. */
let arrived;

/** Answers of the service: to a direct call, and to what becomes of a long form. */
function answerTo({ url, method }) {
  const here = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  const task = { task_id: "0f8c3a52-7a41-4d6e-9b1e-3c5d7e9f1a2b", task_status: "SUCCEEDED" };
  if (url.includes("/tasks/")) return { output: { ...task, result: { transcription_url: here("/result") } } };
  if (url === "/result") return { transcripts: [{ channel_id: 0, text: "Ask not.", sentences: [] }] };
  if (url.includes("/uploads")) {
    const store = { policy: "p", signature: "s", upload_dir: "d", upload_host: here("/store"), oss_access_key_id: "k" };
    return { data: { ...store, x_oss_object_acl: "private", x_oss_forbid_overwrite: "true" } };
  }
  if (url.endsWith("/transcription") && method === "POST") return { output: { ...task, task_status: "PENDING" } };
  return { output: { choices: [{ message: { content: [{ text: "Ask not." }] } }] } };
}

before(async () => {
  server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) {
      if (pieces.push(piece) % 16 === 0) await pause(5);
    }
    const body = Buffer.concat(pieces);
    if (body.length > audio.length) arrived = body;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(answerTo(request)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = await bundle("edge-reused-memory", { "worker.js": WORKER });
  worker = await start(folder, { UPSTREAM: `http://127.0.0.1:${server.address().port}` });
});

after(async () => {
  await worker?.close();
  server?.closeAllConnections();
  server?.close();
});

const base64 = (text) => Buffer.from(text).toString("base64");

for (const [name, path, body, headers] of [
  ["JSON", GENERATION, json, { "content-type": "application/json" }],
  [
    "audio as it is",
    "/transcribe",
    audio,
    {
      "content-type": "audio/wav",
      "x-dashscope-route": GENERATION,
      "x-dashscope-before": base64(BEFORE),
      "x-dashscope-after": base64(AFTER),
    },
  ],
]) {
  test(`${name} arrives byte for byte`, async () => {
    const response = await fetch(`${worker.url}/dashscope${path}`, { method: "POST", body, headers });
    assert.equal(response.status, 200, await response.text());
    assert.ok(arrived.equals(Buffer.from(json)));
  });
}

test("the file of OpenAI's form arrives byte for byte", async () => {
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const init = { method: "POST", body: form, headers };
  const response = await fetch(`${worker.url}/dashscope/v1/audio/transcriptions`, init);
  assert.equal(response.status, 200);
  assert.equal((await response.json()).text, "Ask not.");
  assert.ok(arrived.includes(audio));
});
