// examples/rust-worker in Cloudflare's runtime, against the emulator with its real recogniser.
import assert from "node:assert/strict";
import { cpSync, globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inProject } from "../../scripts/build/paths.mjs";
import { eventually } from "../edge/upstream.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { start } from "../workerd/worker.mjs";
import { buildProgram } from "./cargo.mjs";

/** What worker-build puts around wasm-bindgen's glue: the module's instance, and the handler as a default export. */
const SHIM = `
import * as glue from "app_bg.js";
import module from "app_bg.wasm";

const instance = new WebAssembly.Instance(module, { "./app_bg.js": glue });
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();

export default { fetch: glue.fetch };
`;

describe("the Worker in Rust", { timeout: 900_000 }, () => {
  let emulator;
  let worker;
  let folder;

  before(async () => {
    const out = await buildProgram(inProject("examples", "rust-worker"), "rust_worker", "bundler", ["--locked"]);
    folder = mkdtempSync(join(tmpdir(), "rust-worker-"));
    cpSync(out, folder, { recursive: true });
    writeFileSync(join(folder, "worker.js"), SHIM);
    emulator = await startEmulator({});
    const variables = { DASHSCOPE_API_KEY: "sk-worker", DASHSCOPE_BASE_URL: emulator.url, PASSWORD: "open sesame" };
    worker = await start(folder, variables, {
      modules: ["app_bg.js", ...globSync("snippets/*/*.js", { cwd: folder })],
    });
  });

  after(async () => {
    await worker?.close();
    await emulator?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const post = (body, password = "open sesame", path = "/transcribe") =>
    fetch(worker.url + path, { method: "POST", body, headers: { authorization: `Bearer ${password}` } });
  const samples = () => jfk.read().subarray(44);
  const live = (body) => post(body, undefined, "/live");

  test("a recording becomes its text", async () => {
    const answer = await post(jfk.read());
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.ok(wordErrors(jfk.words, text).rate < 0.15, text);
  });

  test("samples become text while they come in, over a socket with the key in a header", async () => {
    const answer = await live(samples());
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.ok(wordErrors(jfk.words, text).rate < 0.15, text);
    const entry = emulator.requests.at(-1);
    assert.deepEqual([entry.status, entry.headers.authorization, entry.query], [101, "Bearer sk-…", {}]);
    await eventually("the end of the socket", () => entry.live.closed);
    assert.equal(entry.live.closed, 1000);
  });

  test("a handshake that is refused says why", async () => {
    emulator.arm({ fault: "status=401", path: "/api-ws/" });
    const answer = await live(samples());
    assert.equal(answer.status, 401);
    assert.match(await answer.text(), /^authentication: /);
  });

  test("whoever has no password is refused, before anything is asked", async () => {
    const asked = emulator.requests.length;
    assert.equal((await post(jfk.read(), "guess")).status, 401);
    assert.equal(emulator.requests.length, asked);
  });

  test("what is no recording is refused in words", async () => {
    const answer = await post("<html>");
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /^unsupported_format: this is an HTML or XML page, not audio/);
  });
});
