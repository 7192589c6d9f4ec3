// The JavaScript runtimes on this machine. setup.sh fetches those of target/runtimes.
import { existsSync } from "node:fs";
import { inProject } from "../../scripts/build/paths.mjs";

/** @param {string} name */
function fetched(name, path) {
  const program = inProject("target", "runtimes", "node_modules", ...path.split("/"));
  if (existsSync(program)) return { program };
  return { missing: `no ${name} in target/runtimes; tests/packaging/setup.sh fetches it where npm has it` };
}

/** @type {Record<string, { program?: string, missing?: string }>} */
export const RUNTIMES = {
  "Node 20": fetched("Node 20", "node20/bin/node"),
  "Node 22": fetched("Node 22", "node22/bin/node"),
  "Node 24": { program: process.execPath },
  Deno: fetched("Deno", ".bin/deno"),
  Bun: fetched("Bun", ".bin/bun"),
};
