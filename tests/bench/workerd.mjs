// Start-up in Cloudflare's runtime. Its clock stands still while code runs, so the time is taken from outside: the first
// request to a Worker that imports the bundle when it is asked, less that of a Worker that imports nothing.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import * as esbuild from "esbuild";
import runtime from "workerd";
import { inProject } from "../../scripts/build/paths.mjs";
import { PROGRAMS, withoutNode } from "./contenders.mjs";
import { median } from "./rounds.mjs";
import { FIRST_REQUEST } from "./startup.mjs";

const WORKER = `${FIRST_REQUEST}
export default {
  async fetch() {
    await firstRequest(() => import("./package.mjs"));
    return new Response("sent");
  },
};`;

const configuration = (modules) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.map(([name, kind]) => `(name = "${name}", ${kind} = embed "${name}")`).join(", ")}],
  compatibilityDate = "2026-10-01",
);
`;

/** @param {string} name @param {string | undefined} program undefined: imports nothing @returns {Promise<string>} a folder */
async function prepare(name, program) {
  const folder = inProject("target", "bench", "workerd", name.replaceAll(/\W/gu, "_"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const modules = [
    ["worker.mjs", "esModule"],
    ["package.mjs", "esModule"],
  ];
  writeFileSync(`${folder}/worker.mjs`, WORKER);
  const { metafile } = await esbuild.build({
    stdin: {
      contents: program ?? "export const transcribe = async (_, fetch) => fetch();",
      resolveDir: inProject("."),
      loader: "js",
    },
    outfile: `${folder}/package.mjs`,
    ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022", logLevel: "error" },
    conditions: ["workerd", "worker"],
    alias: { "dashscope-asr": inProject("dist", "index.workerd.js") },
    external: ["*.wasm"],
    plugins: [withoutNode],
    metafile: true,
  });
  // Chunks are not made for Workers, so the modules of all that may be used are there from the beginning.
  const [{ imports }] = Object.values(metafile.outputs);
  for (const file of new Set(imports.map(({ path }) => basename(path)).filter((path) => path.endsWith(".wasm")))) {
    copyFileSync(inProject("dist", file), `${folder}/${file}`);
    modules.push([file, "wasm"]);
  }
  writeFileSync(`${folder}/config.capnp`, configuration(modules));
  return folder;
}

/** Milliseconds that the first request takes. @param {string} folder */
async function firstAnswer(folder) {
  const parameters = ["serve", "config.capnp", "--control-fd=3"];
  const child = spawn(runtime.default, parameters, { cwd: folder, stdio: ["ignore", "ignore", "inherit", "pipe"] });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  try {
    const port = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`workerd ended with code ${code}`)));
      createInterface({ input: child.stdio[3] }).on("line", (line) => resolve(JSON.parse(line).port));
    });
    const began = performance.now();
    const text = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    if (text !== "sent") throw new Error(`in workerd: ${text.slice(0, 300)}`);
    return performance.now() - began;
  } finally {
    child.kill("SIGKILL");
    await gone;
  }
}

/** @param {number} rounds @returns {Promise<Record<string, number>>} */
export async function startupInWorkerd(rounds) {
  const programs = Object.entries({ nothing: undefined, ...PROGRAMS });
  const folders = await Promise.all(programs.map(([name, program]) => prepare(name, program)));
  const times = programs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, folder] of folders.entries()) times[index].push(await firstAnswer(folder));
  }
  const [floor, ...others] = times.map(median);
  return Object.fromEntries(Object.keys(PROGRAMS).map((name, index) => [name, Math.max(0.1, others[index] - floor)]));
}
