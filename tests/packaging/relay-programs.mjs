// The relay as people mount it: one program for each runtime and framework, and how each is started.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { inProject } from "../../scripts/build/paths.mjs";
import { createProject, packed } from "./packed.mjs";
import { RUNTIMES } from "./runtimes.mjs";

/** What all of them have in common. The key and the address of the service come from the environment, as everywhere. */
const RELAY = `
import { createRelay } from "dashscope-asr/edge";
const env = globalThis.process?.env ?? Deno.env.toObject();
export const relay = createRelay({
  apiKey: env.DASHSCOPE_API_KEY,
  baseURL: env.UPSTREAM,
  authorize: (request) => request.headers.get("x-user") === "ana",
});
`;

const NODE = `
import { createServer } from "node:http";
import { toNodeHandler, toNodeUpgradeHandler } from "dashscope-asr/edge";
import { relay } from "./relay.js";
const server = createServer(toNodeHandler(relay));
server.on("upgrade", toNodeUpgradeHandler(relay));
server.listen(Number(process.env.PORT), "127.0.0.1");
`;

const COMMON_JS = `
const { createServer } = require("node:http");
const { createRelay, toNodeHandler, toNodeUpgradeHandler } = require("dashscope-asr/edge");
const { DASHSCOPE_API_KEY, UPSTREAM, PORT } = process.env;
const authorize = (request) => request.headers.get("x-user") === "ana";
const relay = createRelay({ apiKey: DASHSCOPE_API_KEY, baseURL: UPSTREAM, authorize });
const server = createServer(toNodeHandler(relay));
server.on("upgrade", toNodeUpgradeHandler(relay));
server.listen(Number(PORT), "127.0.0.1");
`;

const DENO = `
import { relay } from "./relay.js";
Deno.serve({ port: Number(Deno.env.get("PORT")), hostname: "127.0.0.1", onListen() {} }, (request) => relay(request));
`;

const BUN = `
import { relay } from "./relay.js";
Bun.serve({ port: Number(process.env.PORT), hostname: "127.0.0.1", fetch: (request) => relay(request) });
`;

const HONO = `
import { serve } from "bun";
import { Hono } from "hono";
import { relay } from "./relay.js";
const app = new Hono();
app.all("/dashscope/*", (c) => relay(c.req.raw, c.env));
serve({ port: Number(process.env.PORT), hostname: "127.0.0.1", fetch: app.fetch });
`;

const NEXT_ROUTE = `
import { relay } from "../../../relay.js";
export { relay as GET, relay as OPTIONS, relay as POST };
`;
const NEXT_LAYOUT = `export default ({ children }) => <html lang="en"><body>{children}</body></html>;`;

const SVELTE_ROUTE = `
import { relay } from "../../../../relay.js";
export const GET = ({ request }) => relay(request);
export const POST = GET;
export const OPTIONS = GET;
`;
const SVELTE_CONFIG = `
import { sveltekit } from "@sveltejs/kit/vite";
export default { plugins: [sveltekit()] };
`;

/**
 * Where each program lives and what starts it; `missing` says why it cannot be.
 * @type {Record<string, { missing?: string | undefined, make(): Promise<string>, command(folder: string, port: number): string[] }>}
 */
export const PROGRAMS = {
  "Node 20": plain("Node 20", { "main.js": NODE }, (node) => [node, "main.js"]),
  "Node 24": plain("Node 24", { "main.js": NODE }, (node) => [node, "main.js"]),
  "Node 24, CommonJS": plain("Node 24", { "main.cjs": COMMON_JS }, (node) => [node, "main.cjs"]),
  Deno: plain("Deno", { "main.js": DENO }, (deno) => [deno, "run", "--allow-all", "--no-remote", "main.js"]),
  Bun: plain("Bun", { "main.js": BUN }, (bun) => [bun, "main.js"]),
  "Bun, by node:http": plain("Bun", { "server.js": NODE }, (bun) => [bun, "server.js"]),
  "Hono, in Bun": framework("hono", { "main.js": HONO }, () => [RUNTIMES.Bun.program ?? "", "main.js"]),
  "a route handler of Next": framework(
    "next",
    { "app/dashscope/[...path]/route.js": NEXT_ROUTE, "app/layout.jsx": NEXT_LAYOUT },
    (port) => [
      process.execPath,
      "node_modules/next/dist/bin/next",
      "dev",
      "--hostname",
      "127.0.0.1",
      "--port",
      String(port),
    ],
  ),
  "an endpoint of SvelteKit": framework(
    "sveltekit",
    {
      "src/routes/dashscope/[...path]/+server.js": SVELTE_ROUTE,
      "src/app.html": "<html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>",
      "vite.config.js": SVELTE_CONFIG,
    },
    (port) => [process.execPath, "node_modules/vite/bin/vite.js", "dev", "--host", "127.0.0.1", "--port", String(port)],
  ),
};

function plain(runtime, files, command) {
  const { program, missing } = RUNTIMES[runtime];
  const name = `relay-${runtime}-${Object.keys(files)}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return {
    missing,
    make: () => createProject(name, { ...files, "relay.js": RELAY }),
    command: () => command(program ?? ""),
  };
}

function framework(name, files, command) {
  const home = inProject("target", "frameworks", name);
  const missing = existsSync(join(home, "node_modules")) ? undefined : `no ${name} in target/frameworks`;
  const make = async () => {
    const { root } = await packed();
    const installed = join(home, "node_modules", "dashscope-asr");
    rmSync(installed, { recursive: true, force: true });
    cpSync(root, installed, { recursive: true });
    for (const [path, content] of Object.entries({ ...files, "relay.js": RELAY })) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    }
    return home;
  };
  return { missing, make, command: (_, port) => command(port) };
}

/** Starts a program, and waits until it answers. @param {string} name @param {Record<string, string>} environment */
export async function start(name, environment) {
  const { make, command } = PROGRAMS[name];
  const folder = await make();
  const port = await freePort();
  const { NODE_OPTIONS, ...inherited } = process.env;
  const [program, ...parameters] = command(folder, port);
  const child = spawn(program, parameters, {
    cwd: folder,
    env: { ...inherited, ...environment, PORT: String(port), NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: development servers have servers of their own, which have to end with them.
    detached: true,
  });
  let said = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (piece) => (said += piece));
  const url = `http://127.0.0.1:${port}`;
  const close = () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    process.kill(-child.pid, "SIGKILL");
    return gone;
  };
  for (let patience = 300; ; patience -= 1) {
    if (child.exitCode !== null || patience === 0) {
      await (child.exitCode === null ? close() : undefined);
      throw new Error(`${name} did not start: ${said}`);
    }
    const answer = await fetch(`${url}/dashscope/result`).catch(() => undefined);
    if (answer?.headers.get("x-dashscope-relay")) return { url, close, said: () => said };
    await answer?.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort() {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
