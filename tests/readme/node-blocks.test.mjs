// Every block for Node is run as it stands, and compiled as strict TypeScript.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { createProject } from "../packaging/packed.mjs";
import { compile, PLATFORM } from "../types/compile.mjs";
import { blocks, promises } from "./blocks.mjs";

const run = promisify(execFile);

/** The service's addresses lead to the emulator; the blocks cannot tell. */
const NETWORK = `
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  if (!url.hostname.endsWith(".aliyuncs.com")) throw new TypeError(\`no network: \${url.host}\`);
  const { method, headers, signal } = request;
  const body = method === "GET" ? undefined : await request.arrayBuffer();
  const answer = await fetch(new URL(url.pathname + url.search, process.env.EMULATOR), { method, headers, signal, body });
  if (!answer.headers.get("content-type")?.startsWith("application/json")) return answer;
  // The stores are the service's, too.
  const text = (await answer.text()).replaceAll(process.env.EMULATOR, "https://store.oss-ap-southeast-1.aliyuncs.com");
  return new Response(text, { status: answer.status, headers: answer.headers });
};
`;

const AT_HAND = `
import { readFileSync } from "node:fs";
import { Transcriber } from "dashscope-asr";
globalThis.asr = new Transcriber({ apiKey: "sk-readme" });
globalThis.file = new File([readFileSync("recording.wav")], "recording.wav", { type: "audio/wav" });
globalThis.url = process.env.RECORDING;
`;

const DECLARATIONS = `
declare module "node:fs" {
  export function openAsBlob(path: string): Promise<Blob>;
}
declare module "node:fs/promises" {
  export function readFile(path: string): Promise<Uint8Array>;
}
declare const asr: import("dashscope-asr").Transcriber;
declare const file: File;
declare const url: string;
`;

const all = blocks().filter(({ kind }) => kind.startsWith("node"));
const nameOf = ({ line }) => `block_${line}`;

let emulator;
let site;
let folder;

before(async () => {
  emulator = await startEmulator({ port: 0 });
  site = createServer((_, response) => response.end(jfk.read()));
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const files = { "network.mjs": NETWORK, "at_hand.mjs": AT_HAND, "globals.d.ts": DECLARATIONS };
  files["recording.wav"] = jfk.read();
  for (const block of all) {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    files[`${nameOf(block)}.mts`] = `${block.code}\nexport {};\n`;
    files[`${nameOf(block)}.mjs`] = ts.transpileModule(block.code, { compilerOptions: options }).outputText;
  }
  folder = await createProject("readme-node", files);
});

after(async () => {
  site?.close();
  await emulator?.close();
});

describe("README.md", () => {
  for (const block of all) {
    test(`line ${block.line} runs`, async () => {
      const preludes = ["network.mjs", ...(block.kind === "node alone" ? [] : ["at_hand.mjs"])];
      const imports = preludes.flatMap((name) => ["--import", pathToFileURL(join(folder, name)).href]);
      const { stdout, stderr } = await run(process.execPath, [...imports, `${nameOf(block)}.mjs`], {
        cwd: folder,
        env: {
          ...process.env,
          EMULATOR: emulator.url,
          RECORDING: `http://127.0.0.1:${site.address().port}/recording.wav`,
          DASHSCOPE_API_KEY: "sk-readme",
        },
      });
      assert.equal(stderr, "");
      const lines = stdout.split("\n");
      for (const promise of promises(block.code)) {
        const at = lines.findIndex((line) => line.startsWith(promise));
        assert.ok(at >= 0, `no line begins with "${promise}" in:\n${stdout}`);
        lines.splice(0, at + 1);
      }
    });
  }

  test("its TypeScript compiles", () => {
    const options = { module: "nodenext", target: "es2022", lib: [...PLATFORM, "esnext.disposable"] };
    const check = (blocks, more) => {
      const files = blocks.map((block) => `${nameOf(block)}.mts`);
      assert.equal(compile(folder, ["globals.d.ts", ...files], { ...options, ...more }), "");
    };
    const written = all.filter(({ language }) => language === "ts");
    const usesAiSdk = ({ code }) => / from "ai";/.test(code);
    check(written.filter((block) => !usesAiSdk(block)));
    // The AI SDK's own declarations do not compile without Node's types, and give metadata as a record of anything.
    check(written.filter(usesAiSdk), { skipLibCheck: true, noPropertyAccessFromIndexSignature: false });
  });
});
