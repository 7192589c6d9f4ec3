// start.mjs — the demo site with its edge function in workerd and, without a key, the emulator behind it. Started by start.sh.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { project } from "./build/paths.mjs";

const HOST = "127.0.0.1";
const DEFAULT_PORT = 8787;

/** Long enough for a slow machine to load the recogniser, short enough to be told that something is wrong. */
const PATIENCE_SECONDS = 90;

/** @type {import("node:child_process").ChildProcess[]} */
const children = [];
let stopping = false;

/**
 * Starts one of our servers and waits for the line in which it says where it listens.
 * @param {string} name for messages
 * @param {string[]} command parameters of node
 * @param {RegExp} ready with the URL as first group
 * @returns {Promise<string>} the URL
 */
function serve(name, command, ready) {
  const child = spawn(process.execPath, command, { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    const patience = setTimeout(
      () => reject(new Error(`the ${name} did not start within ${PATIENCE_SECONDS} s`)),
      PATIENCE_SECONDS * 1000,
    );
    createInterface({ input: child.stdout }).on("line", (line) => {
      const url = ready.exec(line)?.[1];
      if (!url) return console.log(`${name}: ${line}`);
      clearTimeout(patience);
      resolve(url);
    });
    child.on("exit", (code, signal) => {
      clearTimeout(patience);
      const problem = new Error(`the ${name} ended (${signal ?? `code ${code}`}); its own words are above`);
      reject(problem);
      if (!stopping) stop(1, problem.message);
    });
  });
}

/** Ends the servers and then this program; whoever does not go within three seconds is made to. */
async function stop(code, message) {
  if (stopping) return;
  stopping = true;
  if (message) console.error(message);
  const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
  const gone = Promise.all(running.map((child) => new Promise((resolve) => child.once("exit", resolve))));
  for (const child of running) child.kill("SIGTERM");
  const force = setTimeout(() => {
    for (const child of running) child.kill("SIGKILL");
  }, 3000);
  await gone;
  clearTimeout(force);
  process.exit(code);
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

/** @param {number} wanted @returns {Promise<number>} the next free one from there on */
async function freePort(wanted) {
  for (let port = wanted; port < Math.min(wanted + 100, 65536); port += 1) {
    if (await isFree(port)) {
      if (port !== wanted) console.log(`Port ${wanted} is in use; taking ${port}.`);
      return port;
    }
  }
  throw new Error(`no free port from ${wanted} on; choose one with: npm start -- --port N`);
}

function wantedPort() {
  const { values } = parseArgs({
    options: { port: { type: "string", default: process.env.PORT ?? `${DEFAULT_PORT}` } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Error(`--port ${values.port} is not a port number`);
  return port;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));

try {
  const port = await freePort(wantedPort());
  const site = ["www/serve.mjs", "--port", `${port}`, "--host", HOST];
  if (!process.env.DASHSCOPE_API_KEY) {
    console.log("DASHSCOPE_API_KEY is not set: starting the local emulator, which recognises English on this machine.");
    const model = ["--model-dir", "target/asr-model/tiny"];
    const emulator = ["tests/emulator/main.mjs", "--port", "0", "--host", HOST, ...model];
    site.push("--upstream", await serve("emulator", emulator, /^emulator listening on (\S+)/));
  } else {
    console.log("DASHSCOPE_API_KEY is set: recordings go to DashScope, and recognising them costs money there.");
  }
  const url = await serve("demo site", site, /^demo site on (\S+)/);
  console.log(`\nOpen ${url}   (Ctrl-C stops)\n`);
} catch (error) {
  await stop(1, error instanceof Error ? error.message : String(error));
}
