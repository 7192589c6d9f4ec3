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
  "dist/dashscope_asr_bg.wasm",
  "dist/index.cjs",
  "dist/index.d.cts",
  "dist/index.d.ts",
  "dist/index.edge-light.js",
  "dist/index.js",
  "dist/index.workerd.js",
  "dist/slim.cjs",
  "dist/slim.d.cts",
  "dist/slim.d.ts",
  "dist/slim.js",
  "dist/wasm.d.ts",
  "package.json",
];

/** Every file is text except this one. */
const WASM = "dist/dashscope_asr_bg.wasm";

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
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies", "bundledDependencies"]) {
    assert.equal(manifest[kind], undefined, kind);
  }
  for (const name of ["preinstall", "install", "postinstall"]) assert.equal(manifest.scripts[name], undefined, name);
});

test("the runtimes' own conditions stand before the general ones", () => {
  // Wrangler passes "import" too, and the first match wins.
  assert.deepEqual(Object.keys(manifest.exports["."]), ["workerd", "edge-light", "import", "require"]);
  for (const branch of Object.values(manifest.exports["."])) assert.equal(Object.keys(branch)[0], "types");
});

test("nothing of this machine, no secret, no source map leaks", () => {
  const places = [project, homedir()].filter((place) => place.length > 1);
  for (const path of INTENDED.filter((name) => name !== WASM)) {
    const content = text(path);
    for (const forbidden of [...places, "sourceMappingURL", "file://"]) {
      assert.ok(!content.includes(forbidden), `${path} contains ${forbidden}`);
    }
    assert.doesNotMatch(content, /\bsk-[0-9a-f]{16,}/, path);
  }
  // Panic messages of Rust carry the path of the source they stand in.
  const wasm = readFileSync(join(root, WASM), "latin1");
  for (const forbidden of [...places, ".cargo/registry"]) {
    assert.ok(!wasm.includes(forbidden), `${WASM} contains ${forbidden}`);
  }
});

test("the module inside the default entry is the one beside it", async () => {
  const { createRequire } = await import("node:module");
  const compiled = [];
  const { Module } = WebAssembly;
  WebAssembly.Module = class extends Module {
    constructor(bytes) {
      super(bytes);
      compiled.push(createHash("sha256").update(bytes).digest("hex"));
    }
  };
  try {
    createRequire(import.meta.url)(join(root, "dist", "index.cjs")).sniffMediaType(new Uint8Array(4));
    (await import(join(root, "dist", "index.js"))).sniffMediaType(new Uint8Array(4));
  } finally {
    WebAssembly.Module = Module;
  }
  const beside = createHash("sha256")
    .update(readFileSync(join(root, WASM)))
    .digest("hex");
  assert.deepEqual(compiled, [beside, beside]);
});

test("ES modules and CommonJS are described by the same declarations, which import nothing", () => {
  for (const name of ["index", "slim"]) assert.equal(text(`dist/${name}.d.ts`), text(`dist/${name}.d.cts`));
  for (const path of globSync(join(root, "dist", "*.d.*ts"))) {
    const content = readFileSync(path, "utf8");
    assert.doesNotMatch(content, /\bimport\b[^;]*\bfrom\b|\bimport\(|\/\/\/ <reference/, basename(path));
  }
});

test("only the runtimes' own entries import a .wasm file", () => {
  const importing = INTENDED.filter((path) => /\.c?js$/.test(path) && /["'][^"'\n]*\.wasm/.test(importsOf(text(path))));
  assert.deepEqual(importing, ["dist/index.edge-light.js", "dist/index.workerd.js"]);
  assert.match(text("dist/index.workerd.js"), /from "\.\/dashscope_asr_bg\.wasm";/);
  assert.match(text("dist/index.edge-light.js"), /from "\.\/dashscope_asr_bg\.wasm\?module";/);
});

const importsOf = (code) => (code.match(/^import .*$/gm) ?? []).join("\n");

test("the readme that npm shows has no link that works only in this folder", () => {
  const links = [...text("README.md").matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g)].map(([, target]) => target);
  const unpublished = links.filter((target) => !existsSync(join(root, target.split("#")[0])));
  assert.deepEqual(unpublished, []);
});
