// Ten thousand calls leave nothing behind: not in the wasm memory, not on the heap.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const COMMON = `
import { Transcriber, EventParser } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...given) {
  const instance = new Instance(...given);
  memories.push(instance.exports.memory);
  return instance;
};
async function measure() {
  for (let turn = 0; turn < 3; turn++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external } = process.memoryUsage();
  return { wasm: memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0), heap: heapUsed + external };
}
`;

const CALLS = `${COMMON}
const audio = new Uint8Array(5000);
audio.set(new TextEncoder().encode("RIFF\\0\\0\\0\\0WAVEfmt "));
const message = (text) => ({ content: [{ text }], role: "assistant" });
const json = (value, status = 200) => Response.json(value, { status });
const answers = [
  () => json({ output: { choices: [{ message: message("hello"), finish_reason: "stop" }] }, request_id: "r" }),
  () => json({ code: "Arrearage", message: "pay", request_id: "r" }, 400),
  () => json({ code: "Throttling", message: "slow down" }, 429),
  () => { throw new TypeError("network"); },
  () => new Response("<html>", { status: 200 }),
  () => new Response(new ReadableStream({ start(c) { c.error(new Error("cut")); } })),
];
const events = 'data:{"output":{"choices":[{"message":{"content":[{"text":"hi"}]},"finish_reason":"null"}]}}\\n\\n';
const last = 'data:{"output":{"choices":[{"message":{"content":[]},"finish_reason":"stop"}]}}\\n\\n';
let count = 0;
const asr = new Transcriber({ apiKey: "sk-x", baseURL: "http://h", maxRetries: 0, fetch: async (request) => {
  count++;
  return request.headers.get("accept") === "text/event-stream" ? new Response(events + last) : answers[count % answers.length]();
} });
const { signal } = new AbortController();
async function round(calls) {
  for (let index = 0; index < calls; index++) {
    const options = { language: "en", context: "words ".repeat(20), signal };
    switch (index % 8) {
      case 0: for await (const _ of asr.stream(audio, options)) break; break;
      case 1: await asr.stream(new Blob([audio]), options).final(); break;
      case 2: await asr.transcribe(audio, { prompt: "x" }).catch(() => {}); break;
      case 3: await asr.transcribe(new Uint8Array()).catch(() => {}); break;
      case 4: asr.stream(audio); break;
      case 5: { const parser = new EventParser(); parser.feed(events); parser.feed("data: unfinished"); break; }
      default: await asr.transcribe(index % 16 < 8 ? audio : new Blob([audio]).stream(), options).catch(() => {});
    }
    // What garbage collection frees for the wasm runs in the event loop.
    if (index % 100 === 99) await new Promise((resolve) => setTimeout(resolve));
  }
}
await round(2000);
const before = await measure();
await round(10_000);
const after = await measure();
console.log(JSON.stringify({ before, after, instances: memories.length, sent: count }));
`;

/** Each asks once more than there is time for: both the question and the pause after it are given up. */
const WAITS = `${COMMON}
let count = 0;
const pending = { output: { task_id: "t-1", task_status: "PENDING" } };
const asr = new Transcriber({ apiKey: "sk-x", baseURL: "http://h", maxRetries: 0, fetch: (request) => {
  count++;
  return count % 2 ? new Promise(() => {}) : Response.json(pending);
} });
const { signal } = new AbortController();
async function round(calls) {
  const wait = () => asr.task("t-1").wait({ signal, timeout: 1 }).catch(() => {});
  for (let index = 0; index < calls; index += 20) await Promise.all(Array.from({ length: 20 }, wait));
}
await round(1000);
const before = await measure();
await round(5000);
const after = await measure();
console.log(JSON.stringify({ before, after, instances: memories.length, sent: count }));
`;

for (const [name, program, least, modules] of [
  ["ten thousand calls, good and bad", CALLS, 5000, 1],
  ["five thousand waits that come to nothing", WAITS, 5000, 2],
]) {
  test(name, { timeout: 120_000 }, () => {
    const parameters = ["--expose-gc", "--input-type=module", "-e", program];
    const { stdout, stderr, status } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const { before, after, instances, sent } = JSON.parse(stdout);
    assert.equal(instances, modules, "no instance died");
    assert.ok(sent > least, `${sent} requests`);
    assert.ok(after.wasm <= before.wasm + 128 * 1024, `wasm memory grew from ${before.wasm} to ${after.wasm} bytes`);
    assert.ok(after.heap <= before.heap + 2_000_000, `the heap grew from ${before.heap} to ${after.heap} bytes`);
  });
}

/** An answer that is large in memory only: what it took, and what it told. */
const attack = (answer) => `${COMMON}
const asr = new Transcriber({ apiKey: "sk-x", baseURL: "http://h", maxRetries: 0, fetch: async () => new Response(${answer}) });
const audio = new Uint8Array(5000);
audio.set(new TextEncoder().encode("RIFF\\0\\0\\0\\0WAVEfmt "));
const outcome = await asr.WAY(audio).then(() => ({}), ({ code, message, partialText }) => ({ code, message, length: partialText?.length }));
const { wasm } = await measure();
console.log(JSON.stringify({ ...outcome, wasm, peak: process.resourceUsage().maxRSS * 1024 }));
`;

function run(program) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--expose-gc", "--input-type=module", "-e", program],
    {
      encoding: "utf8",
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const MEGABYTE = 1024 * 1024;

test("an answer of many small objects takes memory in proportion to its text", { timeout: 120_000 }, () => {
  for (const small of ['{"":1}', "[[]]", '{"a":{"b":{}}}']) {
    const answer = `"[" + ${JSON.stringify(`${small},`)}.repeat(${Math.floor((16 * MEGABYTE) / (small.length + 1))}) + "1]"`;
    const { code, wasm } = run(attack(answer).replace("WAY", "transcribe"));
    assert.equal(code, "invalid_response", small);
    assert.ok(wasm < 256 * MEGABYTE, `${small}: ${wasm / MEGABYTE} MB`);
  }
});

test("a stream without an end is left where a whole answer would be, with its text", { timeout: 120_000 }, () => {
  const event = {
    output: { choices: [{ message: { content: [{ text: "x".repeat(20_000) }] }, finish_reason: "null" }] },
  };
  const endless = `new ReadableStream({ pull: (c) => c.enqueue(new TextEncoder().encode(${JSON.stringify(`data:${JSON.stringify(event)}\n\n`)})) })`;
  const program = attack(endless).replace("asr.WAY(audio)", "asr.stream(audio).final()");
  const { code, message, length, wasm, peak } = run(program);
  assert.deepEqual([code, message], ["invalid_response", "the answer is longer than any transcript"]);
  assert.ok(length > 60 * MEGABYTE && length <= 64 * MEGABYTE, `${length} letters of text`);
  assert.ok(wasm < 400 * MEGABYTE && peak < 1000 * MEGABYTE, `${wasm / MEGABYTE} and ${peak / MEGABYTE} MB`);
});
