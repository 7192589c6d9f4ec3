// The table of sizes in README.md: what a bundle grows by, minified and compressed, measured on the last build.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { DIST, inProject, PART_NAMES, wasmFile } from "../../scripts/build/paths.mjs";

const PLACE = /(<!-- sizes:[^\n]*-->\n)([\s\S]*?)(<!-- \/sizes -->)/;

/** wrangler makes one file of the scripts, and deploys the modules beside it, used or not. */
const WORKER = ["index", "files", "formats", "live", "long", "sound"].map((name) => `${name}.workerd.js`);

/** The relay has an entry of its own. */
const PACKAGE = PART_NAMES.filter((part) => part !== "relay");

const ROWS = [
  ["`dashscope-asr` in a page, Node, Deno, Bun", ["index.js"]],
  ["… when first used: tasks, `longAudio`, uploads, tokens, hot-word lists", ["files.js"]],
  ["… when first used: `live`", ["live.js"]],
  ['… when first used: `longAudio` as `"split"` or `"auto"`, with the next row', ["long.js"]],
  ["… when first used: `probe`, `crop`, `toWav`, `segments`", ["sound.js"]],
  ["… where imported: `toSrt`, `toVtt`, `toText`, `toJson`, `encodeWav`", ["formats.js"]],
  ["`dashscope-asr` in a Worker, all of it", [...WORKER, ...PACKAGE.map(wasmFile)]],
  ["`dashscope-asr/edge` in Node, Deno, Bun, beside the main entry", ["edge.js"]],
  ["`dashscope-asr/edge` in a Worker, beside the main entry", ["edge.workerd.js", wasmFile("relay")]],
  ["`dashscope-asr/ai-sdk`, beside the main entry", ["ai-sdk.js"]],
  ["`dashscope-asr/microphone`", ["microphone.js"]],
  ["`dashscope-asr/speech-recognition`, with the microphone", ["speech-recognition.js", "microphone.js"]],
  ["`dashscope-asr/cloudflare-voice`", ["cloudflare-voice.js"]],
  ["`dashscope-asr/recorder`", ["recorder.js"]],
  ["`dashscope-asr/voice-note`, with the recorder, beside the main entry", ["voice-note.js", "recorder.js"]],
  ["`dashscope-asr/react`, with the recorder, beside the main entry", ["react.js", "recorder.js"]],
  ["`dashscope-asr/slim`", ["slim.js"]],
  ["`dashscope-asr/wasm`", [wasmFile("core")]],
  ["`dashscope-asr/wasm/files`", [wasmFile("files")]],
  ["`dashscope-asr/wasm/formats`", [wasmFile("formats")]],
  ["`dashscope-asr/wasm/live`", [wasmFile("live")]],
  ["`dashscope-asr/wasm/long`", [wasmFile("long")]],
  ["`dashscope-asr/wasm/sound`", [wasmFile("sound")]],
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
