// examples/long-recordings-worker as its users have it: a project with the packed package, in wrangler's development server,
// which keeps its state in a folder and may be killed at any moment.
import { execFile, spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { inProject } from "../../scripts/build/paths.mjs";
import { createProject } from "../packaging/packed.mjs";

const run = promisify(execFile);

const EXAMPLE = inProject("examples", "long-recordings-worker");
const WRANGLER = inProject("node_modules", "wrangler", "bin", "wrangler.js");
const ENVIRONMENT = {
  ...process.env,
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_LOG: "warn",
  CI: "1",
};

const START_MS = 60_000;

/** @param {string} name @param {Record<string, string>} secrets @returns {Promise<string>} the project's folder */
export function createLongProject(name, secrets) {
  const paths = globSync(`${EXAMPLE}/{src/*.ts,*.json,*.jsonc}`).filter(
    (path) => !path.includes("worker-configuration"),
  );
  const files = Object.fromEntries(paths.map((path) => [relative(EXAMPLE, path), readFileSync(path)]));
  const variables = Object.entries(secrets).map(([key, value]) => `${key}=${value}\n`);
  return createProject(name, { ...files, ".dev.vars": variables.join("") });
}

/** @param {string} folder @param {string[]} parameters of wrangler */
export function wrangler(folder, ...parameters) {
  return run(process.execPath, [WRANGLER, ...parameters], { cwd: folder, env: ENVIRONMENT });
}

/** @param {string} folder of the project; its state is kept there @param {number} port @param {Record<string, string>} variables */
export async function startWorker(folder, port, variables) {
  const settings = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const parameters = ["dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", ...settings];
  // A process group of its own: whoever kills it kills the runtime with it, as when a machine dies.
  const child = spawn(process.execPath, [WRANGLER, ...parameters], {
    cwd: folder,
    env: ENVIRONMENT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + START_MS; ; await sleep(50)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`the Worker did not start:\n${output}`);
    if (await fetch(url).catch(() => undefined)) break;
  }
  return {
    url,
    output: () => output,
    async kill() {
      process.kill(-child.pid, "SIGKILL");
      await gone;
    },
  };
}

/** A port that nobody has, for a server that shall have it twice. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
