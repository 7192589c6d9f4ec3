// Base64 where the runtime has no encoder of its own (a browser from before 2025): the core's, by the platform's judgement.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const program = `
const { from } = Buffer;
new Request("http://localhost", { headers: { a: "b" } }); // Node makes its own classes of it when they are first used
delete Uint8Array.prototype.toBase64;
delete globalThis.Buffer;
const { toDataUrl, Transcriber } = await import(${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)});
const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => index * 167 + index / 251);
bytes.set(new TextEncoder().encode("OggS"));
const right = "data:audio/ogg;base64," + from.call(null, bytes).toString("base64");
const chunks = async function* () {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
};
for (const input of [bytes, new Blob([bytes]), ReadableStream.from(chunks())]) {
  if ((await toDataUrl(input)) !== right) throw new Error("a data URL is wrong");
}
const asr = new Transcriber({ apiKey: "k", baseURL: "http://localhost" });
for (const input of [bytes, new Blob([bytes]), ReadableStream.from(chunks())]) {
  const request = await asr.buildRequest(input);
  if (!(await request.text()).includes('"' + right + '"')) throw new Error("a body is wrong");
}
console.log(typeof globalThis.Buffer);
`;

test("the encoder of the core writes what the platform would", () => {
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(printed.trim(), "undefined");
});
