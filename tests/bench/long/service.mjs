// The service that everybody is measured against, in a process of its own: the emulator with ears that know the recording, and a page
// in front of it, as browsers need one. The time of an answer and the limit per minute are simulated.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { fileURLToPath } from "node:url";
import { inProject } from "../../../scripts/build/paths.mjs";
import { startEmulator } from "../../emulator/server.mjs";
import { createEars } from "./ears.mjs";

/** @typedef {{ path: string, seconds: number, answerMs: number, perSecondMs: number, perMinute?: number }} Simulated */
/** @typedef {{ requests: number, refused: number, bytes: number, calls: number, seconds: number, most: number, firstAt: number }} Seen */

const PAGE = `<!doctype html><meta charset=utf-8><title>bench</title><input type=file id=file>
<script type=module>
import { Transcriber } from "/dist/index.js";
const asr = new Transcriber({ baseURL: location.origin + "/dashscope" });
globalThis.heard = async (options) => {
  const began = performance.now();
  const { text, gaps } = await asr.transcribe(document.querySelector("#file").files[0], options);
  return { text, gaps: gaps.length, ms: performance.now() - began };
};
globalThis.ready = true;
</script>`;

const TYPES = { js: "text/javascript", wasm: "application/wasm" };

/** The page, the package, and the way to the emulator, with the key that a page does not have. @param {string} emulator */
function front(emulator) {
  return createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (path === "/") return void response.setHeader("content-type", "text/html").end(PAGE);
    if (path.startsWith("/dashscope/")) {
      const { method, headers } = request;
      const forwarded = { ...headers, host: new URL(emulator).host, authorization: "Bearer sk-test" };
      const onward = httpRequest(emulator + path.slice("/dashscope".length), { method, headers: forwarded });
      onward.on("response", (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      response.on("close", () => onward.destroy());
      return void request.pipe(onward);
    }
    if (!/^\/dist\/[\w.-]+$/u.test(path)) return void response.writeHead(404).end();
    response.setHeader("content-type", TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain");
    response.end(readFileSync(inProject(path.slice(1))));
  });
}

/** @param {Simulated} simulated */
async function serve({ perMinute, ...known }) {
  const { recogniser, seen } = createEars(known);
  const emulator = await startEmulator({ recogniser, requestsPerMinute: perMinute });
  const server = front(emulator.url).listen(0, "127.0.0.1");
  await once(server, "listening");
  process.on("message", (/** @type {string} */ question) => {
    if (question === "forget") {
      emulator.requests.splice(0);
      Object.assign(seen, { calls: 0, seconds: 0, most: 0, firstAt: 0 });
    }
    const bytes = emulator.requests.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
    const refused = emulator.requests.filter(({ status }) => status === 429).length;
    process.send?.({ ...seen, bytes, refused, requests: emulator.requests.length });
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ url: emulator.url, page: `http://127.0.0.1:${server.address().port}/` });
}

/** Starts it. @param {Simulated} simulated */
export async function startService(simulated) {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(simulated)]);
  const ended = once(child, "exit");
  const answered = async () => {
    const [answer] = await Promise.race([once(child, "message"), ended.then(([code]) => [{ code }])]);
    if ("code" in answer) throw new Error(`the service has ended with ${answer.code}`);
    return answer;
  };
  const { url, page } = await answered();
  /** @param {string} question @returns {Promise<Seen>} */
  const ask = (question) => {
    child.send(question);
    return answered();
  };
  return {
    /** For programs. */ url: /** @type {string} */ (url),
    /** For browsers. */ page: /** @type {string} */ (page),
    /** What came since `forget`: requests and their bodies, calls of the recogniser and seconds of sound in them. */
    seen: () => ask("seen"),
    forget: () => ask("forget"),
    async close() {
      child.disconnect();
      await ended;
    },
  };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) await serve(JSON.parse(process.argv[2]));
