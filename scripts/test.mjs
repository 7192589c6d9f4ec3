// test.mjs [group…] — sets up, builds, runs the groups one after the other and prints what came of each. Run by test.sh.
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { dirname } from "node:path";
import { FIND, findBrowser } from "./browser.mjs";
import { inProject, project } from "./build/paths.mjs";
import { groups } from "./test/groups.mjs";

/** @typedef {"passed" | "FAILED" | "skipped"} State */
/** @typedef {{ state: State, note: string }} Outcome what a group says of itself */

/** A folder that no group runs would look tested and not be. */
function forgottenFolders() {
  const known = groups.flatMap(({ folder }) => folder ?? []);
  const folders = globSync("tests/*/**/*.test.{mjs,ts}", { cwd: project }).map(dirname);
  return [...new Set(folders)].filter((folder) => !known.some((each) => `${folder}/`.startsWith(`${each}/`)));
}

function chosenGroups() {
  const forgotten = forgottenFolders();
  if (forgotten.length > 0) {
    console.error(`no group in scripts/test/groups.mjs runs ${forgotten.join(", ")}`);
    process.exit(2);
  }
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

/** Runs a script of ours that speaks for itself. @returns {boolean} whether it succeeded */
function succeeds(command, parameters) {
  return spawnSync(command, parameters, { cwd: project, stdio: "inherit" }).status === 0;
}

/** @param {typeof groups[number]} group @returns {Promise<Outcome>} */
async function outcomeOf(group) {
  for (const browser of Object.keys(FIND)) {
    if (!group.needs?.includes(browser) && !group.wants?.includes(browser)) continue;
    const { missing } = FIND[browser]();
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
if (!succeeds("bash", ["scripts/setup.sh", ...parts])) {
  console.log("\nThe set-up failed, so no tests ran.\n0 passed, 1 failed, 0 skipped");
  process.exit(1);
}
announceBrowser();

const rows = [];

/** @param {string} name @param {() => Outcome | Promise<Outcome>} work */
async function run(name, work) {
  const began = performance.now();
  const outcome = await work();
  const seconds = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  rows.push({ name, seconds, ...outcome });
  console.log(`--- ${name}: ${outcome.state} after ${seconds}${outcome.note ? ` (${outcome.note})` : ""}`);
  return outcome.state;
}

let built = "passed";
if (chosen.some(({ build }) => build !== false)) {
  console.log("\n=== build: the package");
  built = await run("build", () =>
    succeeds(process.execPath, ["scripts/build.mjs"])
      ? { state: "passed", note: "" }
      : { state: "FAILED", note: "see above" },
  );
}
for (const group of chosen) {
  console.log(`\n=== ${group.name}: ${group.about}`);
  // What does not depend on the build still has something to say.
  const possible = built === "passed" || group.build === false;
  await run(group.name, () => (possible ? outcomeOf(group) : { state: "FAILED", note: "not run: the build failed" }));
}

const count = (state) => rows.filter((row) => row.state === state).length;
const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
console.log("\nSummary");
for (const { name, state, seconds, note } of rows) {
  console.log(`${name.padEnd(width)}${state.padEnd(9)}${seconds.padStart(9)}  ${note}`);
}
console.log(`${count("passed")} passed, ${count("FAILED")} failed, ${count("skipped")} skipped`);
process.exitCode = count("FAILED") > 0 ? 1 : 0;
