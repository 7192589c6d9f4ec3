// The package in programs outside a browser: Node as ES module and as CommonJS, Deno, Bun.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { EXPECTED } from "./consumer/expected.mjs";
import { createProject } from "./packed.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { recording, startService, WALK } from "./service.mjs";

const run = promisify(execFile);

const MAIN = `
import * as dashscope from "dashscope-asr";
import { readFileSync } from "node:fs";
import process from "node:process";
import { walk } from "./walk.js";

const [baseURL, recording] = process.argv.slice(2);
const settings = { baseURL, apiKey: "sk-packaging" };
console.log(JSON.stringify(await walk(dashscope, { settings, audio: new Uint8Array(readFileSync(recording)) })));
`;

const COMMON = `
const dashscope = require("dashscope-asr");
const { readFileSync } = require("node:fs");

const [baseURL, recording] = process.argv.slice(2);
const settings = { baseURL, apiKey: "sk-packaging" };
import("./walk.js")
  .then(({ walk }) => walk(dashscope, { settings, audio: new Uint8Array(readFileSync(recording)) }))
  .then((found) => console.log(JSON.stringify(found)));
`;

// Both formats in one process, as happens when a program and one of its dependencies load the package differently.
const BOTH = `
import * as one from "dashscope-asr";
import { createRequire } from "node:module";

const two = createRequire(import.meta.url)("dashscope-asr");
const provoke = ({ Transcriber }) => {
  try {
    new Transcriber({ nonsense: 1 });
  } catch (error) {
    return error;
  }
};
console.log(JSON.stringify({
  separate: one.Transcriber !== two.Transcriber,
  sameNames: Object.keys(one).sort().join() === Object.keys(two).sort().join(),
  guards: [one.isAsrError(provoke(two)), two.isAsrError(provoke(one)), one.isAsrError(new Error("other"))],
}));
`;

// Importing must cost nothing: no compilation, no request, no global left behind.
const LAZY = `
const compiled = [];
const { Module } = WebAssembly;
WebAssembly.Module = class extends Module {
  constructor(bytes) {
    super(bytes);
    compiled.push(bytes.length);
  }
};
globalThis.fetch = () => { throw new Error("fetch at import time"); };
const before = Object.getOwnPropertyNames(globalThis).join();
const dashscope = await import("dashscope-asr");
void [dashscope.version, dashscope.isAsrError(1)];
const atImport = compiled.length;
dashscope.sniffMediaType(new Uint8Array(4));
dashscope.sniffMediaType(new Uint8Array(4));
const asr = new dashscope.Transcriber({ baseURL: "https://relay.example" });
const afterwards = compiled.length;
const counts = [];
for (let round = 0; round < 2; round++) {
  dashscope.encodeWav([new Float32Array(4)], 16_000);
  counts.push(compiled.length);
  await asr.submitBatch([]).catch(() => {});
  counts.push(compiled.length);
}
console.log(JSON.stringify({
  atImport,
  afterwards,
  counts,
  noNewGlobals: Object.getOwnPropertyNames(globalThis).join() === before,
}));
`;

// What is loaded shows in the cache of require, and in the reads of a process that is asked to tell them.
const LATE = `
const { registerHooks } = require("node:module");
const use = ({ Transcriber }) => new Transcriber({ apiKey: "sk-packaging" }).submitBatch([]).catch(() => {});
const read = [];
registerHooks({ load: (url, context, next) => { read.push(url); return next(url, context); } });

async function main() {
  const common = require("dashscope-asr");
  const required = () => Object.keys(require.cache).some((path) => path.endsWith("dist/files.cjs"));
  const modules = await import("dashscope-asr");
  const imported = () => read.some((url) => url.endsWith("dist/files.js"));
  const before = [required(), imported()];
  await use(common);
  await use(modules);
  console.log(JSON.stringify({ required: [before[0], required()], imported: [before[1], imported()] }));
}
main();
`;

let service;
let folder;

before(async () => {
  service = await startService();
  folder = await createProject("programs", {
    "walk.js": WALK,
    "main.js": MAIN,
    "main.cjs": COMMON,
    "both.js": BOTH,
    "lazy.js": LAZY,
    "late.cjs": LATE,
  });
});

after(() => service?.close());

/** @param {string} runtime @param {string[]} flags @param {string} file */
async function output(runtime, flags, file) {
  // The key must come from the options here, whatever this machine's environment says.
  const { DASHSCOPE_API_KEY, NODE_OPTIONS, ...environment } = process.env;
  const { stdout, stderr } = await run(
    RUNTIMES[runtime].program,
    [...flags, join(folder, file), service.url, recording.path],
    { cwd: folder, env: environment, timeout: 120_000 },
  );
  assert.equal(stderr, "", "a warning is a bug that the user meets first");
  return JSON.parse(stdout);
}

for (const name of ["Node 20", "Node 22", "Node 24"]) {
  describe(name, { skip: RUNTIMES[name].missing }, () => {
    test("import", async () => assert.deepEqual(await output(name, [], "main.js"), EXPECTED));

    test("require", async () => assert.deepEqual(await output(name, [], "main.cjs"), EXPECTED));

    if (name !== "Node 20") {
      test("require where ES modules cannot be required", async () => {
        assert.deepEqual(await output(name, ["--no-experimental-require-module"], "main.cjs"), EXPECTED);
      });
    }
  });
}

describe("in one process of Node", () => {
  test("the formats live side by side, and know each other's errors", async () => {
    assert.deepEqual(await output("Node 24", [], "both.js"), {
      separate: true,
      sameNames: true,
      guards: [true, true, false],
    });
  });

  test("importing compiles nothing; the first call that needs a part compiles it, once", async () => {
    const expected = { atImport: 0, afterwards: 1, counts: [2, 3, 3, 3], noNewGlobals: true };
    assert.deepEqual(await output("Node 24", [], "lazy.js"), expected);
  });

  test("the part for files is read at its first use, by import and by require", async () => {
    assert.deepEqual(await output("Node 24", [], "late.cjs"), { required: [false, true], imported: [false, true] });
  });
});

test("Deno, with permission for the network and the recording only", { skip: RUNTIMES.Deno.missing }, async () => {
  const flags = ["run", "--no-prompt", "--no-config", "--no-remote", "--node-modules-dir=manual", "--quiet"];
  // DASHSCOPE_API_KEY is looked for only when neither key nor baseURL is given, so no permission for it is needed here.
  const allowed = ["--allow-net=127.0.0.1", `--allow-read=${folder},${recording.path}`];
  assert.deepEqual(await output("Deno", [...flags, ...allowed], "main.js"), EXPECTED);
});

test("Bun", { skip: RUNTIMES.Bun.missing }, async () => {
  assert.deepEqual(await output("Bun", ["run"], "main.js"), EXPECTED);
});
