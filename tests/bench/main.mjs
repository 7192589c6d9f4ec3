// main.mjs [--quick] [--json] [--toolkit] [--only=body,memory,events,size,startup,live,sound,long,edge | edge] — the benchmarks: one table of ratios from one run.
//
// What is measured, and how:
// * body: a Blob becomes a request. 7 MB with buildRequest, until the Request exists, and ("sent") until its last byte was
//   read out. 70 MB is beyond what the model takes inline and refused by buildRequest, so toDataUrl stands for it.
// * memory: the highest extra memory while that happens, relative to the payload. The result is in it, which alone is 1.33
//   times the payload. Node: the kernel's high-water mark of a fresh process, the Blob being a file on disk. Chromium:
//   proportional memory of all its processes, sampled from outside, the Blob being there before; a short peak between two
//   samples can be missed.
// * events: bytes of a streamed answer in chunks become pieces of text in the hands of the caller.
// * size: what esbuild makes of "transcribe a file", in chunks, minified, gzip -9. The ratio is of what a page loads at once;
//   "later" are chunks that are loaded when a program needs them (ours: tasks, uploads, tokens, hot-word lists).
// * start-up: from `import()` of that bundle to the first call of fetch. In workerd as seen from outside: its clock stands
//   still while code runs, so the first answer of a Worker is timed, less that of a Worker that imports nothing.
// * live: a second of audio through live(): in Node and Chromium over a socket that goes nowhere, so that nothing but the package
//   takes time; in workerd the CPU time of the whole process over real sockets. Latency: the emulator hears one recording in real
//   time, live and as a file that is sent behind its last word; nearly all of it is its recogniser's.
// * sound: a recording that is made while it is read becomes segments. The ratio is of the time that it lasts to the fastest of some
//   rounds; memory is the highest of a fresh process of Node, of three hours to that of one, as less do not fill its garbage.
// * long: recordings in pieces, over a simulated service, beside qwen3-asr-toolkit where it is installed (--toolkit does it): see
//   long-rows.mjs.
// * edge: bodies through the relay in workerd, to a process that counts them: see edge-rows.mjs.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createParser } from "eventsource-parser";
import OpenAI from "openai";
import { Stream } from "openai/streaming";
import * as ours from "../../dist/index.js";
import { findBrowser } from "../../scripts/browser.mjs";
import { bodyContenders, dataUrlContenders, recording } from "./body.mjs";
import { openChromium } from "./chromium.mjs";
import { bundles } from "./contenders.mjs";
import { edgeRows } from "./edge-rows.mjs";
import { answerBytes, eventContenders } from "./events.mjs";
import { liveRows } from "./live-rows.mjs";
import { longRows } from "./long-rows.mjs";
import { peakMemory } from "./memory.mjs";
import { race } from "./rounds.mjs";
import { cutting, cuttingMemory } from "./sound.mjs";
import { startupInNode } from "./startup.mjs";
import { isMet, raceRows, table, time } from "./table.mjs";
import { startupInWorkerd } from "./workerd.mjs";

// The garbage of one contender is not to be the next one's trouble.
setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc");

const quick = process.argv.includes("--quick");
const only = process.argv
  .slice(2)
  .filter((word) => !word.startsWith("--") || word.startsWith("--only="))
  .flatMap((word) => word.replace("--only=", "").split(","));
const wanted = (part) => only.length === 0 || only.includes(part);

/** Small in a quick run, which is only to see that everything works. */
const SIZES = quick ? [70_000, 700_000] : [7_000_000, 70_000_000];
const ROUNDS = quick ? 2 : 11;
const EVENTS = quick ? 200 : 5000;
const CHUNKS = quick ? [350] : [100, 350, 4096, 65_536];
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const megabytes = (bytes) => (bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${Math.round(bytes / 1e4) / 100} MB`);

/** @type {import("./table.mjs").Row[]} */
const rows = [];
const progress = (text) => process.stderr.write(`[bench] ${text}\n`);
const bind = (contenders, blob) =>
  Object.fromEntries(Object.entries(contenders).map(([name, run]) => [name, () => run(blob)]));

function memoryRows(runtime, length, peaks) {
  for (const [name, peak] of Object.entries(peaks)) {
    rows.push({
      part: `memory, ${runtime}`,
      what: `Blob of ${megabytes(length)} → ${megabytes((length * 4) / 3)} of base64, peak`,
      value: megabytes(Math.round(peak / 1e4) * 1e4),
      against: name === "ours" ? "payload" : `payload (${name})`,
      ratio: peak / length,
      ...(name === "ours" && { target: { most: 1.4 } }),
    });
  }
}

const made = await bundles();
const { chromium: executablePath, missing } = findBrowser();
const needsBrowser = ["body", "memory", "events", "startup", "live", "sound"].some(wanted);
const page = executablePath && needsBrowser ? await openChromium(executablePath, made) : undefined;
if (!page && needsBrowser) progress(`without Chromium: ${missing}`);

try {
  const [small, large] = SIZES;
  if (wanted("body")) {
    const blob = new Blob([recording(small)], { type: "audio/wav" });
    for (const send of [false, true]) {
      const what = `Blob of ${megabytes(small)} → Request${send ? ", sent" : ""}`;
      progress(what);
      const contenders = bind(bodyContenders({ ours, OpenAI, send }), blob);
      rows.push(...raceRows("body, Node", what, await race(contenders, ROUNDS, globalThis.gc), { least: 1 }));
      if (page)
        rows.push(...raceRows("body, Chromium", what, await page.bodies(small, "body", ROUNDS, send), { least: 1 }));
    }
    const what = `Blob of ${megabytes(large)} → data URL`;
    progress(what);
    const long = new Blob([recording(large)], { type: "audio/wav" });
    const times = await race(bind(dataUrlContenders({ ours }), long), Math.ceil(ROUNDS / 2), globalThis.gc);
    rows.push(...raceRows("body, Node", what, times, { least: 1 }));
    if (page) {
      const inPage = await page.bodies(large, "data-url", Math.ceil(ROUNDS / 2), false);
      rows.push(...raceRows("body, Chromium", what, inPage, { least: 1 }));
    }
  }

  if (wanted("memory")) {
    for (const [length, kind, contenders] of [
      [small, "body", bodyContenders({ ours, OpenAI })],
      [large, "data-url", dataUrlContenders({ ours })],
    ]) {
      progress(`peak memory of ${megabytes(length)}`);
      memoryRows("Node", length, peakMemory(length, kind, quick ? 1 : 3, Object.keys(contenders)));
      const peaks = await page?.memory(length, kind);
      if (peaks) memoryRows("Chromium", length, peaks);
    }
  }

  for (const protocol of wanted("events") ? ["openai", "dashscope"] : []) {
    const bytes = answerBytes(EVENTS, protocol);
    for (const size of CHUNKS) {
      const what = `${protocol}: ${megabytes(bytes.length)} of events → text, chunks of ${size} B`;
      progress(what);
      const contenders = eventContenders({ ours, createParser, Stream, protocol, bytes, size });
      const lengths = new Set(await Promise.all(Object.values(contenders).map((run) => run())));
      if (lengths.size !== 1) throw new Error(`the contenders disagree: ${[...lengths]}`);
      const goal = { rival: "eventsource-parser + JSON.parse", least: 1 };
      rows.push(...raceRows("events, Node", what, await race(contenders, ROUNDS, globalThis.gc), goal));
      if (page)
        rows.push(...raceRows("events, Chromium", what, await page.events(protocol, EVENTS, size, ROUNDS), goal));
    }
  }

  if (wanted("size")) {
    const weight = ({ gzip, later }) => `${kilobytes(gzip)}${later > 0 ? `, later ${kilobytes(later)}` : ""}`;
    for (const [name, bundle] of Object.entries(made)) {
      if (name === "ours") continue;
      rows.push({
        part: "size",
        what: "transcribe a file, min + gzip",
        value: weight(made.ours),
        against: `${name}: ${weight(bundle)}`,
        ratio: made.ours.gzip / bundle.gzip,
        ...(name === "openai" && { target: { most: 1 } }),
      });
    }
  }

  if (wanted("startup")) {
    progress("start-up");
    const rounds = quick ? 1 : 9;
    rows.push(...raceRows("start-up, Node", "import → first request", startupInNode(made, rounds)));
    if (page) rows.push(...raceRows("start-up, Chromium", "import → first request", await page.startup(rounds)));
    const workers = await startupInWorkerd(quick ? 1 : 5);
    rows.push(...raceRows("start-up, workerd", "import → first request", workers));
  }

  if (wanted("live")) {
    progress("live");
    rows.push(...(await liveRows({ made, page, quick })));
  }

  if (wanted("sound")) {
    progress("sound → segments");
    const [short, middle, long] = quick ? [20, 20, 40] : [300, 3_600, 10_800];
    const rounds = quick ? 1 : 5;
    const taken = { Node: [], Chromium: (await page?.cutting(short, rounds)) ?? [] };
    for (let round = 0; round < rounds; round++) taken.Node.push(await cutting(ours, short));
    for (const [runtime, times] of Object.entries(taken).filter(([, times]) => times.length > 0)) {
      rows.push({
        part: `sound, ${runtime}`,
        what: `${short} s of sound → segments`,
        value: time(Math.min(...times)),
        against: "real time",
        ratio: (short * 1000) / Math.min(...times),
        target: { least: 300 },
      });
    }
    const [less, more] = [await cuttingMemory(middle), await cuttingMemory(long)];
    rows.push({
      part: "sound, memory",
      what: `${long} s of sound → segments, peak of the process`,
      value: megabytes(more),
      against: `${middle} s: ${megabytes(less)}`,
      ratio: more / less,
      target: { most: 1.2 },
    });
  }

  if (wanted("edge")) {
    progress("the relay in workerd");
    const sizes = quick ? [700_000] : [20_000_000, 100_000_000, 200_000_000];
    rows.push(...(await edgeRows(sizes, quick ? 1 : 5, quick ? 12 : 1000)));
  }
  if (wanted("long")) {
    progress("long recordings in pieces");
    const install = process.argv.includes("--toolkit");
    rows.push(...(await longRows({ quick, install, executablePath, progress })));
  }
} finally {
  await page?.close();
}

// Small sizes measure the fixed costs only, for which there is no target.
if (quick) for (const row of rows) delete row.target;

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(rows.map((row) => ({ ...row, met: isMet(row) }))));
} else {
  console.log(table(rows));
  const missed = rows.filter((row) => isMet(row) === false).length;
  const goals = rows.filter((row) => row.target).length;
  console.log(
    `\n${quick ? "A quick run judges nothing." : `${goals - missed} of ${goals} targets met.`} Ratios compare within this run; times are this machine's.`,
  );
  console.log(
    "Time and speed: others ÷ ours (above 1, we are faster). Size and memory: ours ÷ theirs (below 1, we are smaller).",
  );
}
