// The emulator as a program.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { SWITCHES } from "./faults.mjs";
import { GENERATION, generationBody, send } from "./test-client.mjs";

const MAIN = fileURLToPath(new URL("main.mjs", import.meta.url));

/** @param {string[]} parameters */
function start(parameters) {
  const child = spawn(process.execPath, [MAIN, ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { output: "", errors: "" };
  child.stdout.on("data", (chunk) => {
    said.output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.errors += chunk;
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  return { child, said, ended };
}

test("says where it listens when it is ready, answers, and ends when told to", async () => {
  const { child, said, ended } = start(["--port", "0", "--key", "sk-mine", "--verbose"]);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const url = /^emulator listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(said.output)?.[1];
  assert.ok(url, said.output);
  assert.equal((await send(url + GENERATION, { body: generationBody(), key: "sk-mine" })).status, 200);
  assert.equal((await send(url + GENERATION, { body: generationBody() })).status, 401);
  child.kill("SIGTERM");
  assert.equal(await ended, 0);
  assert.match(said.errors, /^POST \/api\/v1\/services\/aigc\/multimodal-generation\/generation → 200\n/);
});

test("--help names every option and every fault switch", async () => {
  const { said, ended } = start(["--help"]);
  assert.equal(await ended, 0);
  for (const name of ["--port", "--host", "--model-dir", "--key", "--verbose", ...Object.keys(SWITCHES)]) {
    assert.ok(said.output.includes(`\n  ${name}`), name);
  }
});

test("a missing model, a taken port and a wrong option are explained", async () => {
  const missing = start(["--model-dir", "/nowhere"]);
  assert.equal(await missing.ended, 1);
  assert.match(
    missing.said.errors,
    /model is missing: \/nowhere\/encoder_model\.onnx.*\nFetch it with scripts\/asr-model\.sh/,
  );

  const other = createServer();
  await new Promise((resolve) => other.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (other.address());
  const taken = start(["--port", String(port)]);
  assert.equal(await taken.ended, 1);
  assert.match(taken.said.errors, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is taken; choose another`));
  other.close();

  const wrong = start(["--prot", "1"]);
  assert.equal(await wrong.ended, 1);
  assert.match(wrong.said.errors, /Unknown option '--prot'.*\nTry --help\./s);
});
