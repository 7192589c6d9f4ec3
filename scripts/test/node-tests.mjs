// node-tests.mjs — the tests of one folder on Node's own test runner.
//
// A folder may bring a setup.sh for what only its tests need. It ends with code 77 where this machine cannot have it; the
// last line it printed is then the reason for which the group is skipped.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { inProject } from "../build/paths.mjs";
import { runCommand } from "./command.mjs";

const SKIP = 77;

/** One test that hangs should be named, and long before the whole group is stopped. */
const TEST_LIMIT_MS = 300_000;

/**
 * @param {string} folder
 * @param {number} [together] how many files run at a time; Node's own choice is one less than the machine has processors
 * @returns {Promise<import("./summary.mjs").Outcome>}
 */
export async function nodeTests(folder, together) {
  const files = globSync(`${inProject(folder)}/**/*.test.{mjs,ts}`).sort();
  if (files.length === 0) return { state: "FAILED", note: `${folder} has no *.test.mjs` };

  const preparation = inProject(folder, "setup.sh");
  if (existsSync(preparation)) {
    const { code, output } = await runCommand("bash", [preparation]);
    if (code === SKIP) return { state: "skipped", note: output.trim().split("\n").at(-1) ?? "" };
    if (code !== 0) return { state: "FAILED", note: `${folder}/setup.sh ended with code ${code}` };
  }

  const summary = inProject("target", "logs", `${folder.replaceAll("/", "-")}.json`);
  mkdirSync(inProject("target", "logs"), { recursive: true });
  rmSync(summary, { force: true });
  const { code } = await runCommand(process.execPath, [
    "--test",
    `--test-timeout=${TEST_LIMIT_MS}`,
    ...(together ? [`--test-concurrency=${together}`] : []),
    ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
    ...[
      `--test-reporter=${inProject("scripts", "test", "summary-reporter.mjs")}`,
      `--test-reporter-destination=${summary}`,
    ],
    ...files,
  ]);
  if (!existsSync(summary)) return { state: "FAILED", note: `the test runner ended with code ${code}` };
  return judge(code, JSON.parse(readFileSync(summary, "utf8")));
}

/**
 * @param {number} code
 * @param {{ counts: { passed: number, failed: number, cancelled: number }, skipped: import("./summary.mjs").Skipped[] }} summary
 * @returns {import("./summary.mjs").Outcome}
 */
function judge(code, { counts: { passed, failed, cancelled }, skipped }) {
  const notRun = skipped.length;
  if (code !== 0) return { state: "FAILED", note: `${failed + cancelled} of ${passed + failed + cancelled} tests` };
  if (passed === 0 && notRun > 0) return { state: "skipped", note: "", skipped };
  if (passed === 0) return { state: "FAILED", note: "no test ran" };
  return { state: "passed", note: notRun > 0 ? `${passed} tests, ${notRun} skipped` : `${passed} tests`, skipped };
}
