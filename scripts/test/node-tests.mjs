// node-tests.mjs — the tests of one folder on Node's own test runner.
//
// A folder may bring a setup.sh for what only its tests need. It ends with code 77 where this machine cannot have it; the
// last line it printed is then the reason for which the group is skipped.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { inProject } from "../build/paths.mjs";
import { runCommand, say } from "./command.mjs";

const SKIP = 77;

/** One test that hangs should be named, and long before the whole group is stopped. */
const TEST_LIMIT_MS = 300_000;

/** Where more files than this fail, it is not the clock. */
const UNLUCKY_FILES = 2;

/** @typedef {{ name: string, file?: string }} Failed */
/** @typedef {{ counts: { passed: number, failed: number, cancelled: number }, skipped: import("./summary.mjs").Skipped[], failed: Failed[] }} Summary */

/**
 * @param {string} folder
 * @param {object} [how]
 * @param {number} [how.together] how many files run at a time; Node's own choice is one less than the machine has processors
 * @param {boolean} [how.byTheClock] the tests speak into a microphone or play sound while time goes by, which a machine that others keep busy may be
 *   too late for: a file of theirs that fails is run once more, alone, and the summary names the tests that passed only then
 * @returns {Promise<import("./summary.mjs").Outcome>}
 */
export async function nodeTests(folder, { together, byTheClock = false } = {}) {
  const files = globSync(`${inProject(folder)}/**/*.test.{mjs,ts}`).sort();
  if (files.length === 0) return { state: "FAILED", note: `${folder} has no *.test.mjs` };

  const preparation = inProject(folder, "setup.sh");
  if (existsSync(preparation)) {
    const { code, output } = await runCommand("bash", [preparation]);
    if (code === SKIP) return { state: "skipped", note: output.trim().split("\n").at(-1) ?? "" };
    if (code !== 0) return { state: "FAILED", note: `${folder}/setup.sh ended with code ${code}` };
  }

  const first = await runFiles(folder, files, together);
  const unlucky = byTheClock ? filesOf(first.summary?.failed ?? []) : undefined;
  if (!unlucky || first.code === 0) return judge(first);
  say(`\n=== once more, alone: ${unlucky.map((file) => basename(file)).join(", ")}`);
  const second = await runFiles(folder, unlucky, 1);
  if (second.code !== 0) return judge(first);
  return { ...judge({ ...first, code: 0 }), secondTry: first.summary?.failed.map(({ name }) => name) };
}

/** The files to run again; none where it cannot be told which, or where too many failed. @param {Failed[]} failed */
function filesOf(failed) {
  const files = [...new Set(failed.map(({ file }) => file))];
  return files.length > 0 && files.length <= UNLUCKY_FILES && files.every((file) => file !== undefined)
    ? files
    : undefined;
}

/** @param {string} folder @param {string[]} files @param {number} [together] @returns {Promise<{ code: number, summary?: Summary }>} */
async function runFiles(folder, files, together) {
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
  return { code, summary: existsSync(summary) ? JSON.parse(readFileSync(summary, "utf8")) : undefined };
}

/** @param {{ code: number, summary?: Summary }} run @returns {import("./summary.mjs").Outcome} */
function judge({ code, summary }) {
  if (!summary) return { state: "FAILED", note: `the test runner ended with code ${code}` };
  const { passed, failed, cancelled } = summary.counts;
  const { skipped } = summary;
  const notRun = skipped.length;
  if (code !== 0) return { state: "FAILED", note: `${failed + cancelled} of ${passed + failed + cancelled} tests` };
  if (passed === 0 && notRun > 0) return { state: "skipped", note: "", skipped };
  if (passed === 0) return { state: "FAILED", note: "no test ran" };
  const ran = passed + failed + cancelled;
  return { state: "passed", note: notRun > 0 ? `${ran} tests, ${notRun} skipped` : `${ran} tests`, skipped };
}
