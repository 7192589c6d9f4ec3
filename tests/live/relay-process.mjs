// Starts that relay, and kills it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Of its page tokens. */
export const SECRET = "a-secret-of-the-pages-that-is-long-enough";

const PROGRAM = fileURLToPath(new URL("relay-server.mjs", import.meta.url));

/** @param {{ upstream: string, port?: number, origins?: string[] }} environment */
export async function startRelay(environment) {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify({ ...environment, secret: SECRET })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  /** @type {string[]} */
  const told = [];
  const port = await new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`the relay ended with code ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("port ")) resolve(Number(line.slice(5)));
      else told.push(line);
    });
  });
  return {
    port,
    url: `http://127.0.0.1:${port}/dashscope`,
    /** What its operator was told. */
    events: () => told.map((line) => JSON.parse(line)),
    kill() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      return gone;
    },
  };
}
