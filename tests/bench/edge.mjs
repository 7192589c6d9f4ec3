// The relay in workerd: time, memory and CPU of bodies on their way through it, beside a Worker that passes them on blindly and one that
// holds them in memory. The service is a process that counts bytes; times are taken by the client, memory and CPU by the kernel (Linux).
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { longRecording } from "../workerd/upload.mjs";
import { bundle, start } from "../workerd/worker.mjs";
import { WORKER } from "./edge-worker.mjs";
import { median } from "./rounds.mjs";

const GENERATION = "/api/v1/services/aigc/multimodal-generation/generation";
const BEFORE =
  '{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"audio":"data:audio/wav;base64,';
const AFTER = '"}]}]}}';
/** Pieces that a client sends. */
const PIECE = 64 * 1024;
/** Clock ticks of the kernel, each 10 ms: the constant of all Linux that Node runs on. */
const TICK_MS = 10;
const base64 = (text) => Buffer.from(text).toString("base64");

/** Ways through the Worker: for a body of so many bytes, where it goes and what arrives. */
const WAYS = {
  "pass-through": () => ({ path: "/pass-through", type: "application/json", form: "json" }),
  buffers: () => ({ path: "/buffers", type: "application/json", form: "json" }),
  "relay: JSON": () => ({ path: `/dashscope${GENERATION}`, type: "application/json", form: "json" }),
  "relay: raw upload": () => ({
    path: "/dashscope/transcribe",
    type: "audio/wav",
    form: "raw",
    headers: {
      "x-dashscope-route": GENERATION,
      "x-dashscope-before": base64(BEFORE),
      "x-dashscope-after": base64(AFTER),
    },
  }),
  "relay: upload to the store": (store) => ({ path: store, type: "multipart/form-data; boundary=b", form: "json" }),
  // What is so long goes to the store and becomes a task: three more requests than the others, of the Worker itself.
  "relay: OpenAI's form": () => ({
    path: "/dashscope/v1/audio/transcriptions",
    type: "multipart/form-data; boundary=b",
    form: "multipart",
  }),
};
const FORM_BEFORE =
  '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n' +
  '--b\r\ncontent-disposition: form-data; name="file"; filename="long.wav"\r\ncontent-type: audio/wav\r\n\r\n';
const FORM_AFTER = "\r\n--b--\r\n";

/** The same recording in all forms; what goes over the wire to the service is equally long. */
function bodies(length) {
  const raw = longRecording(Math.floor((length - BEFORE.length - AFTER.length) / 4) * 3);
  const json = Buffer.from(BEFORE + raw.toString("base64") + AFTER);
  const file = longRecording(length - FORM_BEFORE.length - FORM_AFTER.length);
  return { raw, json, multipart: Buffer.concat([Buffer.from(FORM_BEFORE), file, Buffer.from(FORM_AFTER)]) };
}

/** Sends a body; gives status and how many bytes came through. `leaveAt`: goes away after so many. */
function send(url, { path, type, headers }, body, leaveAt = Number.POSITIVE_INFINITY) {
  return new Promise((resolve, reject) => {
    const all = { ...headers, "content-type": type, "content-length": String(body.length) };
    const request = httpRequest(url + path, { method: "POST", headers: all, agent: false }, (response) => {
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const { "x-request-id": id = "" } = response.headers;
        resolve({
          status: response.statusCode,
          arrived: Number(/^bytes-(\d+)$/.exec(id)?.[1]),
          text: `${Buffer.concat(pieces)}`,
        });
        if (!request.writableEnded) request.destroy();
      });
    });
    request.on("error", (error) => (leaveAt < body.length ? resolve({ status: 0 }) : reject(error)));
    let at = 0;
    const more = () => {
      while (at < body.length) {
        if (at >= leaveAt) return request.destroy(new Error("left"));
        const piece = body.subarray(at, at + PIECE);
        at += PIECE;
        if (!request.write(piece)) return request.once("drain", more);
      }
      request.end();
    };
    more();
  });
}

/** Memory and CPU time of a process. */
export function counted(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return { peak: bytes("VmHWM"), now: bytes("VmRSS"), cpu: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
}

/** The highest memory from here on is counted anew. */
const forgetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, "5");

async function startService() {
  const child = spawn(process.execPath, [fileURLToPath(new URL("edge-upstream.mjs", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  return { url: `http://127.0.0.1:${port}`, close: () => child.kill("SIGKILL") };
}

/**
 * @typedef {object} Passage what one way takes of the Worker for one body, medians
 * @property {number} ms wall time as the client sees it
 * @property {number} cpu milliseconds of the Worker's process
 * @property {number} growth bytes that its memory grew by at most, in the worst round
 * @property {number} sent bytes
 */

/**
 * @param {number[]} sizes of the bodies in JSON
 * @param {number} rounds
 * @param {number} requests how many for the memory that stays
 * @returns {Promise<{ passages: { length: number, ways: Record<string, Passage> }[], left: number }>}
 */
export async function measureEdge(sizes, rounds, requests) {
  const service = await startService();
  const folder = await bundle("bench-edge", { "worker.js": WORKER });
  try {
    const passages = [];
    for (const length of sizes) passages.push({ length, ways: await passagesOf(folder, service.url, length, rounds) });
    return { passages, left: await leftOver(folder, service.url, requests) };
  } finally {
    service.close();
  }
}

/** Each way has a Worker of its own, so that nobody's memory is another one's; they take turns. */
async function passagesOf(folder, upstream, length, rounds) {
  const all = bodies(length);
  const names = Object.keys(WAYS);
  const workers = [];
  try {
    for (const _ of names) workers.push(await start(folder, { UPSTREAM: upstream }));
    const measured = names.map(() => ({ ms: [], cpu: [], growth: [], sent: 0 }));
    const ways = await Promise.all(names.map(async (name, at) => WAYS[name](await storeOf(workers[at].url))));
    const warm = bodies(1_000_000);
    for (const [at, way] of ways.entries()) await passes(workers[at].url, way, warm[way.form], names[at]);
    for (let round = 0; round < rounds; round++) {
      for (const shift of names.keys()) {
        const at = (shift + round) % names.length;
        const { pid, url } = workers[at];
        const body = all[ways[at].form];
        forgetPeak(pid);
        const before = counted(pid);
        const began = performance.now();
        await passes(url, ways[at], body, names[at]);
        measured[at].ms.push(performance.now() - began);
        const after = counted(pid);
        measured[at].cpu.push(after.cpu - before.cpu);
        measured[at].growth.push(after.peak - before.now);
        measured[at].sent = body.length;
      }
    }
    return Object.fromEntries(
      measured.map(({ ms, cpu, growth, sent }, at) => [
        names[at],
        { ms: median(ms), cpu: median(cpu), growth: Math.max(...growth), sent },
      ]),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

/** Where an upload may go, signed. */
async function storeOf(url) {
  const answer = await fetch(`${url}/dashscope/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`no upload policy: ${text}`);
  return `/dashscope/upload?url=${encodeURIComponent(JSON.parse(text).data.upload_host)}`;
}

async function passes(url, way, body, name) {
  const { status, arrived, text } = await send(url, way, body);
  if (status !== 200) throw new Error(`${name}: status ${status} ${text.slice(0, 300)}`);
  const isWhole = way.form === "raw" ? arrived > body.length * 1.33 : arrived === body.length;
  // Of a store's answer only the status is passed on, and of a form's the words.
  const isCounted = way.form !== "multipart" && !way.path.includes("/upload");
  if (way.form === "multipart" && !text.includes("Ask not.")) throw new Error(`${name}: ${text}`);
  if (!isWhole && isCounted) throw new Error(`${name}: ${arrived} of ${body.length} bytes arrived`);
}

/** Bytes by which the memory of a Worker has grown after so many requests, a third of which are refused late or left. */
async function leftOver(folder, upstream, requests) {
  const { url, pid, close } = await start(folder, { UPSTREAM: upstream });
  try {
    const { raw, json } = bodies(500_000);
    const bad = Buffer.from(json);
    bad[400_000] = 0x21; // no letter of base64
    const ways = [WAYS["relay: JSON"](), WAYS["relay: raw upload"]()];
    const one = async (index) => {
      const way = ways[index % 2];
      const kind = index % 6;
      if (kind === 2) return send(url, way, json, 300_000);
      if (kind === 3) return send(url, way, raw, 300_000);
      if (kind === 4 && (await send(url, ways[0], bad)).status === 200) throw new Error("what is wrong has passed");
      return kind === 4 ? undefined : passes(url, way, way.form === "raw" ? raw : json, "relay");
    };
    const batch = async (from, to) => {
      for (let index = from; index < to; index += 4) await Promise.all([0, 1, 2, 3].map((more) => one(index + more)));
    };
    const kept = async () => {
      // What nobody holds any more is not kept, whenever the collector would have found it.
      for (let time = 0; time < 3; time++) await fetch(`${url}/collect`);
      return counted(pid).now;
    };
    // What grows by being used the first time has grown then.
    await batch(0, requests);
    const before = await kept();
    await batch(0, requests);
    return (await kept()) - before;
  } finally {
    await close();
  }
}
