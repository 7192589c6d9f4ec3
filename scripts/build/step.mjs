// step.mjs — runs a build step when its inputs changed, and says how long it took.
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { inProject, project } from "./paths.mjs";

const STAMPS = inProject("target", "stamps");
const started = performance.now();
let ran = 0;

/**
 * A step is its inputs, its outputs and the work between. The hash of the inputs is written down only after the work is
 * done, so an interrupted build starts over where it broke.
 * @param {string} name
 * @param {{ inputs: string[], outputs: string[], settings?: unknown }} files globs of inputs, paths of outputs;
 *   settings is anything else that the result depends on
 * @param {() => void | Promise<void>} work
 */
export async function step(name, { inputs, outputs, settings }, work) {
  const stamp = inProject("target", "stamps", name.replaceAll(/\W+/g, "-"));
  const hash = hashOf(inputs, settings);
  const current =
    existsSync(stamp) && readFileSync(stamp, "utf8") === hash && outputs.every((path) => existsSync(path));
  if (current) return;

  rmSync(stamp, { force: true });
  const began = performance.now();
  await work();
  const lacking = outputs.find((path) => !existsSync(path));
  if (lacking) throw new Error(`${name}: did not write ${relative(project, lacking)}`);
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(stamp, hash);
  ran += 1;
  console.log(`[build] ${name}: ${seconds(began)}`);
}

/** @param {string[]} inputs @param {unknown} settings */
function hashOf(inputs, settings) {
  // A change of the build scripts themselves counts as well: their output is what they say it is.
  const patterns = [...inputs, inProject("scripts", "build", "*.mjs"), inProject("package-lock.json")];
  const hash = createHash("sha256").update(JSON.stringify(settings ?? null));
  for (const pattern of patterns) {
    const files = globSync(pattern).sort();
    if (files.length === 0) throw new Error(`no file matches ${relative(project, pattern)}`);
    for (const file of files) hash.update(`\0${relative(project, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Prints the last line: what the whole build took. @returns {boolean} whether there was anything to do */
export function finishSteps() {
  console.log(`[build] ${ran === 0 ? "everything was current" : "done"}: ${seconds(started)}`);
  return ran > 0;
}

/** @param {number} since */
function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
