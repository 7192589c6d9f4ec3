// Workers for the tests: sources that use the packed package, bundled by wrangler as for a deployment, run in workerd.
//
// The development server of wrangler is left out: its proxy has its own ways with connections that break.
import { execFile, spawn } from "node:child_process";
import { globSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import runtime from "workerd";
import { inProject } from "../../scripts/build/paths.mjs";
import { createProject } from "../packaging/packed.mjs";

const run = promisify(execFile);

const COMPATIBILITY_DATE = "2026-10-01";

/**
 * Bundles a Worker whose project has nothing in it for the package's sake.
 *
 * @param {string} name
 * @param {Record<string, string>} files with worker.js among them
 * @returns {Promise<string>} the folder with what would be uploaded
 */
export async function bundle(name, files) {
  const configuration = { name, main: "worker.js", compatibility_date: COMPATIBILITY_DATE };
  const folder = await createProject(name, { ...files, "wrangler.jsonc": JSON.stringify(configuration) });
  const wrangler = inProject("node_modules", "wrangler", "bin", "wrangler.js");
  const environment = { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
  const deploy = [wrangler, "deploy", "--dry-run", "--outdir", "out"];
  await run(process.execPath, deploy, { cwd: folder, env: environment });
  return join(folder, "out");
}

/**
 * @param {string} folder of `bundle`
 * @param {Record<string, string>} variables what the Worker finds in `env`
 * @param {{ internet?: string, date?: string, modules?: string[], log?: (text: string) => void }} [options] internet: the server on this machine that
 *   every request goes to, whatever its host; date: the compatibility date, which says how old the habits of the runtime are;
 *   modules: scripts that worker.js imports; log: told of what the runtime writes, which else goes to our own output
 */
export async function start(folder, variables, { internet, date = COMPATIBILITY_DATE, modules = [], log } = {}) {
  const file = `config-${date}.capnp`;
  writeFileSync(join(folder, file), configuration(folder, variables, internet, date, modules));
  // A descriptor of its own tells the port that the system has chosen.
  const child = spawn(runtime.default, ["serve", file, "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", log ? "pipe" : "inherit", log ? "pipe" : "inherit", "pipe"],
  });
  for (const output of [child.stdout, child.stderr]) output?.on("data", (text) => log(String(text)));
  const port = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`workerd ended with code ${code}`)));
    createInterface({ input: child.stdio[3] }).on("line", (line) => resolve(JSON.parse(line).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    close() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      return gone;
    },
  };
}

function configuration(folder, variables, internet, date, scripts) {
  const modules = globSync(join(folder, "*.wasm")).map((path) => basename(path));
  const outside = internet
    ? `external = (address = "${new URL(internet).host}", http = ())`
    : 'network = (allow = ["private", "public"])';
  const bindings = Object.entries(variables).map(([name, value]) => `(name = "${name}", text = "${value}")`);
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  # A test that measures memory asks for a collection first; otherwise it would measure the collector's patience.
  v8Flags = ["--expose-gc"],
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", ${outside}),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    ${scripts.map((name) => `(name = "${name}", esModule = embed "${name}"),`).join("\n    ")}
    ${modules.map((name) => `(name = "${name}", wasm = embed "${name}"),`).join("\n    ")}
  ],
  bindings = [${bindings.join(", ")}],
  compatibilityDate = "${date}",
);
`;
}
