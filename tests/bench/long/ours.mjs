// ours.mjs <url> <file> <options as JSON>: a recording on disk becomes text, in a process of its own; prints it as JSON.
import { spawn } from "node:child_process";
import { openAsBlob } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** @typedef {{ text: string, ms: number }} Outcome `ms`: from the start of the program to its end */

/** @param {string} program @param {string[]} given @param {import("node:child_process").SpawnOptions} [options] */
export async function run(program, given, options) {
  const began = performance.now();
  const child = spawn(program, given, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const ended = new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [code, output, complaint] = await Promise.all([ended, textOf(child.stdout), textOf(child.stderr)]);
  if (code !== 0) throw new Error(`${program} has ended with ${code}: ${complaint.slice(-2_000)}`);
  return { output, ms: performance.now() - began };
}

/** @param {string} url @param {string} path @param {object} options of `transcribe` @returns {Promise<Outcome>} */
export async function heardByNode(url, path, options) {
  const parameters = [fileURLToPath(import.meta.url), url, path, JSON.stringify(options)];
  const { output, ms } = await run(process.execPath, parameters);
  return { text: JSON.parse(output), ms };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { Transcriber } = await import("../../../dist/index.js");
  const [baseURL, path, options] = process.argv.slice(2);
  const asr = new Transcriber({ apiKey: "sk-test", baseURL });
  const { text } = await asr.transcribe(await openAsBlob(path), JSON.parse(options));
  console.log(JSON.stringify(text));
}
