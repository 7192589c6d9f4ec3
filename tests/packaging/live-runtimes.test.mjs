// live() of the packed package where there is no page: Cloudflare's runtime, Node, Deno and Bun open sockets in their own ways.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { bundle, start } from "../workerd/worker.mjs";
import { createProject } from "./packed.mjs";
import { RUNTIMES } from "./runtimes.mjs";

const run = promisify(execFile);

/** Speaks to both protocols, and to a service that does not know the key. */
const LIVE = `
import { Transcriber } from "dashscope-asr";
const samples = new Int16Array(16 * 2000).map((_, at) => (at > 3000 && at < 20000 ? 9000 * Math.sin(at / 5) : 0));
async function heard(baseURL, apiKey, options) {
  const live = new Transcriber({ baseURL, apiKey }).live(options);
  for (let at = 0; at < samples.length; at += 1600) live.send(samples.subarray(at, at + 1600));
  return live.finish().then(({ text }) => text, ({ code, message }) => ({ code, message }));
}
export const speak = (url) => Promise.all([
  heard(url, "sk-test", { maxSentenceSilence: 300 }),
  heard(url, "sk-test", { model: "qwen3-asr-flash-realtime" }),
  heard(url, "not-a-key-at-all", { maxRetries: 0 }),
]);
`;
const WORKER = `
import { speak } from "./live.js";
export default { fetch: async (request, { URL }) => Response.json(await speak(URL)) };
`;
const MAIN = `
import process from "node:process";
import { speak } from "./live.js";
console.log(JSON.stringify(await speak(process.argv[2])));
`;
const COMMANDS = { Deno: ["run", "--allow-all", "--no-remote"], Bun: [] };

/** @type {import("../emulator/server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello, world.") });
});
after(() => emulator.close());

/** @param {any[]} heard @param {boolean} isTold why a handshake was refused */
function check([task, session, refused], isTold) {
  assert.equal(task, "Hello, world.");
  assert.equal(session, "Hello, world.");
  assert.equal(refused.code, isTold ? "authentication" : "connection_error", refused.message);
  assert.match(refused.message, /key/);
  assert.ok(!refused.message.includes("not-a-key-at-all"));
}

describe("live without a page", () => {
  test("Cloudflare's runtime", async () => {
    const folder = await bundle("live", { "worker.js": WORKER, "live.js": LIVE });
    const worker = await start(folder, { URL: emulator.url });
    try {
      check(await (await fetch(worker.url)).json(), true);
    } finally {
      await worker.close();
    }
  });

  for (const name of ["Node 22", "Node 24", "Deno", "Bun"]) {
    const { program, missing } = RUNTIMES[name];
    test(name, { skip: missing }, async () => {
      const folder = await createProject(`live-${name.replace(" ", "-").toLowerCase()}`, {
        "main.js": MAIN,
        "live.js": LIVE,
      });
      const call = [...(COMMANDS[name] ?? []), join(folder, "main.js"), emulator.url];
      const { stdout } = await run(program ?? "", call, { cwd: folder, timeout: 60_000 });
      check(JSON.parse(stdout), false);
    });
  }
});
