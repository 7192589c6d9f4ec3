// The entry for the AI SDK as it is installed: on the main entry of the runtime, with one core for both, and without the SDK.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { createProject, packed } from "./packed.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { recording, startService } from "./service.mjs";

const run = promisify(execFile);

/** @param {string} load makes `main` and `addition` */
const program = (load) => `
${load}
const compiled = [];
const { Module } = WebAssembly;
WebAssembly.Module = class extends Module {
  constructor(bytes) {
    super(bytes);
    if (bytes.length > 100_000) compiled.push(bytes.length); // Node's own, for HTTP, is smaller
  }
};
async function use([baseURL, path]) {
  const model = addition.createDashScope({ baseURL, apiKey: "sk-packaging" }).transcription("qwen3-asr-flash");
  const { text } = await model.doGenerate({ audio: new Uint8Array(readFileSync(path)), mediaType: "audio/wav" });
  main.sniffMediaType(new Uint8Array(4));
  const refusal = await model
    .doGenerate({ audio: new Uint8Array(4), mediaType: "audio/wav", providerOptions: { dashscope: { nonsense: 1 } } })
    .catch((error) => error);
  const known = refusal instanceof main.InvalidOptionError;
  console.log(JSON.stringify({ heard: text.length > 0, known, cores: compiled.length }));
}
use(process.argv.slice(2));
`;

const FILES = {
  "main.mjs": program(`
import * as main from "dashscope-asr";
import * as addition from "dashscope-asr/ai-sdk";
import { readFileSync } from "node:fs";
import process from "node:process";`),
  "main.cjs": program(`
const main = require("dashscope-asr");
const addition = require("dashscope-asr/ai-sdk");
const { readFileSync } = require("node:fs");`),
  "bundled.js": `
import { Transcriber } from "dashscope-asr";
import { dashscope } from "dashscope-asr/ai-sdk";
console.log(Transcriber, dashscope);`,
};

let service;
let folder;
before(async () => {
  service = await startService();
  folder = await createProject("ai-sdk", FILES);
});
after(() => service?.close());

for (const name of ["Node 20", "Node 24", "Bun"]) {
  describe(name, { skip: RUNTIMES[name].missing }, () => {
    for (const file of ["main.mjs", "main.cjs"]) {
      test(file, async () => {
        const { stdout, stderr } = await run(RUNTIMES[name].program, [join(folder, file), service.url, recording.path]);
        assert.equal(stderr, "");
        assert.deepEqual(JSON.parse(stdout), { heard: true, known: true, cores: 1 });
      });
    }
  });
}

for (const [runtime, entry] of [
  ["a page", "index.js"],
  ["workerd", "index.workerd.js"],
  ["edge-light", "index.edge-light.js"],
]) {
  test(`a bundle for ${runtime} has one main entry, the runtime's`, async () => {
    const { metafile } = await esbuild.build({
      entryPoints: [join(folder, "bundled.js")],
      conditions: runtime === "a page" ? [] : [runtime],
      ...{ bundle: true, format: "esm", write: false, metafile: true, logLevel: "error" },
      external: ["*.wasm", "*.wasm?module"],
    });
    // Others may be taken along, as what takes containers apart: it has an index.js, too.
    const ours = Object.keys(metafile.inputs).filter((path) => path.includes("/dashscope-asr/dist/"));
    const entries = ours.map((path) => basename(path));
    assert.deepEqual(entries.filter((name) => /^(index|slim|ai-sdk)\b/.test(name)).sort(), ["ai-sdk.js", entry]);
  });
}

test("it installs beside any version of the SDK, and brings none", async () => {
  const { tarball } = await packed();
  for (const version of ["none", "4.0.0", "6.0.0", "7.0.0", "8.0.0-beta.1"]) {
    const project = await createProject(`ai-sdk-${version}`, {}, {});
    const install = (what) =>
      run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--install-links", what], { cwd: project });
    if (version !== "none") {
      mkdirSync(join(project, "sdk"));
      writeFileSync(join(project, "sdk", "package.json"), JSON.stringify({ name: "ai", version }));
      await install("./sdk");
    }
    await install(tarball);
    const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
    assert.deepEqual(installed, [...(version === "none" ? [] : ["ai"]), "dashscope-asr"]);
  }
});
