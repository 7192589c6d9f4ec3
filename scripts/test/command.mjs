// command.mjs — runs one command of a test group with its output shown, kept, and limited in time. Nothing that it has started
// survives it.
import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { inProject, project } from "../build/paths.mjs";
import { createMark, endMarked, signal } from "./processes.mjs";

/** Whoever is asked to end gets so long: package managers and servers have something to put in order. */
const GRACE_MS = 5000;

/** @type {Set<{ child: import("node:child_process").ChildProcess, mark: Record<string, string> }>} */
const running = new Set();

/**
 * What commands have in common that run for one purpose, while others run beside them.
 * @typedef {object} Scope
 * @property {number} [deadline] when they have to be over
 * @property {string[]} leftBehind what was still running after its command, in words
 * @property {(chunk: Uint8Array | string, isTrouble?: boolean) => void} show where their output goes
 */

/** @type {Scope} */
const OUTSIDE = {
  leftBehind: [],
  show: (chunk, isTrouble) => void (isTrouble ? process.stderr : process.stdout).write(chunk),
};
/** @type {AsyncLocalStorage<Scope>} */
const scopes = new AsyncLocalStorage();
const scope = () => scopes.getStore() ?? OUTSIDE;

/**
 * Gives work a time limit, a list of what it has left behind, and, if wanted, an output of its own.
 * @template T @param {() => Promise<T>} work @param {Scope["show"]} [show] @returns {Promise<T>}
 */
export const apart = (work, show = OUTSIDE.show) => scopes.run({ leftBehind: [], show }, work);

/** Writes a line to where the output of commands goes. @param {string} line */
export const say = (line) => scope().show(`${line}\n`);

/** @returns {string[]} what commands have left behind since this was asked the last time; it was ended */
export const takeLeftBehind = () => scope().leftBehind.splice(0);

let interrupted = false;

/** What awaits this goes no further: nothing new begins while everything is being ended. */
const forever = new Promise(() => {});

for (const [name, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.on(name, async () => {
    // One Ctrl-C may arrive twice: from the terminal, and from npm, which sends it on. It takes seconds at most.
    if (interrupted) return;
    interrupted = true;
    await Promise.all([...running].map((each) => end(each)));
    for (const each of takeLeftBehind()) console.error(`ended as well: ${each}`);
    process.exit(128 + number);
  });
}

/**
 * Gives all commands that `work` runs so much time together.
 * @template T @param {number} minutes @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function withinMinutes(minutes, work) {
  const milliseconds = minutes * 60_000;
  const own = scope();
  own.deadline = Date.now() + milliseconds;
  // The commands are stopped by themselves; this is for work that hangs without one.
  const overdue = sleep(milliseconds + 4 * GRACE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`it was given up after ${minutes} minutes`);
  });
  try {
    return await Promise.race([work(), overdue]);
  } finally {
    own.deadline = undefined;
  }
}

/** Every command is the leader of its own process group, so that most of what is below it ends with it. */
async function end({ child, mark }) {
  if (child.pid === undefined) return;
  signal(-child.pid, "SIGTERM");
  for (const until = Date.now() + GRACE_MS; Date.now() < until && signal(-child.pid, 0); await sleep(50));
  await endAll(child, mark, 0);
}

/** What has left the process group has a mark; the group is for systems that do not show marks. */
async function endAll(child, mark, grace) {
  scope().leftBehind.push(...(await endMarked(mark, grace)));
  signal(-child.pid, "SIGKILL");
}

/**
 * @param {string} program
 * @param {string[]} parameters
 * @param {{ environment?: Record<string, string>, quiet?: boolean }} [options] quiet: shown only if the command fails
 * @returns {Promise<{ code: number, output: string }>} output is what it wrote to either stream
 */
export async function runCommand(program, parameters, { environment = {}, quiet = false } = {}) {
  if (interrupted) await forever;
  const mark = createMark();
  const child = spawn(program, parameters, {
    cwd: project,
    env: { ...process.env, ...environment, ...mark },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const command = { child, mark };
  running.add(command);
  const { show, deadline } = scope();
  const chunks = [];
  for (const from of [child.stdout, child.stderr]) {
    from.on("data", (chunk) => {
      chunks.push(chunk);
      if (!quiet) show(chunk, from === child.stderr);
    });
  }
  const closed = new Promise((resolve) => child.once("close", resolve));
  const exited = new Promise((resolve, reject) => {
    child.once("exit", resolve);
    child.once("error", (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
  });
  let overdue = false;
  const limit =
    deadline &&
    setTimeout(
      () => {
        overdue = true;
        end(command);
      },
      Math.max(0, deadline - Date.now()),
    );
  try {
    const code = await exited;
    // What it left running would disturb the next group, and hold on to the pipes.
    await endAll(child, mark);
    await Promise.race([closed, sleep(GRACE_MS, undefined, { ref: false })]);
    if (interrupted) await forever;
    const output = Buffer.concat(chunks).toString("utf8");
    if (quiet && code !== 0) show(output, true);
    if (overdue) throw new Error(`${program} was stopped because its time was over`);
    return { code: code ?? 1, output };
  } finally {
    clearTimeout(limit);
    running.delete(command);
  }
}

/** The toolchain that has the wasm32 target, as cargo's first parameter. @returns {string[]} */
export function wasmToolchain() {
  const remembered = inProject("target", "wasm-toolchain");
  const name = existsSync(remembered) ? readFileSync(remembered, "utf8").trim() : "";
  return name ? [`+${name}`] : [];
}
