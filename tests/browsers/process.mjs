// Programs that the tests start and end.
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 20_000;

/**
 * Waits until `ask` succeeds.
 * @param {import("node:child_process").ChildProcess} child @param {string} name @param {() => Promise<unknown>} ask
 */
export async function untilReady(child, name, ask) {
  let failure;
  child.on("error", (error) => (failure = error));
  for (const began = Date.now(); Date.now() - began < PATIENCE_MS; await sleep(50)) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode}`);
    if (
      await ask().then(
        () => true,
        () => false,
      )
    )
      return;
  }
  await ended(child);
  throw new Error(`${name} was not ready after ${PATIENCE_MS / 1000} s`);
}

/** @param {import("node:child_process").ChildProcess | undefined} child */
export async function ended(child) {
  if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}
