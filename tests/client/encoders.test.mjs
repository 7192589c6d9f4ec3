// Base64 where the runtime has no encoder of its own (a browser from before 2025): the core's, by the platform's judgement.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "encoders-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const program = `
import assert from "node:assert/strict";
assert.equal("toBase64" in Uint8Array.prototype, false);
const { toDataUrl, Transcriber } = await import("./index.mjs");
const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => index * 167 + index / 251);
bytes.set(new TextEncoder().encode("OggS"));
const right = "data:audio/ogg;base64," + Buffer.from(bytes).toString("base64");
const chunks = async function* () {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
};
const asr = new Transcriber({ apiKey: "k", baseURL: "http://localhost" });
for (const input of [() => bytes, () => new Blob([bytes]), () => ReadableStream.from(chunks())]) {
  assert.ok((await toDataUrl(input())) === right);
  assert.ok((await (await asr.buildRequest(input())).text()).includes('"' + right + '"'));
}
`;

test("the encoder of the core writes what the platform would", async () => {
  await esbuild.build({
    entryPoints: [fileURLToPath(new URL("../../dist/index.js", import.meta.url))],
    outfile: join(folder, "index.mjs"),
    define: { "globalThis.Buffer": "undefined" },
    bundle: true,
    format: "esm",
    logLevel: "silent",
  });
  const source = `delete Uint8Array.prototype.toBase64;\n${program}`;
  execFileSync(process.execPath, ["--input-type=module", "-e", source], { cwd: folder, encoding: "utf8" });
});
