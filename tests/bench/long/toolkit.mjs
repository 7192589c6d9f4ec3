// qwen3-asr-toolkit, the program that the makers of Qwen3-ASR give to people with long recordings: its own command, unchanged. The
// SDK below it reads from the environment where the service is.
import { accessSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { inProject } from "../../../scripts/build/paths.mjs";
import { run } from "./ours.mjs";

export const VERSION = "1.0.4";
const FOLDER = inProject("target", "bench", "qwen3-asr-toolkit");
const COMMAND = join(FOLDER, "bin", "qwen3-asr");

/** Whether it is on this machine. */
export function hasToolkit() {
  try {
    accessSync(COMMAND);
    return true;
  } catch {
    return false;
  }
}

/** From PyPI, into a folder of its own: 6 GB, most of which is CUDA for PyTorch, and minutes. */
export async function installToolkit() {
  await run("python3", ["-m", "venv", FOLDER]);
  // It asks its detector of voices for ONNX, whose runtime is none of its requirements.
  const packages = [`qwen3-asr-toolkit==${VERSION}`, "onnxruntime"];
  await run(join(FOLDER, "bin", "pip"), ["install", "--no-cache-dir", "--quiet", ...packages]);
}

/**
 * @param {string} url of the service @param {string} path of a WAV file, beside which it writes @param {number} [threads]
 * @returns {Promise<import("./ours.mjs").Outcome>}
 */
export async function heardByToolkit(url, path, threads) {
  const given = ["-i", path, "-s", "-t", join(path, "..", "toolkit"), ...(threads ? ["-j", String(threads)] : [])];
  const { ms } = await run(COMMAND, given, {
    env: {
      ...process.env,
      DASHSCOPE_API_KEY: "sk-test",
      DASHSCOPE_HTTP_BASE_URL: `${url}/api/v1`,
      NO_PROXY: "127.0.0.1",
    },
  });
  const [, ...lines] = readFileSync(join(path, "..", `${basename(path, ".wav")}.txt`), "utf8").split("\n");
  return { text: lines.join("\n"), ms };
}
