// What is said at the end of the tests: whatever did not run, and what it lacks.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { inProject } from "../../scripts/build/paths.mjs";
import { summaryLines } from "../../scripts/test/summary.mjs";

const run = promisify(execFile);

const row = (name, state, more = {}) => ({ name, state, seconds: "1.0 s", note: "", ...more });

test("groups and single tests that did not run are named with what they lack; those that lack the same, together", () => {
  const reason = "no Bun; npm has it";
  const skipped = ["one", "two", "three"].map((name) => ({ name, reason }));
  assert.deepEqual(
    summaryLines([
      row("native", "passed", { note: "9 tests" }),
      row("packaging", "passed", { note: "5 tests, 4 skipped", skipped: [...skipped, { name: "four", reason: "" }] }),
      row("conformance", "skipped", { skipped: [{ name: "all", reason: "no Python" }] }),
      row("firefox", "skipped", { note: "no Firefox; apt-get has it" }),
      row("www", "FAILED", { note: "1 of 2 tests" }),
    ]),
    [
      "Summary",
      "native       passed       1.0 s  9 tests",
      "packaging    passed       1.0 s  5 tests, 4 skipped",
      "conformance  skipped      1.0 s",
      "firefox      skipped      1.0 s",
      "www          FAILED       1.0 s  1 of 2 tests",
      "Not run, and why",
      "  firefox: no Firefox; apt-get has it",
      '  packaging, "one" and 2 more: no Bun; npm has it',
      '  packaging, "four": no reason was given',
      '  conformance, "all": no Python',
      "2 passed, 1 failed, 2 skipped",
    ],
  );
});

test("where everything ran, there is nothing to name", () => {
  assert.deepEqual(summaryLines([row("native", "passed")]).slice(2), ["1 passed, 0 failed, 0 skipped"]);
});

/** Every way to leave a test out. */
const TESTS = `
import { describe, test } from "node:test";
test("runs", () => {});
test("by its option", { skip: "no ffmpeg" }, () => {});
test("from inside", (t) => t.skip("no network"));
test("later", { todo: "not written" }, () => {});
test("without a reason", { skip: true }, () => {});
test("not skipped", { skip: false }, () => {});
test("not skipped either", { skip: undefined }, () => {});
describe("many", { skip: "no browser" }, () => { test("inside", () => {}); });
`;

let folder;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "summary-"));
  writeFileSync(join(folder, "some.test.mjs"), TESTS);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("the reporter keeps the reason of each", async () => {
  const reporter = inProject("scripts", "test", "summary-reporter.mjs");
  // A test runner that knows of another one above it talks to that.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await run(
    process.execPath,
    ["--test", `--test-reporter=${reporter}`, join(folder, "some.test.mjs")],
    {
      env,
    },
  );
  const { counts, skipped } = JSON.parse(stdout);
  assert.equal(counts.failed, 0);
  assert.deepEqual(skipped, [
    { name: "by its option", reason: "no ffmpeg" },
    { name: "from inside", reason: "no network" },
    { name: "later", reason: "not written" },
    { name: "without a reason", reason: "" },
    { name: "many", reason: "no browser" },
  ]);
});
