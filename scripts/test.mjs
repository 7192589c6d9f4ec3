// test.mjs [group…] — sets up, builds, runs the groups one after the other and prints what came of each. Run by test.sh.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findBrowser } from "./browser.mjs";
import { inProject, project } from "./build/paths.mjs";
import { groups } from "./test/groups.mjs";

/** @typedef {"passed" | "FAILED" | "skipped"} State */
/** @typedef {{ state: State, note: string }} Outcome what a group says of itself */

function chosenGroups() {
  const present = groups.filter(({ folder }) => !folder || existsSync(inProject(folder)));
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !present.some((group) => group.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such test group: ${unknown.join(", ")}; there are: ${present.map(({ name }) => name).join(", ")}`,
    );
    process.exit(2);
  }
  return names.length === 0 ? present : present.filter(({ name }) => names.includes(name));
}

/** Runs a script of ours that speaks for itself, and ends this program when it fails. */
function must(command, parameters) {
  const { status } = spawnSync(command, parameters, { cwd: project, stdio: "inherit" });
  if (status === 0) return;
  console.error(`\n${parameters[0]} failed, so no tests ran.\n0 passed, 1 failed, 0 skipped`);
  process.exit(1);
}

/** @param {typeof groups[number]} group @returns {Promise<Outcome>} */
async function outcomeOf(group) {
  if (group.needs?.includes("browser")) {
    const { missing } = findBrowser();
    if (missing) return { state: "skipped", note: missing };
  }
  try {
    return await group.run();
  } catch (error) {
    return { state: "FAILED", note: error instanceof Error ? error.message : String(error) };
  }
}

/** The browser's place, for every test that starts one. */
function announceBrowser() {
  const { chromium, chromedriver } = findBrowser();
  if (chromium) process.env.CHROMIUM = chromium;
  if (chromedriver) process.env.CHROMEDRIVER = chromedriver;
}

const chosen = chosenGroups();
const parts = new Set(["wasm-target", "wasm-tools", ...chosen.flatMap(({ needs }) => needs ?? [])]);
must("bash", ["scripts/setup.sh", ...parts]);
if (chosen.some(({ build }) => build !== false)) must(process.execPath, ["scripts/build.mjs"]);
announceBrowser();

const rows = [];
for (const group of chosen) {
  console.log(`\n=== ${group.name}: ${group.about}`);
  const began = performance.now();
  const outcome = await outcomeOf(group);
  const seconds = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  rows.push({ name: group.name, seconds, ...outcome });
  console.log(`--- ${group.name}: ${outcome.state} after ${seconds}${outcome.note ? ` (${outcome.note})` : ""}`);
}

const count = (state) => rows.filter((row) => row.state === state).length;
const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
console.log("\nSummary");
for (const { name, state, seconds, note } of rows) {
  console.log(`${name.padEnd(width)}${state.padEnd(9)}${seconds.padStart(9)}  ${note}`);
}
console.log(`${count("passed")} passed, ${count("FAILED")} failed, ${count("skipped")} skipped`);
process.exitCode = count("FAILED") > 0 ? 1 : 0;
