// summary.mjs — what is said at the end of the tests: a line for each group, and everything that did not run, with the reason,
// and what passed only when it was tried again.

/** @typedef {"passed" | "FAILED" | "skipped"} State */
/** @typedef {{ name: string, reason: string }} Skipped a test that did not run, and what it lacks */
/** @typedef {{ state: State, note: string, skipped?: Skipped[], secondTry?: string[] }} Outcome what a group says of itself; `secondTry` names the tests that failed at first */
/** @typedef {Outcome & { name: string, seconds: string }} Row */

const UNSAID = "no reason was given";

/** @param {Row[]} rows @returns {string[]} */
export function summaryLines(rows) {
  const count = (state) => rows.filter((row) => row.state === state).length;
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2;
  const lines = rows.map(({ name, state, seconds, note }) =>
    // Why a group was skipped stands below.
    `${name.padEnd(width)}${state.padEnd(9)}${seconds.padStart(9)}  ${state === "skipped" ? "" : note}`.trimEnd(),
  );
  const counts = `${count("passed")} passed, ${count("FAILED")} failed, ${count("skipped")} skipped`;
  return ["Summary", ...lines, ...notRun(rows), ...triedAgain(rows), counts];
}

/** Not to be overlooked: each of them has a fault, or its test has. @param {Row[]} rows */
function triedAgain(rows) {
  const lines = rows.flatMap(({ name, secondTry = [] }) => secondTry.map((test) => `  ${name}, "${test}"`));
  return lines.length === 0 ? [] : ["Passed at the second try only", ...lines];
}

/** Whole groups first; tests that lack the same together. @param {Row[]} rows @returns {string[]} nothing where everything ran */
function notRun(rows) {
  const groups = rows
    .filter(({ state, skipped = [] }) => state === "skipped" && skipped.length === 0)
    .map(({ name, note }) => `  ${name}: ${note || UNSAID}`);
  const tests = rows.flatMap(({ name, skipped = [] }) =>
    [...Map.groupBy(skipped, ({ reason }) => reason)].map(
      ([reason, those]) => `  ${name}, ${named(those)}: ${reason || UNSAID}`,
    ),
  );
  const lines = [...groups, ...tests];
  return lines.length === 0 ? [] : ["Not run, and why", ...lines];
}

/** @param {Skipped[]} tests */
function named([first, ...others]) {
  return others.length === 0 ? `"${first.name}"` : `"${first.name}" and ${others.length} more`;
}
