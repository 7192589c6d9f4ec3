// The one table: each row is our number against another's from the same run, with the target beside it.

/**
 * @typedef {object} Row
 * @property {string} part
 * @property {string} what
 * @property {string} value ours, with its unit
 * @property {string} against whom, and their number
 * @property {number} [ratio] none: whom it is against is not here
 * @property {{ least?: number, most?: number }} [target] of the ratio; none: for information
 */

/** @param {Row} row */
export function isMet({ ratio, target }) {
  if (!target || ratio === undefined) return undefined;
  return ratio >= (target.least ?? Number.NEGATIVE_INFINITY) && ratio <= (target.most ?? Number.POSITIVE_INFINITY);
}

const words = ({ least, most }) => (least === undefined ? `≤ ${most}` : `≥ ${least}`);
const VERDICT = new Map([
  [true, "met"],
  [false, "NOT met"],
  [undefined, ""],
]);

/** @param {Row[]} rows @returns {string} */
export function table(rows) {
  const cells = rows.map((row) => [
    row.part,
    row.what,
    row.value,
    row.against,
    row.ratio === undefined ? "" : `${row.ratio.toFixed(2)}×`,
    row.target ? words(row.target) : "",
    VERDICT.get(isMet(row)) ?? "",
  ]);
  const lines = [["", "what", "ours", "against", "ratio", "target", ""], ...cells];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => [...line[column]].length)));
  const text = lines.map((line) =>
    line
      .map((cell, at) => cell + " ".repeat(widths[at] - [...cell].length))
      .join("  ")
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  return text.join("\n");
}

/** A time that can be read. @param {number} milliseconds */
export const time = (milliseconds) => `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`;

/**
 * Rows of one race: ours against each of the others; the target is for the fastest of them only, or for one by name.
 *
 * @param {string} part
 * @param {string} what
 * @param {Record<string, number>} times
 * @param {{ rival?: string, least?: number }} [goal]
 * @returns {Row[]}
 */
export function raceRows(part, what, { ours, ...others }, { rival, least } = {}) {
  const fastest = rival ?? Object.keys(others).reduce((best, name) => (others[name] < others[best] ? name : best));
  return Object.entries(others).map(([name, taken]) => ({
    part,
    what,
    value: time(ours),
    against: `${name}: ${time(taken)}`,
    ratio: taken / ours,
    ...(name === fastest && least !== undefined && { target: { least } }),
  }));
}
