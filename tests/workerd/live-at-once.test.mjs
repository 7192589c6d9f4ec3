// live() in Cloudflare's runtime: ten sockets at once in one isolate, opened by `fetch`, each with its own words.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startEmulator } from "../emulator/server.mjs";
import { saidBy, TEN } from "../live/ten.mjs";
import { bundle, start } from "./worker.mjs";

const WORKER = `
import { env } from "cloudflare:workers";
import { Transcriber } from "dashscope-asr";

const asr = new Transcriber({ apiKey: "sk-of-the-worker", baseURL: env.DASHSCOPE_BASE_URL });

/** The body is the samples of all, one behind the other. */
export default {
  async fetch(request) {
    const parts = JSON.parse(new URL(request.url).searchParams.get("parts"));
    const all = new Int16Array(await request.arrayBuffer());
    let at = 0;
    try {
      return Response.json(await Promise.all(parts.map(async ({ options, length }) => {
        const samples = all.subarray(at, (at += length));
        const live = asr.live(options);
        for (let piece = 0; piece < length; piece += 1600) {
          live.send(samples.subarray(piece, piece + 1600));
          if (piece % 16000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return (await live.finish()).text;
      })));
    } catch ({ code, message }) {
      return Response.json({ code, message }, { status: 500 });
    }
  },
};
`;

let emulator;
let worker;
before(async () => {
  emulator = await startEmulator();
  const variables = { DASHSCOPE_BASE_URL: emulator.url };
  worker = await start(await bundle("workerd-live", { "worker.js": WORKER }), variables);
});
after(async () => {
  await worker?.close();
  await emulator?.close();
});

test("ten sockets at once, over both protocols, each with its own words", async () => {
  const parts = TEN.map(({ options, samples }) => ({ options, length: samples.length }));
  const body = Buffer.concat(TEN.map(({ samples }) => Buffer.from(samples.buffer)));
  const url = `${worker.url}/?${new URLSearchParams({ parts: JSON.stringify(parts) })}`;
  const texts = await (await fetch(url, { method: "POST", body })).json();
  assert.ok(Array.isArray(texts), JSON.stringify(texts));
  assert.deepEqual(
    texts.map(saidBy),
    TEN.map(({ which }) => which),
  );
  const sockets = emulator.requests.filter(({ live }) => live);
  assert.ok(sockets.length >= TEN.length, `${sockets.length}`);
  assert.ok(sockets.every(({ headers }) => headers.authorization?.startsWith("Bearer ")));
});
