// The rows of live(): what it adds to a page, what a second of audio costs, and how soon there is text.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as ours from "../../dist/index.js";
import { latencies, workerdTimePerSecond } from "./live.mjs";
import { timePerSecond } from "./live-work.mjs";
import { time } from "./table.mjs";

/** A second of audio may take one part in a hundred of it, on any machine. */
const MOST_MS = 10;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** Packages that have live transcription in their one file. */
const RIVALS = ["@deepgram/sdk", "assemblyai"];

/** @param {Record<string, { files: string[], gzip: number }>} made @returns {import("./table.mjs").Row[]} */
function sizeRows(made) {
  const [entry, ...others] = made.ours.files;
  const part = others.find((path) => readFileSync(path, "utf8").includes("LiveEffects"));
  if (!entry || !part) throw new Error("live() is in no chunk of its own");
  const gzip = gzipSync(readFileSync(part), { level: 9 }).length;
  return RIVALS.map((name) => ({
    ...{
      part: "live, size",
      what: "part `live`, min + gzip, with the entry",
      value: `${kilobytes(gzip)} + ${kilobytes(made.ours.gzip)}`,
    },
    ...{ against: `${name}: ${kilobytes(made[name].gzip)}`, ratio: (gzip + made.ours.gzip) / made[name].gzip },
  }));
}

/** @returns {import("./table.mjs").Row} */
const cpuRow = (runtime, what, taken) => ({
  ...{
    part: `live, CPU, ${runtime}`,
    what: `a second of ${what}`,
    value: time(taken),
    against: `one percent: ${MOST_MS} ms`,
  },
  ...{ ratio: taken / MOST_MS, target: { most: 1 } },
});

/**
 * @param {object} given
 * @param {Awaited<ReturnType<typeof import("./contenders.mjs").bundles>>} given.made
 * @param {Awaited<ReturnType<typeof import("./chromium.mjs").openChromium>> | undefined} given.page
 * @param {boolean} given.quick
 * @returns {Promise<import("./table.mjs").Row[]>}
 */
export async function liveRows({ made, page, quick }) {
  const seconds = quick ? 30 : 300;
  const rows = sizeRows(made);
  for (const floats of [false, true]) {
    const what = floats ? "48 kHz, resampled" : "16 kHz";
    rows.push(cpuRow("Node", what, await timePerSecond({ ours, seconds, floats })));
    if (page) rows.push(cpuRow("Chromium", what, await page.live(seconds, floats)));
  }
  rows.push(cpuRow("workerd", "16 kHz, sockets and all", await workerdTimePerSecond(seconds)));
  const { live, recorded } = await latencies(quick ? 1 : 5, quick ? 2 : 1);
  for (const [what, name] of [
    ["last word → whole text", "last"],
    ["first word → first text", "first"],
  ]) {
    rows.push({
      ...{
        part: "live, latency",
        what,
        value: time(live[name]),
        against: `record, then send: ${time(recorded[name])}`,
      },
      // The last words of both wait for the same recogniser, which may be at work on a part of them already.
      ...{ ratio: recorded[name] / live[name], ...(name === "first" && { target: { least: 1 } }) },
    });
  }
  return rows;
}
