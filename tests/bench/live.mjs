// live() against the emulator, in real time: how long words take to become text, beside recording first and sending then; and
// its CPU time in workerd, over real sockets to a service of a few lines.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import * as ours from "../../dist/index.js";
import { pcmOf } from "../emulator/live-client.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { recordings } from "../fixtures/recordings.mjs";
import { bundle, start } from "../workerd/worker.mjs";
import { counted } from "./edge.mjs";
import { createReplies } from "./live-work.mjs";
import { median } from "./rounds.mjs";

const PIECE = 1_600;
const PER_MS = 16;
/** Louder is speech, in the recordings that are used. */
const SPEECH = 1_000;

/** A recording from its beginning to its last word, never the same: the emulator remembers what it has heard. */
function spoken(which) {
  const bytes = pcmOf([recordings[which].read()], 0);
  const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const isLoud = (value) => Math.abs(value) > SPEECH;
  const [first, last] = [samples.findIndex(isLoud), samples.findLastIndex(isLoud)];
  return { samples: samples.slice(0, last + PIECE).map((value) => value ^ (Math.random() < 0.5 ? 1 : 0)), first };
}

/** Milliseconds from the first word to the first text, and from the last word to the whole text. */
async function liveLatency(asr, { samples, first }) {
  const live = asr.live();
  const began = performance.now();
  let firstText = 0;
  const reading = (async () => {
    for await (const { type } of live) if (type === "partial") firstText ||= performance.now();
  })();
  for (let at = 0; at < samples.length; at += PIECE) {
    // What was spoken is there when it was spoken.
    await sleep(Math.max(0, began + Math.min(at + PIECE, samples.length) / PER_MS - performance.now()));
    live.send(samples.subarray(at, at + PIECE));
  }
  const lastWord = performance.now();
  await live.finish();
  const over = performance.now();
  await reading;
  return { first: (firstText || over) - (began + first / PER_MS), last: over - lastWord };
}

async function recordedLatency(asr, { samples, first }) {
  const wav = ours.encodeWav([Float32Array.from(samples, (value) => value / 32_768)], 16_000);
  const lastWord = performance.now();
  await asr.transcribe(wav);
  const last = performance.now() - lastWord;
  return { first: (samples.length - first) / PER_MS + last, last };
}

/** @param {number} rounds @param {number} which recording */
export async function latencies(rounds, which) {
  const emulator = await startEmulator();
  try {
    const asr = new ours.Transcriber({ apiKey: "sk-test", baseURL: emulator.url });
    const taken = { live: [], recorded: [] };
    await recordedLatency(asr, spoken(which)); // the recogniser is awake now
    for (let round = 0; round < rounds; round++) {
      taken.live.push(await liveLatency(asr, spoken(which)));
      taken.recorded.push(await recordedLatency(asr, spoken(which)));
    }
    const middle = (name, what) => median(taken[name].map((one) => one[what]));
    return Object.fromEntries(
      ["live", "recorded"].map((name) => [name, { first: middle(name, "first"), last: middle(name, "last") }]),
    );
  } finally {
    await emulator.close();
  }
}

const WORKER = `
import { Transcriber } from "dashscope-asr";
export default {
  async fetch(request, env) {
    const seconds = Number(new URL(request.url).searchParams.get("seconds"));
    const live = new Transcriber({ apiKey: "sk-test", baseURL: env.UPSTREAM }).live();
    const piece = new Int16Array(1600).map((_, at) => Math.sin(at / 7) * 9000);
    for (let count = 0; count < seconds * 10; count++) {
      live.send(piece);
      if (count % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { segments } = await live.finish();
    return Response.json(segments.length);
  },
};
`;

/** Milliseconds of the Worker's process that a second of audio takes. @param {number} seconds */
export async function workerdTimePerSecond(seconds) {
  const service = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(service, "listening");
  service.on("connection", (socket) => {
    const take = createReplies((text) => socket.send(text));
    socket.on("message", (data, isBinary) => take(isBinary ? data : String(data)));
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (service.address());
  const worker = await start(await bundle("bench-live", { "worker.js": WORKER }), {
    UPSTREAM: `http://127.0.0.1:${port}`,
  });
  try {
    const hear = async (length) => {
      const answer = await fetch(`${worker.url}/?seconds=${length}`);
      const sentences = await answer.json();
      if (!(sentences > 0)) throw new Error(`in workerd: ${JSON.stringify(sentences)}`);
    };
    await hear(20);
    const before = counted(worker.pid).cpu;
    await hear(seconds);
    return (counted(worker.pid).cpu - before) / seconds;
  } finally {
    await worker.close();
    service.close();
  }
}
