// test.mjs [group…] — sets up, builds, runs the groups and prints what came of each. Run by test.sh.
import { existsSync, globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { FIND, findBrowser } from "./browser.mjs";
import { inProject, project } from "./build/paths.mjs";
import { apart, runCommand, say, takeLeftBehind, withinMinutes } from "./test/command.mjs";
import { groups } from "./test/groups.mjs";
import { summaryLines } from "./test/summary.mjs";

/** @typedef {import("./test/summary.mjs").Outcome} Outcome */

/** No group takes half of this; one that hangs must not hang a build machine until someone looks. */
const LIMIT_MINUTES = 25;

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

/** Runs a script of ours that speaks for itself. */
async function succeeds(command, parameters) {
  return (await runCommand(command, parameters)).code === 0;
}

/** @param {typeof groups[number]} group @returns {Promise<Outcome>} */
async function outcomeOf(group) {
  for (const browser of Object.keys(FIND)) {
    if (!group.needs?.includes(browser) && !group.wants?.includes(browser)) continue;
    const { missing } = FIND[browser]();
    if (missing) return { state: "skipped", note: missing };
  }
  try {
    return await withinMinutes(LIMIT_MINUTES, group.run);
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
if (!(await succeeds("bash", ["scripts/setup.sh", ...parts]))) {
  console.log("\nThe set-up failed, so no tests ran.\n0 passed, 1 failed, 0 skipped");
  process.exit(1);
}
announceBrowser();

const rows = [];

/** @param {string} name @param {() => Outcome | Promise<Outcome>} work */
async function run(name, work) {
  const began = performance.now();
  const outcome = await work();
  const left = takeLeftBehind();
  if (left.length > 0)
    outcome.note = [outcome.note, `left running and ended: ${left.join(", ")}`].filter(Boolean).join("; ");
  const seconds = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  rows.push({ name, seconds, ...outcome });
  say(`--- ${name}: ${outcome.state} after ${seconds}${outcome.note ? ` (${outcome.note})` : ""}`);
  return outcome.state;
}

let built = "passed";
if (chosen.some(({ build }) => build !== false)) {
  console.log("\n=== build: the package");
  built = await run("build", async () =>
    (await succeeds(process.execPath, ["scripts/build.mjs"]))
      ? { state: "passed", note: "" }
      : { state: "FAILED", note: "see above" },
  );
}
/** @param {typeof groups[number]} group */
async function runGroup(group) {
  say(`\n=== ${group.name}: ${group.about}`);
  // What does not depend on the build still has something to say.
  const possible = built === "passed" || group.build === false;
  await run(group.name, () => (possible ? outcomeOf(group) : { state: "FAILED", note: "not run: the build failed" }));
}

/** One group after the other, as `next` gives them. What two of these say is held back until a group is over: nobody speaks in between. */
async function runLane(next, isAlone) {
  for (let group = next(); group; group = next()) {
    const current = group;
    if (isAlone) {
      await apart(() => runGroup(current));
      continue;
    }
    console.log(`… ${current.name}`);
    const said = [];
    await apart(
      () => runGroup(current),
      (chunk) => void said.push(Buffer.from(chunk)),
    );
    process.stdout.write(Buffer.concat(said));
  }
}

// What compiles keeps all processors busy, so one such group at a time; the rest mostly waits for sounds to be spoken.
const compiling = chosen.filter(({ compiles }) => compiles);
const waiting = chosen.filter(({ compiles }) => !compiles);
if (availableParallelism() < 2 || chosen.length === 1) await runLane(() => waiting.shift() ?? compiling.shift(), true);
else {
  // The last ones take longest, which leaves the end even.
  const lanes = [() => waiting.shift(), () => compiling.shift() ?? waiting.pop()];
  await Promise.all(lanes.map((next) => runLane(next, false)));
}

const place = ({ name }) => groups.findIndex((group) => group.name === name);
rows.sort((one, other) => place(one) - place(other));
console.log(["", ...summaryLines(rows)].join("\n"));
process.exitCode = rows.some(({ state }) => state === "FAILED") ? 1 : 0;
