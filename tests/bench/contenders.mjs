// "Transcribe a file" as users of four packages write it, ready to be bundled, and the bundles.
import { mkdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { inProject } from "../../scripts/build/paths.mjs";

const OURS = inProject("dist", "index.js");

/** Each exports `transcribe(file, fetch)`: makes a client and sends a file. */
export const PROGRAMS = {
  ours: `import { Transcriber } from "dashscope-asr";
export async function transcribe(file, fetch) {
  return (await new Transcriber({ apiKey: "sk-test", baseURL: "http://localhost", fetch }).transcribe(file)).text;
}`,
  openai: `import OpenAI from "openai";
export async function transcribe(file, fetch) {
  const client = new OpenAI({ apiKey: "sk-test", baseURL: "http://localhost/v1", fetch, dangerouslyAllowBrowser: true });
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 32768) binary += String.fromCharCode(...bytes.subarray(at, at + 32768));
  const data = "data:audio/wav;base64," + btoa(binary);
  const messages = [{ role: "user", content: [{ type: "input_audio", input_audio: { data } }] }];
  return (await client.chat.completions.create({ model: "qwen3-asr-flash", messages })).choices[0].message.content;
}`,
  "@deepgram/sdk": `import { DeepgramClient } from "@deepgram/sdk";
export async function transcribe(file, fetch) {
  const client = new DeepgramClient({ apiKey: "test", fetch });
  return await client.listen.v1.media.transcribeFile(file, { model: "nova-3" });
}`,
  assemblyai: `import { AssemblyAI } from "assemblyai";
export async function transcribe(file, fetch) {
  globalThis.fetch = fetch; // it takes none
  return (await new AssemblyAI({ apiKey: "test" }).transcripts.transcribe({ audio: file })).text;
}`,
};

/** What packages mention for Node only is empty in a page, as bundlers have it. @type {import("esbuild").Plugin} */
export const withoutNode = {
  name: "without-node",
  setup(build) {
    const filter =
      /^(node:.*|fs|fs\/promises|path|stream|stream\/.*|crypto|ws|buffer|url|util|http|https|net|tls|zlib|events)$/;
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: "nothing" }));
    build.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};

const FOLDER = inProject("target", "bench");

/**
 * Bundles as a page's build would make them.
 * @returns {Promise<Record<string, { path: string, bytes: number, gzip: number }>>}
 */
export async function bundles() {
  mkdirSync(FOLDER, { recursive: true });
  const made = {};
  for (const [name, contents] of Object.entries(PROGRAMS)) {
    const path = `${FOLDER}/${name.replaceAll(/\W/gu, "_")}.mjs`;
    await esbuild.build({
      stdin: { contents, resolveDir: inProject("."), loader: "js" },
      outfile: path,
      ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022", legalComments: "none" },
      alias: { "dashscope-asr": OURS },
      plugins: [withoutNode],
      logLevel: "error",
    });
    const code = readFileSync(path);
    made[name] = { path, bytes: code.length, gzip: gzipSync(code, { level: 9 }).length };
  }
  return made;
}
