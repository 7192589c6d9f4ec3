// How much more memory a process needs, at its worst moment, while a Blob on disk becomes a request body.
//   node tests/bench/memory.mjs <contender> <file> <body|data-url>   one contender in a process of its own; prints bytes
import { spawnSync } from "node:child_process";
import { openAsBlob, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bodyContenders, dataUrlContenders, recording } from "./body.mjs";

/** The highest memory this process ever had, in bytes, as the kernel counted it. */
const peak = () => process.resourceUsage().maxRSS * 1024;

/** Starts the kernel's count anew where it lets us (Linux); elsewhere the start of the process is in it. */
function forget() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Only the past is counted too then, which is smaller than what comes.
  }
}

/** The count since `forget`, which resourceUsage() does not see. */
function peakSince() {
  try {
    return Number(/VmHWM:\s+(\d+)/u.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;
  } catch {
    return peak();
  }
}

async function measureHere(name, file, kind) {
  const ours = await import("../../dist/index.js");
  const { default: OpenAI } = await import("openai");
  const contenders = kind === "body" ? bodyContenders({ ours, OpenAI }) : dataUrlContenders({ ours });
  // Code, caches and the wasm's first page are not the payload's.
  await contenders[name](new Blob([recording(2_000_000)]));
  const blob = await openAsBlob(file, { type: "audio/wav" });
  globalThis.gc?.();
  forget();
  const before = process.memoryUsage.rss();
  const body = await contenders[name](blob);
  console.log(peakSince() - before);
  return body; // kept until the count was read
}

/**
 * Peak extra bytes of each contender, each in three fresh processes, the median.
 *
 * @param {number} length of the recording
 * @param {"body" | "data-url"} kind
 * @param {number} runs
 * @returns {Record<string, number>}
 */
export function peakMemory(length, kind, runs, names) {
  const file = join(tmpdir(), `bench-${process.pid}.wav`);
  writeFileSync(file, recording(length));
  try {
    return Object.fromEntries(
      names.map((name) => {
        const counts = Array.from({ length: runs }, () => {
          const parameters = ["--expose-gc", fileURLToPath(import.meta.url), name, file, kind];
          const { stdout, stderr, status } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
          if (status !== 0) throw new Error(`${name}: ${stderr}`);
          return Number(stdout.trim());
        });
        return [name, counts.sort((a, b) => a - b)[runs >> 1]];
      }),
    );
  } finally {
    rmSync(file, { force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [name, file, kind] = process.argv.slice(2);
  await measureHere(name, file, kind);
}
