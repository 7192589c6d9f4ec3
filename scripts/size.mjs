// size.mjs — how large the published files are, and whether that is within scripts/size-budget.json.
//   node scripts/size.mjs            prints the table; exit code 1 when something is over its budget
//   node scripts/size.mjs --update   writes today's sizes into the budget, to be committed with the change that made them
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { BESIDE, DIST, inProject, PART_NAMES, wasmFile } from "./build/paths.mjs";
import { chunks } from "./chunks.mjs";

const BUDGET = inProject("scripts", "size-budget.json");

/** Growth that needs no explanation; anything above has to edit the budget, where a reviewer sees it. */
const TOLERANCE = 1.02;

/** What may weigh so much at most, whatever the budget says: the core, which every page loads, and the relay with its module. */
const LIMITS = { [wasmFile("core")]: 60_000, "edge.js": 90_000 };

const FILES = [
  ...PART_NAMES.map(wasmFile),
  ...["index.js", "index.cjs", "index.workerd.js", "index.edge-light.js", "slim.js", "slim.cjs"],
  // The entries import these. Those for other runtimes are like the ones of slim: glue without module.
  ...[".js", ".slim.js"].flatMap((ending) => BESIDE.map((part) => part + ending)),
  ...["edge.js", "edge.cjs", "edge.workerd.js", "ai-sdk.js", "cloudflare-voice.js"],
  ...["microphone.js", "microphone-worklet.js", "speech-recognition.js"],
  ...["recorder.js", "voice-note.js", "react.js"],
];

/** What a page is made of by its bundler: programs, as users write them. */
const PROGRAMS = {
  "transcribe a file": `import { Transcriber } from "dashscope-asr";
export const transcribe = async (file) => (await new Transcriber({ baseURL: "/asr" }).transcribe(file)).text;`,
  "… and write subtitles": `import { toVtt, Transcriber } from "dashscope-asr";
export const transcribe = async (file) => toVtt(await new Transcriber({ baseURL: "/asr" }).transcribe(file));`,
};

/** @typedef {{ name: string, raw: number, gzip: number, brotli: number }} Size */

/** @returns {Promise<Size[]>} */
async function measure() {
  const files = await Promise.all(FILES.map(async (name) => sizeOf(name, [await asUsersShip(name)])));
  const programs = await Promise.all(
    Object.entries(PROGRAMS).map(async ([name, program]) => {
      const { entry, later } = await chunksOf(program);
      return [sizeOf(name, entry), sizeOf(`${name}: loaded later`, later)];
    }),
  );
  return [...files, ...programs.flat()];
}

/** @param {string} name @param {Uint8Array[]} files @returns {Size} */
function sizeOf(name, files) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const sum = (measured) => files.reduce((total, bytes) => total + measured(bytes).length, 0);
  return {
    name,
    raw: sum((bytes) => bytes),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 })),
    brotli: sum((bytes) => brotliCompressSync(bytes, { params })),
  };
}

/**
 * A program as its bundler makes it.
 * @param {string} program
 * @returns {Promise<{ entry: Uint8Array[], later: Uint8Array[] }>}
 */
async function chunksOf(program) {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: program, resolveDir: inProject() },
    alias: { "dashscope-asr": `${DIST}/index.js` },
    outdir: inProject("target", "size"),
    ...{ bundle: true, splitting: true, minify: true, format: "esm", target: "es2022", charset: "utf8" },
    ...{ write: false, metafile: true, absWorkingDir: inProject(), logLevel: "error" },
  });
  const { entry, later } = chunks(metafile);
  const of = (paths) => outputFiles.filter(({ path }) => paths.includes(relative(inProject(), path)));
  return { entry: of(entry).map(({ contents }) => contents), later: of(later).map(({ contents }) => contents) };
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
    const limit = LIMITS[name];
    if (limit && gzip > limit) return [`${name} has ${gzip} bytes gzip, ${limit} are the limit`];
    if (!(name in budget)) return [`${name} has no budget`];
    if (gzip <= budget[name] * TOLERANCE) return [];
    return [`${name} grew from ${budget[name]} to ${gzip} bytes gzip`];
  });
}

/** Prints the table. @returns {Promise<string[]>} what is too large */
export async function printSizes() {
  const sizes = await measure();
  const width = Math.max(...sizes.map(({ name }) => name.length)) + 2;
  const column = (value) => value.toLocaleString("en-US").padStart(10);
  console.log(
    `${"minified, in bytes".padEnd(width)}${["raw", "gzip", "brotli"].map((title) => title.padStart(10)).join("")}`,
  );
  for (const { name, raw, gzip, brotli } of sizes) {
    console.log(`${name.padEnd(width)}${column(raw)}${column(gzip)}${column(brotli)}`);
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
