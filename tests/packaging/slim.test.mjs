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

/** @param {(file: string) => string} input how a module is handed over, of its bytes */
const program = (input) => `
const [baseURL, recording] = process.argv.slice(2);
async function main() {
  await dashscope.init(${input("file")});
  await dashscope.init(${input("files")}, "files");
  await dashscope.init(${input("formats")}, "formats");
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
const [file, files, formats] = ["", "/files", "/formats"].map((part) =>
  readFileSync(fileURLToPath(import.meta.resolve("dashscope-asr/wasm" + part))));
`;

const CJS = `
const { readFileSync } = require("node:fs");
const dashscope = require("dashscope-asr/slim");
const [file, files, formats] = ["", "/files", "/formats"].map((part) =>
  readFileSync(require.resolve("dashscope-asr/wasm" + part)));
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
const { readFileSync } = await import("node:fs");
const { fileURLToPath } = await import("node:url");
const bytes = (part) => readFileSync(fileURLToPath(import.meta.resolve("dashscope-asr/wasm" + part)));
await dashscope.init(bytes(""));
const asr = new dashscope.Transcriber({ baseURL: "https://relay.example" });
await asr.createToken().catch(fail);
try {
  dashscope.toText({ text: "" });
} catch (error) {
  fail(error);
}
await dashscope.init(bytes("/files"), "formats");
await dashscope.init(bytes(""), "files");
try {
  dashscope.toText({ text: "" });
} catch (error) {
  fail(error);
}
await asr.createToken().catch(fail);
await dashscope.init(bytes("/formats"), "formats");
dashscope.toText({ text: "" });
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
await init(new Uint8Array(8), "subtitles").catch((error) => messages.unshift(error.message));
console.log(JSON.stringify(messages));
`;

let service;
let folder;

before(async () => {
  service = await startService();
  folder = await createProject("slim", {
    "walk.js": WALK,
    "bytes.mjs": ESM + program((file) => `new Uint8Array(${file})`),
    "buffer.mjs": ESM + program((file) => file),
    "module.mjs": ESM + program((file) => `new WebAssembly.Module(${file})`),
    "namespace.mjs": ESM + program((file) => `{ default: new WebAssembly.Module(${file}) }`),
    "common.cjs": CJS + program((file) => file),
    // The first browsers with SIMD have no such function yet.
    "first.mjs": `${ESM}delete Object.hasOwn;\n${program((file) => file)}`,
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

for (const file of ["bytes.mjs", "buffer.mjs", "module.mjs", "namespace.mjs", "common.cjs", "first.mjs"]) {
  test(`init with ${file}`, async () => assert.deepEqual(await output(file), EXPECTED));
}

test("in Node 20", { skip: RUNTIMES["Node 20"].missing }, async () => {
  assert.deepEqual(await output("bytes.mjs", "Node 20"), EXPECTED);
});

test("a call before init says what to do, for each part; so does a module in the wrong place", async () => {
  const { failures, version } = await output("early.mjs");
  assert.equal(version, EXPECTED.version, "what needs no module works without");
  assert.equal(failures.length, 7);
  for (const [name, code, known] of failures) {
    assert.deepEqual([name, code, known], ["InternalError", "internal_error", true]);
  }
  const messages = failures.map((failure) => failure.at(-1));
  for (const message of messages.slice(0, 5)) assert.match(message, /^dashscope-asr\/slim .*await init\(/);
  for (const message of messages.slice(0, 3)) assert.match(message, /init\(module\) .* dashscope-asr\/wasm /);
  assert.match(messages[3], /init\(module, "files"\) .* dashscope-asr\/wasm\/files /);
  assert.match(messages[4], /init\(module, "formats"\) .* dashscope-asr\/wasm\/formats /);
  assert.match(messages[5], /"formats", of the same version/);
  assert.match(messages[6], /"files", of the same version/);
});

test("init with something else says what it takes", async () => {
  const messages = await output("wrong.mjs");
  assert.equal(messages.length, 6);
  assert.match(messages[0], /"subtitles".*core, files, formats, live, long and sound/);
  for (const message of messages) assert.doesNotMatch(message, /accepted|Cannot read prop|undefined is not/);
  assert.match(messages.at(-1), /404/);
});
