// "Transcribe a file" as users of four packages write it, ready to be bundled, and the bundles.
import { readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { inProject } from "../../scripts/build/paths.mjs";
import { chunks } from "../../scripts/chunks.mjs";

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

const FOLDER = inProject("target", "bench", "bundles");

/**
 * Bundles as a page's build would make them: the entry with all it imports, and chunks that are loaded when they are needed.
 * @returns {Promise<Record<string, { path: string, files: string[], gzip: number, later: number }>>} the entry, all files;
 *   bytes of what is loaded at once, and of what is loaded later, compressed
 */
export async function bundles() {
  rmSync(FOLDER, { recursive: true, force: true });
  const made = {};
  for (const [name, contents] of Object.entries(PROGRAMS)) {
    const { metafile } = await esbuild.build({
      stdin: { contents, resolveDir: inProject("."), loader: "js" },
      outdir: `${FOLDER}/${name.replaceAll(/\W/gu, "_")}`,
      outExtension: { ".js": ".mjs" },
      ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022", legalComments: "none" },
      ...{ splitting: true, metafile: true, absWorkingDir: inProject(".") },
      alias: { "dashscope-asr": OURS },
      plugins: [withoutNode],
      logLevel: "error",
    });
    const { entry, later } = chunks(metafile);
    const weight = (paths) =>
      paths.reduce((sum, path) => sum + gzipSync(readFileSync(inProject(path)), { level: 9 }).length, 0);
    const files = [...entry, ...later].map((path) => inProject(path));
    made[name] = { path: files[0], files, gzip: weight(entry), later: weight(later) };
  }
  return made;
}
