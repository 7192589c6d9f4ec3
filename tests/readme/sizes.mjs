// The table of sizes in README.md: what a bundle grows by, minified and compressed, measured on the last build.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { DIST, inProject, PART_NAMES, wasmFile } from "../../scripts/build/paths.mjs";

const PLACE = /(<!-- sizes:[^\n]*-->\n)([\s\S]*?)(<!-- \/sizes -->)/;

/** wrangler makes one file of the scripts, and deploys the modules beside it, used or not. */
const WORKER = ["index", "files", "formats"].map((name) => `${name}.workerd.js`);

const ROWS = [
  ["`dashscope-asr` in a page, Node, Deno, Bun", ["index.js"]],
  ["… when first used: tasks, `longAudio`, uploads, tokens, hot-word lists", ["files.js"]],
  ["… where imported: `toSrt`, `toVtt`, `toText`, `toJson`, `encodeWav`", ["formats.js"]],
  ["`dashscope-asr` in a Worker, all of it", [...WORKER, ...PART_NAMES.map(wasmFile)]],
  ["`dashscope-asr/slim`", ["slim.js"]],
  ["`dashscope-asr/wasm`", [wasmFile("core")]],
  ["`dashscope-asr/wasm/files`", [wasmFile("files")]],
  ["`dashscope-asr/wasm/formats`", [wasmFile("formats")]],
];

/** @returns {{ name: string, kilobytes: number }[]} */
export function measured() {
  return ROWS.map(([name, files]) => {
    const bytes = files.reduce((total, file) => total + gzipSync(asShipped(file), { level: 9 }).length, 0);
    return { name, kilobytes: Math.round(bytes / 1000) };
  });
}

function asShipped(file) {
  const content = readFileSync(`${DIST}/${file}`);
  if (file.endsWith(".wasm")) return content;
  return esbuild.transformSync(content.toString("utf8"), { minify: true, target: "es2022", charset: "utf8" }).code;
}

/** @returns {{ name: string, kilobytes: number }[]} what the README says */
export function promised() {
  const [, , table] = PLACE.exec(readFileSync(inProject("README.md"), "utf8"));
  return [...table.matchAll(/^\| (.*?) \| ([\d.]+) kB \|$/gm)].map(([, name, size]) => ({
    name,
    kilobytes: Number(size),
  }));
}

export function update() {
  const rows = measured().map(({ name, kilobytes }) => `| ${name} | ${kilobytes} kB |`);
  const table = ["| | minified, gzip |", "|---|---|", ...rows].join("\n");
  const path = inProject("README.md");
  writeFileSync(path, readFileSync(path, "utf8").replace(PLACE, `$1\n${table}\n\n$3`));
}
