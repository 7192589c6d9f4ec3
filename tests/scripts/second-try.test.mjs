// Tests that depend on the clock are run once more where they fail, and the summary says so; all others are not.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { inProject, project } from "../../scripts/build/paths.mjs";
import { apart } from "../../scripts/test/command.mjs";
import { nodeTests } from "../../scripts/test/node-tests.mjs";
import { summaryLines } from "../../scripts/test/summary.mjs";

const PASSES = `import { test } from "node:test";\ntest("passes", () => {});\n`;
const FAILS = `import { test } from "node:test";\ntest("fails", () => { throw new Error("always"); });\n`;

/** Passes when it is run again. */
const LATE = `
import { existsSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
const mark = import.meta.filename + ".ran";
const again = existsSync(mark);
writeFileSync(mark, "");
describe("a suite", () => {
  test("is too late at first", () => { if (!again) throw new Error("late"); });
  test("is always in time", () => {});
});
`;

const context = process.env.NODE_TEST_CONTEXT;
const folders = [];

// A test runner that knows of another one above it talks to that.
before(() => void delete process.env.NODE_TEST_CONTEXT);

after(() => {
  if (context !== undefined) process.env.NODE_TEST_CONTEXT = context;
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
    rmSync(inProject("target", "logs", `${relative(project, folder).replaceAll("/", "-")}.json`), { force: true });
  }
});

/** @param {Record<string, string>} files @param {boolean} byTheClock */
async function outcomeOf(files, byTheClock) {
  mkdirSync(inProject("tests", ".tmp"), { recursive: true });
  const folder = mkdtempSync(inProject("tests", ".tmp", "second-try-"));
  folders.push(folder);
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, `${name}.test.mjs`), source);
  return apart(
    () => nodeTests(relative(project, folder), { byTheClock }),
    () => {},
  );
}

test("a file that passes then passes, and what failed in it at first is named", async () => {
  const outcome = await outcomeOf({ late: LATE, passes: PASSES }, true);
  assert.deepEqual(outcome, { state: "passed", note: "3 tests", skipped: [], secondTry: ["is too late at first"] });
  assert.deepEqual(summaryLines([{ name: "www", seconds: "1.0 s", ...outcome }]).slice(2), [
    "Passed at the second try only",
    '  www, "is too late at first"',
    "1 passed, 0 failed, 0 skipped",
  ]);
});

test("a file that fails again has failed, also beside one that does not", async () => {
  const outcome = await outcomeOf({ late: LATE, fails: FAILS }, true);
  assert.deepEqual(outcome, { state: "FAILED", note: "2 of 3 tests" });
});

test("where many fail, none is tried again", async () => {
  const outcome = await outcomeOf({ one: LATE, two: LATE, three: LATE }, true);
  assert.deepEqual(outcome, { state: "FAILED", note: "3 of 6 tests" });
});

test("what does not depend on the clock is not tried again", async () => {
  assert.deepEqual(await outcomeOf({ late: LATE }, false), { state: "FAILED", note: "1 of 2 tests" });
});
