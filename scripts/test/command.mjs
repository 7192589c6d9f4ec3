// command.mjs — runs one command of a test group with its output shown, kept, and limited in time.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { inProject, project } from "../build/paths.mjs";

/** No group takes a third of this; one that hangs must not hang a build machine until someone looks. */
const LIMIT_MINUTES = 15;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

// Every command is the leader of its own process group, so that browsers and servers below it end with it.
function end(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    for (const child of running) end(child);
    process.exit(130);
  });
}

/**
 * @param {string} program
 * @param {string[]} parameters
 * @param {{ environment?: Record<string, string>, quiet?: boolean }} [options] quiet: shown only if the command fails
 * @returns {Promise<{ code: number, output: string }>} output is what it wrote to either stream
 */
export function runCommand(program, parameters, { environment = {}, quiet = false } = {}) {
  const child = spawn(program, parameters, {
    cwd: project,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  running.add(child);
  const chunks = [];
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    from.on("data", (chunk) => {
      chunks.push(chunk);
      if (!quiet) to.write(chunk);
    });
  }
  let overdue = false;
  const limit = setTimeout(() => {
    overdue = true;
    end(child);
  }, LIMIT_MINUTES * 60_000);

  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(limit);
      running.delete(child);
    };
    child.on("error", (error) => {
      settle();
      reject(new Error(`${program} could not be started: ${error.message}`));
    });
    child.on("close", (code) => {
      settle();
      // What it left running would disturb the next group.
      end(child);
      const output = Buffer.concat(chunks).toString("utf8");
      if (quiet && code !== 0) process.stderr.write(output);
      if (overdue) reject(new Error(`${program} was stopped after ${LIMIT_MINUTES} minutes`));
      else resolve({ code: code ?? 1, output });
    });
  });
}

/** The toolchain that has the wasm32 target, as cargo's first parameter. @returns {string[]} */
export function wasmToolchain() {
  const remembered = inProject("target", "wasm-toolchain");
  const name = existsSync(remembered) ? readFileSync(remembered, "utf8").trim() : "";
  return name ? [`+${name}`] : [];
}
