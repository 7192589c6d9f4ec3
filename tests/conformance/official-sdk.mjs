// The official Python SDK as something a Node test can call.
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Makes the Python environment when there is none yet.
 * @returns {string | false} why the SDK cannot be had on this machine, as node:test's `skip` wants it
 */
export function officialSdkMissing() {
  const { status, stderr } = spawnSync("bash", [at("../../scripts/python-venv.sh")], { encoding: "utf8" });
  if (status === 0) return false;
  return `the official Python SDK is not available: ${stderr.trim() || `scripts/python-venv.sh failed (${status})`}`;
}

/**
 * @param {string} emulatorUrl
 * @param {{ key?: string }} [options]
 */
export function startOfficialSdk(emulatorUrl, { key = "sk-test" } = {}) {
  const child = spawn(
    at("../../target/python-venv/bin/python"),
    ["-W", "ignore::FutureWarning", at("official_sdk.py")],
    {
      stdio: ["pipe", "pipe", "inherit"],
      // No proxy of the machine may come between the SDK and the emulator.
      env: {
        PATH: process.env.PATH,
        EMULATOR_URL: emulatorUrl,
        DASHSCOPE_API_KEY: key,
        NO_PROXY: "127.0.0.1,localhost",
      },
    },
  );
  /** @type {Map<number, { resolve: Function, reject: Function }>} */
  const waiting = new Map();
  let lastId = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, ...reply } = JSON.parse(line);
    waiting.get(id)?.resolve(reply);
    waiting.delete(id);
  });
  child.on("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the SDK's process ended with code ${code}`));
  });

  return {
    /**
     * @param {string} call for example "Transcription.call"
     * @param {object} [callArguments]
     * @returns {Promise<{ value?: any, raised?: { type: string, message: string } }>}
     */
    call(call, callArguments = {}) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, call, arguments: callArguments })}\n`);
      });
    },
    close: () => void child.stdin.end(),
  };
}
