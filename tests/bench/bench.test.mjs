// The benchmarks run through and say what they should; the numbers of so small a run mean nothing.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findBrowser } from "../../scripts/browser.mjs";
import { median, race } from "./rounds.mjs";
import { isMet, raceRows, table } from "./table.mjs";

const main = fileURLToPath(new URL("main.mjs", import.meta.url));
const run = promisify(execFile);

test("a quick run has a row for everything that is promised", async () => {
  const { stdout } = await run(process.execPath, [main, "--quick", "--json"], { maxBuffer: 1e7 });
  const rows = JSON.parse(stdout);
  const runtimes = ["Node", ...(findBrowser().chromium ? ["Chromium"] : [])];
  const parts = new Set(rows.map(({ part }) => part));
  for (const part of ["body", "events", "start-up", "live, CPU", "long"]) {
    for (const runtime of runtimes) assert.ok(parts.has(`${part}, ${runtime}`), `${part}, ${runtime}`);
  }
  for (const part of [
    "memory, Node",
    "sound, Node",
    "sound, memory",
    "size",
    "start-up, workerd",
    "live, size",
    "live, CPU, workerd",
    "live, latency",
    "edge, speed",
    "edge, CPU per 10 MB",
    "edge, memory",
    "long, note",
    ...(runtimes.length > 1 ? ["long, memory, Chromium"] : []),
  ])
    assert.ok(parts.has(part), part);
  const seams = rows.filter(({ what }) => what.endsWith("words lost or doubled"));
  assert.equal(seams.length, runtimes.length);
  for (const { part, value } of seams) assert.match(value, /^0 of \d{3}$/u, part);
  for (const { part, what, value, against, ratio } of rows) {
    assert.ok(Number.isFinite(ratio), `${part}, ${what}, ${against}: ${ratio}`);
    for (const cell of [part, what, value, against]) assert.doesNotMatch(cell, /undefined|NaN/u);
  }
  const rivals = rows.map(({ against }) => against.split(":")[0]);
  for (const rival of [
    "openai",
    "@deepgram/sdk",
    "assemblyai",
    "eventsource-parser + JSON.parse",
    "openai Stream",
    "record, then send",
  ]) {
    assert.ok(rivals.includes(rival), rival);
  }
  if (runtimes.length > 1) assert.ok(rivals.includes("FileReader.readAsDataURL"));
});

test("the program prints one table, and says that a quick run judges nothing", async () => {
  const { stdout } = await run(process.execPath, [main, "--quick", "--only=size"]);
  assert.match(stdout, /what +ours +against +ratio/u);
  assert.match(stdout, /quick run judges nothing/u);
  assert.doesNotMatch(stdout, /NOT met/u);
});

test("where the toolkit is not installed the table says so", () => {
  const row = { part: "long, Node", what: "an hour", value: "1 s", against: "qwen3-asr-toolkit: not on this machine" };
  assert.match(table([row]), /not on this machine$/mu);
  assert.equal(isMet({ ...row, target: { least: 2 } }), undefined);
});

describe("the arithmetic", () => {
  test("median", () => {
    assert.deepEqual([median([3]), median([3, 1, 2]), median([4, 1, 3, 2])], [3, 2, 2.5]);
  });

  test("everybody runs once in each round, and the first round does not count", async () => {
    const ran = [];
    const times = await race({ a: () => ran.push("a"), b: () => ran.push("b") }, 3);
    assert.equal(ran.join(""), "abbaabba");
    assert.deepEqual(Object.keys(times), ["a", "b"]);
  });

  test("the target is the fastest other's, and is judged from the ratio", () => {
    const rows = raceRows("part", "what", { ours: 2, slow: 8, fast: 3 }, { least: 1 });
    assert.deepEqual(
      rows.map((row) => [row.against, row.ratio, isMet(row)]),
      [
        ["slow: 8.00 ms", 4, undefined],
        ["fast: 3.00 ms", 1.5, true],
      ],
    );
    const [missed] = raceRows("part", "what", { ours: 4, other: 3 }, { least: 1 });
    assert.equal(isMet(missed), false);
    assert.equal(isMet({ ...missed, ratio: 1.39, target: { most: 1.4 } }), true);
    assert.match(table([missed]), /other: 3\.00 ms +0\.75× +≥ 1 +NOT met/u);
  });
});
