// size.mjs — how large the published files are, and whether that is within scripts/size-budget.json.
//   node scripts/size.mjs            prints the table; exit code 1 when something is over its budget
//   node scripts/size.mjs --update   writes today's sizes into the budget, to be committed with the change that made them
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { DIST, inProject, MODULE } from "./build/paths.mjs";

const BUDGET = inProject("scripts", "size-budget.json");

/** Growth that needs no explanation; anything above has to edit the budget, where a reviewer sees it. */
const TOLERANCE = 1.02;

/** What the core was meant to weigh. Said each time, because the budget below only keeps it from growing further. */
const WASM_GOAL = 60_000;

const FILES = [
  `${MODULE}_bg.wasm`,
  "index.js",
  "index.cjs",
  "index.workerd.js",
  "index.edge-light.js",
  "slim.js",
  "slim.cjs",
];

/** @typedef {{ name: string, raw: number, gzip: number, brotli: number }} Size */

/** @returns {Promise<Size[]>} */
async function measure() {
  return Promise.all(
    FILES.map(async (name) => {
      const bytes = await asUsersShip(name);
      const gzip = gzipSync(bytes, { level: 9 }).length;
      const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
      return { name, raw: bytes.length, gzip, brotli: brotliCompressSync(bytes, { params: quality }).length };
    }),
  );
}

/** Minified as any bundler does it: comments and long names are in the package for its readers, not on the wire. */
async function asUsersShip(name) {
  const content = readFileSync(`${DIST}/${name}`);
  if (name.endsWith(".wasm")) return content;
  const { code } = await esbuild.transform(content.toString("utf8"), {
    minify: true,
    target: "es2022",
    charset: "utf8",
  });
  return Buffer.from(code);
}

/** @param {Size[]} sizes @returns {string[]} what is too large, one line each */
function excesses(sizes) {
  const budget = existsSync(BUDGET) ? JSON.parse(readFileSync(BUDGET, "utf8")).gzip : {};
  return sizes.flatMap(({ name, gzip }) => {
    if (!(name in budget)) return [`${name} has no budget`];
    if (gzip <= budget[name] * TOLERANCE) return [];
    return [`${name} grew from ${budget[name]} to ${gzip} bytes gzip`];
  });
}

/** Prints the table. @returns {Promise<string[]>} what is too large */
export async function printSizes() {
  const sizes = await measure();
  const column = (value) => value.toLocaleString("en-US").padStart(10);
  console.log(
    `${"minified, in bytes".padEnd(26)}${["raw", "gzip", "brotli"].map((title) => title.padStart(10)).join("")}`,
  );
  for (const { name, raw, gzip, brotli } of sizes) {
    console.log(`${name.padEnd(26)}${column(raw)}${column(gzip)}${column(brotli)}`);
  }
  for (const { name, gzip } of sizes) {
    if (name.endsWith(".wasm") && gzip > WASM_GOAL)
      console.log(`goal NOT met: ${name} has ${gzip} of ${WASM_GOAL} bytes gzip`);
  }
  const problems = excesses(sizes);
  for (const problem of problems) console.log(`over budget: ${problem}`);
  if (problems.length > 0)
    console.log("If the growth is worth it: node scripts/size.mjs --update, and commit the budget.");
  return problems;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes("--update")) {
    const gzip = Object.fromEntries((await measure()).map((size) => [size.name, size.gzip]));
    writeFileSync(BUDGET, `${JSON.stringify({ gzip }, null, 2)}\n`);
  }
  if ((await printSizes()).length > 0) process.exitCode = 1;
}
