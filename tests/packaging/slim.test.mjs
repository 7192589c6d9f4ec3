// The entry without a module inside, in Node: how it is given one, and what it says when it has none.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { EXPECTED } from "./consumer/expected.mjs";
import { createProject } from "./packed.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { recording, startService, WALK } from "./service.mjs";

const run = promisify(execFile);

/** @param {string} first how the module is handed over, before the walk */
const program = (first) => `
const [baseURL, recording] = process.argv.slice(2);
async function main() {
  ${first}
  const { walk } = await import("./walk.js");
  const audio = new Uint8Array(readFileSync(recording));
  return walk(dashscope, { settings: { baseURL, apiKey: "sk-packaging" }, audio });
}
main().then((found) => console.log(JSON.stringify(found)));
`;

const ESM = `
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as dashscope from "dashscope-asr/slim";
const file = fileURLToPath(import.meta.resolve("dashscope-asr/wasm"));
`;

const CJS = `
const { readFileSync } = require("node:fs");
const dashscope = require("dashscope-asr/slim");
const file = require.resolve("dashscope-asr/wasm");
`;

const EARLY = `
import * as dashscope from "dashscope-asr/slim";
const failures = [];
const fail = (error) => failures.push([error.name, error.code, dashscope.isAsrError(error), error.message]);
try {
  dashscope.sniffMediaType(new Uint8Array(4));
} catch (error) {
  fail(error);
}
try {
  new dashscope.Transcriber({ baseURL: "https://relay.example" });
} catch (error) {
  fail(error);
}
await dashscope.toDataUrl(new Uint8Array(4)).catch(fail);
console.log(JSON.stringify({ failures, version: dashscope.version }));
`;

const WRONG = `
import { init, isAsrError } from "dashscope-asr/slim";
const messages = [];
for (const input of [undefined, 42, {}, new Uint8Array(8), new Response("gone", { status: 404 })]) {
  await init(input).then(
    () => messages.push("accepted"),
    (error) => messages.push(error.message),
  );
}
console.log(JSON.stringify(messages));
`;

let service;
let folder;

before(async () => {
  service = await startService();
  folder = await createProject("slim", {
    "walk.js": WALK,
    "bytes.mjs": ESM + program("await dashscope.init(new Uint8Array(readFileSync(file)));"),
    "buffer.mjs": ESM + program("await dashscope.init(readFileSync(file));"),
    "module.mjs": ESM + program("await dashscope.init(new WebAssembly.Module(readFileSync(file)));"),
    "namespace.mjs": ESM + program("await dashscope.init({ default: new WebAssembly.Module(readFileSync(file)) });"),
    "common.cjs": CJS + program("await dashscope.init(readFileSync(file));"),
    "early.mjs": EARLY,
    "wrong.mjs": WRONG,
  });
});

after(() => service?.close());

async function output(file, runtime = "Node 24") {
  const { stdout, stderr } = await run(RUNTIMES[runtime].program, [join(folder, file), service.url, recording.path]);
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

for (const file of ["bytes.mjs", "buffer.mjs", "module.mjs", "namespace.mjs", "common.cjs"]) {
  test(`init with ${file}`, async () => assert.deepEqual(await output(file), EXPECTED));
}

test("in Node 20", { skip: RUNTIMES["Node 20"].missing }, async () => {
  assert.deepEqual(await output("bytes.mjs", "Node 20"), EXPECTED);
});

test("a call before init says what to do", async () => {
  const { failures, version } = await output("early.mjs");
  assert.equal(version, EXPECTED.version, "what needs no module works without");
  assert.equal(failures.length, 3);
  for (const [name, code, known, message] of failures) {
    assert.deepEqual([name, code, known], ["InternalError", "internal_error", true]);
    assert.match(message, /dashscope-asr\/slim/);
    assert.match(message, /await init\(/);
  }
});

test("init with something else says what it takes", async () => {
  const messages = await output("wrong.mjs");
  assert.equal(messages.length, 5);
  for (const message of messages) assert.doesNotMatch(message, /accepted|Cannot read prop|undefined is not/);
  assert.match(messages.at(-1), /404/);
});
