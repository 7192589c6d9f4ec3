// Recorder, element and hooks as they are installed: read by servers, kept by bundlers, and the core not loaded before it is needed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { buildWithWebpack } from "./bundling.mjs";
import { createProject } from "./packed.mjs";
import { RUNTIMES } from "./runtimes.mjs";

const run = promisify(execFile);

const FACTS = `console.log(JSON.stringify([
  typeof recorder.VoiceRecorder, typeof recorder.SavedRecordings.open, typeof element.defineVoiceNote, typeof hooks.useVoiceNote,
  element.defineVoiceNote("my-note") === undefined, recorder.canRecord(),
]));`;

const FILES = {
  "server.mjs": `
import * as recorder from "dashscope-asr/recorder";
import * as element from "dashscope-asr/voice-note";
import * as hooks from "dashscope-asr/react";
${FACTS}`,
  "server.cjs": `
const [recorder, element, hooks] = ["recorder", "voice-note", "react"].map((name) => require("dashscope-asr/" + name));
${FACTS}`,
  "main.js": 'import "dashscope-asr/voice-note";',
  "recorder.js": 'import { VoiceRecorder } from "dashscope-asr/recorder"; console.log(new VoiceRecorder());',
};

let folder;
before(async () => {
  folder = await createProject("voice-note", FILES);
});

for (const name of ["Node 20", "Node 24", "Bun"]) {
  describe(name, { skip: RUNTIMES[name].missing }, () => {
    for (const file of ["server.mjs", "server.cjs"]) {
      test(`a server reads them: ${file}`, async () => {
        const { stdout, stderr } = await run(RUNTIMES[name].program, [join(folder, file)]);
        assert.equal(stderr, "");
        assert.deepEqual(JSON.parse(stdout), ["function", "function", "function", "function", true, false]);
      });
    }
  });
}

/** The files of the package that stand in each chunk. */
async function chunksOf(file) {
  const { metafile } = await esbuild.build({
    entryPoints: [join(folder, file)],
    ...{ bundle: true, splitting: true, format: "esm", write: false, metafile: true, outdir: join(folder, "out") },
    logLevel: "error",
  });
  return Object.values(metafile.outputs).map(({ entryPoint, inputs }) => ({
    isEntry: entryPoint !== undefined && basename(entryPoint) === file,
    names: Object.keys(inputs)
      .filter((path) => path.includes("dashscope-asr/dist/"))
      .map((path) => basename(path)),
  }));
}

test("a bundle that only imports the element has it, and the core in a chunk that comes later", async () => {
  const chunks = await chunksOf("main.js");
  const holder = (name) => chunks.filter(({ names }) => names.includes(name));
  assert.equal(holder("voice-note.js").length, 1);
  assert.equal(holder("index.js").length, 1);
  assert.equal(holder("index.js")[0].isEntry, false);
  const entry = chunks.find(({ isEntry }) => isEntry);
  assert.ok(entry.names.includes("voice-note.js"), "the import was kept");
});

test("a bundle of the recorder has no element in it", async () => {
  const names = (await chunksOf("recorder.js")).flatMap((chunk) => chunk.names);
  assert.ok(names.includes("recorder.js"));
  assert.equal(names.includes("voice-note.js"), false);
});

test("webpack keeps the import that makes the element known", async () => {
  await buildWithWebpack(folder);
  assert.match(readFileSync(join(folder, "dist", "main.js"), "utf8"), /formAssociated/);
});
