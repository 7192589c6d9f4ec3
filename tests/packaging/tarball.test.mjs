// What is in the tarball, and that all of it is what package.json promises.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { before, test } from "node:test";
import { project } from "../../scripts/build/paths.mjs";
import { packed } from "./packed.mjs";

const INTENDED = [
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "dist/ai-sdk.cjs",
  "dist/ai-sdk.d.cts",
  "dist/ai-sdk.d.ts",
  "dist/ai-sdk.js",
  "dist/cloudflare-voice.cjs",
  "dist/cloudflare-voice.d.cts",
  "dist/cloudflare-voice.d.ts",
  "dist/cloudflare-voice.js",
  "dist/dashscope_asr_bg.wasm",
  "dist/dashscope_asr_files_bg.wasm",
  "dist/dashscope_asr_formats_bg.wasm",
  "dist/dashscope_asr_live_bg.wasm",
  "dist/dashscope_asr_long_bg.wasm",
  "dist/dashscope_asr_relay_bg.wasm",
  "dist/dashscope_asr_sound_bg.wasm",
  "dist/edge.cjs",
  "dist/edge.d.cts",
  "dist/edge.d.ts",
  "dist/edge.edge-light.js",
  "dist/edge.js",
  "dist/edge.workerd.js",
  "dist/files.cjs",
  "dist/files.edge-light.js",
  "dist/files.js",
  "dist/files.slim.cjs",
  "dist/files.slim.js",
  "dist/files.workerd.js",
  "dist/formats.cjs",
  "dist/formats.edge-light.js",
  "dist/formats.js",
  "dist/formats.slim.cjs",
  "dist/formats.slim.js",
  "dist/formats.workerd.js",
  "dist/index.cjs",
  "dist/index.d.cts",
  "dist/index.d.ts",
  "dist/index.edge-light.js",
  "dist/index.js",
  "dist/index.workerd.js",
  "dist/live.cjs",
  "dist/live.edge-light.js",
  "dist/live.js",
  "dist/live.slim.cjs",
  "dist/live.slim.js",
  "dist/live.workerd.js",
  "dist/long.cjs",
  "dist/long.edge-light.js",
  "dist/long.js",
  "dist/long.slim.cjs",
  "dist/long.slim.js",
  "dist/long.workerd.js",
  "dist/microphone-worklet.js",
  "dist/microphone.cjs",
  "dist/microphone.d.cts",
  "dist/microphone.d.ts",
  "dist/microphone.js",
  "dist/react.cjs",
  "dist/react.d.cts",
  "dist/react.d.ts",
  "dist/react.js",
  "dist/recorder.cjs",
  "dist/recorder.d.cts",
  "dist/recorder.d.ts",
  "dist/recorder.js",
  "dist/slim.cjs",
  "dist/slim.d.cts",
  "dist/slim.d.ts",
  "dist/slim.js",
  "dist/sound.cjs",
  "dist/sound.edge-light.js",
  "dist/sound.js",
  "dist/sound.slim.cjs",
  "dist/sound.slim.js",
  "dist/sound.workerd.js",
  "dist/speech-recognition.cjs",
  "dist/speech-recognition.d.cts",
  "dist/speech-recognition.d.ts",
  "dist/speech-recognition.js",
  "dist/voice-note.cjs",
  "dist/voice-note.d.cts",
  "dist/voice-note.d.ts",
  "dist/voice-note.js",
  "dist/wasm.d.ts",
  "package.json",
];

/** Every file is text except these. */
const WASM = INTENDED.filter((path) => path.endsWith(".wasm"));

let tarball;
let root;
let manifest;

before(async () => {
  ({ tarball, root } = await packed());
  manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
});

const text = (path) => readFileSync(join(root, path), "utf8");

test("holds the intended files and no other", () => {
  const listed = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
  assert.deepEqual(listed.map((path) => path.replace(/^package\//, "")).sort(), INTENDED);
});

test("every path in package.json exists", () => {
  const paths = [];
  const collect = (value) => {
    if (typeof value === "string") paths.push(value);
    else if (value && typeof value === "object") Object.values(value).forEach(collect);
  };
  collect([manifest.exports, manifest.main, manifest.module, manifest.types]);
  assert.ok(paths.length >= 15);
  for (const path of paths) assert.ok(existsSync(join(root, path)), path);
});

test("asks for nothing: no dependency, no script that runs at the user's", () => {
  for (const kind of ["dependencies", "optionalDependencies", "bundledDependencies"]) {
    assert.equal(manifest[kind], undefined, kind);
  }
  // Not even a version: npm refuses to install what wants another one than is there, though it be optional.
  assert.deepEqual(manifest.peerDependencies, { ai: "*", mediabunny: "*", react: "*" });
  const optional = { optional: true };
  assert.deepEqual(manifest.peerDependenciesMeta, { ai: optional, mediabunny: optional, react: optional });
  for (const name of ["preinstall", "install", "postinstall"]) assert.equal(manifest.scripts[name], undefined, name);
});

test("the runtimes' own conditions stand before the general ones", () => {
  // Wrangler passes "import" too, and the first match wins.
  assert.deepEqual(Object.keys(manifest.exports["."]), ["workerd", "edge-light", "import", "require"]);
  for (const branch of Object.values(manifest.exports["."])) assert.equal(Object.keys(branch)[0], "types");
});

test("nothing of this machine, no secret, no source map leaks", () => {
  const places = [project, homedir()].filter((place) => place.length > 1);
  for (const path of INTENDED.filter((name) => !WASM.includes(name))) {
    const content = text(path);
    for (const forbidden of [...places, "sourceMappingURL", "file://"]) {
      assert.ok(!content.includes(forbidden), `${path} contains ${forbidden}`);
    }
    assert.doesNotMatch(content, /\bsk-[0-9a-f]{16,}/, path);
  }
  // Panic messages of Rust carry the path of the source they stand in.
  for (const path of WASM) {
    const wasm = readFileSync(join(root, path), "latin1");
    for (const forbidden of [...places, ".cargo/registry"]) {
      assert.ok(!wasm.includes(forbidden), `${path} contains ${forbidden}`);
    }
  }
});

test("the modules inside the default entry and the files that it imports are the ones beside it", async () => {
  const { createRequire } = await import("node:module");
  const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
  const compiled = [];
  const { Module } = WebAssembly;
  WebAssembly.Module = class extends Module {
    constructor(bytes) {
      super(bytes);
      compiled.push(hash(bytes));
    }
  };
  try {
    for (const dashscope of [
      createRequire(import.meta.url)(join(root, "dist", "index.cjs")),
      await import(join(root, "dist", "index.js")),
    ]) {
      dashscope.sniffMediaType(new Uint8Array(4));
      dashscope.encodeWav([new Float32Array(4)], 16_000);
      await new dashscope.Transcriber({ apiKey: "sk-packaging" }).submitBatch([]).catch(() => {});
    }
  } finally {
    WebAssembly.Module = Module;
  }
  const file = (part) => hash(readFileSync(join(root, "dist", `dashscope_asr${part}_bg.wasm`)));
  const beside = ["", "_formats", "_files"].map(file);
  assert.equal(new Set(beside).size, 3);
  assert.deepEqual(compiled, [...beside, ...beside]);
});

test("ES modules and CommonJS are described by the same declarations, which import nothing", () => {
  for (const name of ["index", "slim", "edge", "ai-sdk", "microphone"])
    assert.equal(text(`dist/${name}.d.ts`), text(`dist/${name}.d.cts`));
  for (const path of globSync(join(root, "dist", "*.d.*ts"))) {
    // Examples in comments import what they show.
    const content = readFileSync(path, "utf8").replaceAll(/\/\*\*[\s\S]*?\*\//g, "");
    assert.doesNotMatch(content, /\bimport\b[^;]*\bfrom\b|\bimport\(|\/\/\/ <reference/, basename(path));
  }
});

test("only the runtimes' own files import a .wasm file, each that of its part", () => {
  const importing = INTENDED.filter((path) => /\.c?js$/.test(path) && /["'][^"'\n]*\.wasm/.test(importsOf(text(path))));
  const imported = importing.map((path) => /from ?("[^"]*\.wasm[^"]*");/.exec(importsOf(text(path)))[1]);
  assert.deepEqual(Object.fromEntries(importing.map((path, index) => [path, JSON.parse(imported[index])])), {
    "dist/edge.edge-light.js": "./dashscope_asr_relay_bg.wasm?module",
    "dist/edge.workerd.js": "./dashscope_asr_relay_bg.wasm",
    "dist/files.edge-light.js": "./dashscope_asr_files_bg.wasm?module",
    "dist/files.workerd.js": "./dashscope_asr_files_bg.wasm",
    "dist/formats.edge-light.js": "./dashscope_asr_formats_bg.wasm?module",
    "dist/formats.workerd.js": "./dashscope_asr_formats_bg.wasm",
    "dist/index.edge-light.js": "./dashscope_asr_bg.wasm?module",
    "dist/index.workerd.js": "./dashscope_asr_bg.wasm",
    "dist/live.edge-light.js": "./dashscope_asr_live_bg.wasm?module",
    "dist/live.workerd.js": "./dashscope_asr_live_bg.wasm",
    "dist/long.edge-light.js": "./dashscope_asr_long_bg.wasm?module",
    "dist/long.workerd.js": "./dashscope_asr_long_bg.wasm",
    "dist/sound.edge-light.js": "./dashscope_asr_sound_bg.wasm?module",
    "dist/sound.workerd.js": "./dashscope_asr_sound_bg.wasm",
  });
});

test("no file of a part has anything but the part's own: each class and each error is there once", () => {
  for (const path of INTENDED.filter((name) => /^dist\/(files|formats|live|long|sound)\./.test(name))) {
    assert.doesNotMatch(text(path), /class (Part|Transcriber|AsrError)\b|extends AsrError|inflate/, path);
  }
});

test("the entry for the AI SDK has nothing of the main entry inside", () => {
  for (const [path, how] of [
    ["dist/ai-sdk.js", 'from "dashscope-asr"'],
    ["dist/ai-sdk.cjs", 'require("dashscope-asr")'],
  ]) {
    assert.ok(text(path).includes(how), path);
    assert.doesNotMatch(
      text(path),
      /class \w+|WebAssembly|from "(?!dashscope-asr")|require\("(?!dashscope-asr")/,
      path,
    );
  }
});

/** Statements that import, also of a file whose white space is gone. */
const importsOf = (code) => (code.match(/(?<=^|;|\n)import\b[^;]*;/g) ?? []).join("\n");

test("the readme that npm shows has no link that works only in this folder", () => {
  const links = [...text("README.md").matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g)].map(([, target]) => target);
  const unpublished = links.filter((target) => !existsSync(join(root, target.split("#")[0])));
  assert.deepEqual(unpublished, []);
});
