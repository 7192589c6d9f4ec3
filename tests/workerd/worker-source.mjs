// The Worker of these tests: every way of using the package at the edge, one path each.
export const WORKER = `
import { env } from "cloudflare:workers";
import * as dashscope from "dashscope-asr";
import { walk } from "./walk.js";

// At module scope, where Workers allow no request, no timer and no random number: making a client must need none.
const asr = new dashscope.Transcriber({ apiKey: env.DASHSCOPE_API_KEY, baseURL: env.DASHSCOPE_BASE_URL });

const routes = {
  "/walk": async (request) => {
    const settings = { apiKey: env.DASHSCOPE_API_KEY, baseURL: env.DASHSCOPE_BASE_URL };
    return Response.json(await walk(dashscope, { settings, audio: await request.bytes() }));
  },

  "/transcribe": async (request, options) => Response.json(await asr.transcribe(request, options)),

  "/transcribe-held": async (request, options) => Response.json(await asr.transcribe(await request.bytes(), options)),

  "/stream": async (request, options) => {
    const lines = new TransformStream({
      transform: (event, controller) => controller.enqueue(new TextEncoder().encode(JSON.stringify(event) + "\\n")),
    });
    return new Response(asr.stream(request, options).toReadableStream().pipeThrough(lines));
  },

  "/build": async (request, options) => {
    const onward = await asr.buildRequest(request, { ...options, stream: true });
    return fetch(onward);
  },

  "/time-out": async (request, options) => {
    const signal = AbortSignal.timeout(200);
    return Response.json(await asr.transcribe(request, { ...options, signal }));
  },

  "/by-task": async (request, options) => {
    const address = await asr.upload(request, { model: "fun-asr", ...options });
    const { id } = await asr.submit(address, { model: "fun-asr", headers: { "x-emulator-fault": "task-pending=0,task-running=0" } });
    const states = [];
    const transcript = await asr.task(id).result({ onStatus: ({ state }) => states.push(state) });
    return Response.json({ address, states, transcript, vtt: dashscope.toVtt(transcript) });
  },

  "/status": async (request, options) => Response.json(await asr.task("t-unknown").status(options)),

  "/long": async (request, options) => {
    const phases = new Set();
    const onProgress = ({ phase }) => phases.add(phase);
    const large = new Blob([await request.arrayBuffer(), new Uint8Array(8_000_000)]);
    const { text } = await asr.transcribe(large, { longAudio: "task", onProgress, ...options });
    return Response.json({ text, phases: [...phases] });
  },

  "/sound": async (request) => {
    const audio = await request.bytes();
    const pieces = [];
    for await (const { fromMs, toWav } of dashscope.segments(audio)) pieces.push([fromMs, toWav().size]);
    const piece = await dashscope.crop(new Blob([audio]).stream(), { fromMs: 1000, toMs: 1500 });
    const { codec, durationMs } = await dashscope.probe(new Blob([audio]));
    return Response.json({ pieces, size: piece.size, codec, durationMs });
  },

  "/collect": async () => {
    gc();
    return new Response(null, { status: 204 });
  },

  "/compile": async () => {
    new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    return new Response("compiled");
  },
};

export default {
  async fetch(request) {
    const url = new URL(request.url);
    const options = JSON.parse(url.searchParams.get("options") ?? "{}");
    try {
      return await routes[url.pathname](request, options);
    } catch (error) {
      const { name, code, message, status, retryable, requestId } = error;
      return Response.json({ name, code, message, status, retryable, requestId }, { status: 500 });
    }
  },
};
`;
