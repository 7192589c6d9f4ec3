// Long recordings, all over a simulated service (long/service.mjs): an answer takes a second and three hundredths of the sound, and more
// than a hundred requests in a minute are refused, as the service's pages say of qwen3-asr-flash. The recording is real speech
// whose every word is known (long/speech.mjs).
// * An hour: the file → text, by the package in Node and in Chromium and by qwen3-asr-toolkit, each a program that starts, does it and
//   ends (the page is open already). Bytes are the bodies of all requests. The toolkit has been run once before, as Python compiles
//   it then; it is unchanged, with its own number of threads and with as many as we have requests under way.
// * Words at the seams: how many are missing from the text as a whole, or there twice.
// * Memory of the page: the most of its process, sampled from outside, by length, each in a browser of its own. Answers come at once.
// * A note of five minutes: from the stop to the text. It is spoken in real time.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "./long/ears.mjs";
import { noteHeard } from "./long/note.mjs";
import { heardByNode } from "./long/ours.mjs";
import { heardByPage } from "./long/page.mjs";
import { startService } from "./long/service.mjs";
import { writeSpeech } from "./long/speech.mjs";
import { hasToolkit, heardByToolkit, installToolkit, VERSION } from "./long/toolkit.mjs";

/** @typedef {import("./table.mjs").Row} Row */
/** @typedef {{ ms: number, seen: import("./long/service.mjs").Seen, words: ReturnType<typeof judge>, untilFirst: number }} Result */
/** @typedef {{ hour: number, note: number, speed: number, memory: number[], answerMs: number, perSecondMs: number }} Size seconds; `speed`: of
 *   the clock of whoever speaks the note */

/** @type {Size} */
const WHOLE = {
  ...{ hour: 3_600, note: 300, speed: 1, memory: [600, 3_600, 10_800] },
  ...{ answerMs: 1_000, perSecondMs: 30 },
};
/** @type {Size} */
const QUICK = { hour: 90, note: 30, speed: 10, memory: [30, 60], answerMs: 50, perSecondMs: 1 };
const PER_MINUTE = 100;
const SPLIT = { longAudio: "split" };
/** Ten requests in a second, so that an hour of memory takes no hour. */
const FAST = { ...SPLIT, model: "qwen-audio-3.1-asr-flash" };
/** Of the package. */
const CONCURRENCY = 6;
/** What counts as flat: garbage is not collected at once. */
const FLAT = 1.2;

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const minutes = (length) => (length < 120 ? `${length} s` : `${length / 60} min`);

/**
 * One contender, over a service that has seen nobody else.
 * @param {import("./long/service.mjs").Simulated} simulated
 * @param {(service: Awaited<ReturnType<typeof startService>>) => Promise<{ text: string, ms: number }>} work
 */
async function contend(simulated, work) {
  const service = await startService(simulated);
  try {
    const began = Date.now();
    const { text, ms, ...more } = await work(service);
    const seen = await service.seen();
    return { ...more, ms, seen, words: judge(text, simulated.seconds), untilFirst: seen.firstAt - began };
  } finally {
    await service.close();
  }
}

const wrong = ({ words: { lost, doubled, misplaced, unknown } }) => lost + doubled + misplaced + unknown;

/** @param {string} runtime @param {string} what @param {Result} ours @param {[string, Result][]} others @returns {Row[]} */
function hourRows(runtime, what, ours, others) {
  const part = `long, ${runtime}`;
  /** @type {Row[]} */
  const rows = [];
  for (const [index, [name, theirs]] of others.entries()) {
    const target = index === 0 && name.startsWith("qwen3-asr-toolkit");
    rows.push({
      ...{ part, what: `${what} → text`, value: seconds(ours.ms), ratio: theirs.ms / ours.ms },
      against: `${name}: ${seconds(theirs.ms)}, ${seconds(theirs.untilFirst)} of them before it asks`,
      ...(target && { target: { least: 2 } }),
    });
    if (index > 0) continue;
    rows.push({
      ...{ part, what: `${what}, sent`, value: megabytes(ours.seen.bytes), ratio: ours.seen.bytes / theirs.seen.bytes },
      against: `${name}: ${megabytes(theirs.seen.bytes)}`,
      ...(target && { target: { most: 0.5 } }),
    });
  }
  const [[name, theirs]] = others;
  rows.push({
    ...{ part, what: `${what}, words lost or doubled`, value: `${wrong(ours)} of ${ours.words.words}` },
    ...{ against: `${name}: ${wrong(theirs)}`, ratio: wrong(ours) / ours.words.words, target: { most: 0 } },
  });
  rows.push({
    ...{ part, what: `${what}, refused for their rate`, value: `${ours.seen.refused}` },
    ...{ against: `${ours.seen.requests} requests`, ratio: ours.seen.refused / ours.seen.requests },
  });
  return rows;
}

/** @param {(text: string) => void} progress @param {string | undefined} executablePath @param {string} folder @param {Size} size */
async function memoryRows(progress, executablePath, folder, size) {
  const peaks = [];
  for (const length of size.memory) {
    progress(`memory of a page that hears ${minutes(length)}`);
    const path = join(folder, `${length}.wav`);
    await writeSpeech(path, length);
    const known = { path, seconds: length, answerMs: 50, perSecondMs: 1 };
    const result = await contend(known, ({ page }) => heardByPage(executablePath, page, path, FAST));
    if (wrong(result) > 0) throw new Error(`${minutes(length)}: ${JSON.stringify(result.words)}`);
    peaks.push(result.peak);
    await rm(path);
  }
  const part = "long, memory, Chromium";
  const [least] = peaks;
  return size.memory.slice(1).flatMap((length, index) =>
    [
      ["the page's process", "page", FLAT],
      ["its JavaScript", "heap"],
      ["its WebAssembly", "wasm"],
      ["the whole browser", "browser"],
    ].map(([whose, name, most]) => ({
      ...{ part, what: `${minutes(length)} → text, peak of ${whose}`, value: megabytes(peaks[index + 1][name]) },
      ...{
        against: `${minutes(size.memory[0])}: ${megabytes(least[name])}`,
        ratio: peaks[index + 1][name] / least[name],
      },
      ...(most && { target: { most } }),
    })),
  );
}

/** @param {(text: string) => void} progress @param {string} folder @param {Size} size @returns {Promise<Row[]>} */
async function noteRows(progress, folder, { note, speed, ...simulated }) {
  progress(`a note of ${minutes(note)}, as it is spoken`);
  const path = join(folder, "note.wav");
  await writeSpeech(path, note);
  const { answerMs, perSecondMs } = simulated;
  const service = await startService({ path, seconds: note, answerMs, perSecondMs, perMinute: PER_MINUTE });
  try {
    const { recorded, ...others } = await noteHeard(service.url, path, speed);
    return Object.entries(others).map(([name, { text, ms }]) => {
      const { lost, doubled } = judge(text, note);
      const way = name === "live" ? "live" : "in pieces meanwhile";
      return {
        ...{ part: "long, note", what: `${minutes(note)}, stop → text, ${way}`, value: seconds(ms) },
        ...{ against: `record, then send: ${seconds(recorded.ms)}`, ratio: recorded.ms / ms, target: { least: 1 } },
        ...(lost + doubled > 0 && { what: `${minutes(note)}, ${way}, ${lost + doubled} words lost or doubled` }),
      };
    });
  } finally {
    await service.close();
  }
}

/** The toolkit with its own threads, and with as many as we have. */
async function toolkitResults(progress, hour, folder) {
  const warm = join(folder, "warm.wav");
  await writeSpeech(warm, 240); // shorter ones it sends as they are
  const small = { path: warm, seconds: 240, answerMs: 0, perSecondMs: 0 };
  progress("qwen3-asr-toolkit, for the first time");
  await contend(small, ({ url }) => heardByToolkit(url, warm));
  /** @type {[string, Result][]} */
  const results = [];
  for (const threads of [undefined, CONCURRENCY]) {
    const name = `qwen3-asr-toolkit ${VERSION}, ${threads ?? "its 4"} threads`;
    progress(name);
    results.push([name, await contend(hour, ({ url }) => heardByToolkit(url, hour.path, threads))]);
  }
  return results;
}

/**
 * @param {object} given
 * @param {boolean} given.quick
 * @param {boolean} given.install the toolkit, where it is missing
 * @param {string | undefined} given.executablePath of Chromium
 * @param {(text: string) => void} given.progress
 * @returns {Promise<Row[]>}
 */
export async function longRows({ quick, install, executablePath, progress }) {
  const size = quick ? QUICK : WHOLE;
  const folder = await mkdtemp(join(tmpdir(), "dashscope-asr-long-"));
  try {
    if (install && !hasToolkit()) {
      progress("qwen3-asr-toolkit comes from PyPI");
      await installToolkit();
    }
    const path = join(folder, "long.wav");
    await writeSpeech(path, size.hour);
    const { answerMs, perSecondMs } = size;
    const hour = { path, seconds: size.hour, answerMs, perSecondMs, perMinute: PER_MINUTE };
    const what = `${minutes(size.hour)} of speech`;
    progress(`${what} → text, in Node`);
    const inNode = await contend(hour, ({ url }) => heardByNode(url, path, SPLIT));
    progress(`${what} → text, in Node, one piece after the other`);
    const alone = await contend(hour, ({ url }) => heardByNode(url, path, { ...SPLIT, concurrency: 1 }));
    progress(`${what} → text, in Chromium`);
    const inPage =
      executablePath && (await contend(hour, ({ page }) => heardByPage(executablePath, page, path, SPLIT)));
    /** @type {[string, Result][]} */
    const theirs = !quick && hasToolkit() ? await toolkitResults(progress, hour, folder) : [];
    const others = /** @type {[string, Result][]} */ ([...theirs, ["one piece after the other", alone]]);
    const missing = quick || theirs.length > 0 ? [] : [missingRow(what, inNode)];
    await rm(path);
    return [
      ...missing,
      ...hourRows("Node", what, inNode, others),
      ...(inPage ? hourRows("Chromium", what, inPage, theirs.length > 0 ? theirs : others) : []),
      ...(executablePath ? await memoryRows(progress, executablePath, folder, size) : []),
      ...(await noteRows(progress, folder, size)),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @returns {Row} */
const missingRow = (what, ours) => ({
  ...{ part: "long, Node", what: `${what} → text`, value: seconds(ours.ms) },
  against: `qwen3-asr-toolkit: not on this machine; with --toolkit it is installed (6 GB)`,
});
