// processes.mjs — who descends from a command, even if it has left the command's process group: browsers, sound servers and
// whoever else starts detached. All of them inherit a mark in their environment, which Linux shows of every process.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const NAME = "DASHSCOPE_ASR_TESTS";

/** Who ends with its command may take a moment for it; nobody waits longer than this for those who stay. */
const GRACE_MS = 3000;
const PAUSE_MS = 50;

let marks = 0;

/** An environment variable that nobody else has; where we are marked ourselves, by a runner that runs this one, it says so, too. */
export function createMark() {
  const outer = process.env[NAME];
  return { [NAME]: `${outer ? `${outer} ` : ""}${process.pid}-${Date.now()}-${++marks}` };
}

/**
 * Waits for everybody with the mark to end, and makes them.
 * @param {Record<string, string>} mark @param {number} [grace]
 * @returns {Promise<string[]>} what had to be ended, in words
 */
export async function endMarked(mark, grace = GRACE_MS) {
  for (const until = Date.now() + grace; Date.now() < until && marked(mark).length > 0; await sleep(PAUSE_MS));
  /** @type {Map<number, string>} */
  const ended = new Map();
  // Whoever is being ended may have started another one just before.
  for (const until = Date.now() + GRACE_MS; Date.now() < until; await sleep(PAUSE_MS)) {
    const left = marked(mark);
    if (left.length === 0) break;
    for (const pid of left) {
      ended.set(pid, ended.get(pid) ?? commandOf(pid));
      signal(pid, "SIGKILL");
    }
  }
  return [...new Set(ended.values())];
}

/** @param {number} pid negative: of a process group @param {NodeJS.Signals} name @returns {boolean} whether there was anybody */
export function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Marked processes and those below them, which may have written over their environment as Chromium's do. */
function marked(mark) {
  const wanted = `${NAME}=${mark[NAME]}`;
  const known = new Set();
  const parents = new Map();
  for (const pid of processes()) {
    // A zombie has ended; its parent, or init, has only not asked yet.
    const [, state, parent] = /^\d+ \(.*\) (\S) (\d+)/s.exec(read(pid, "stat")) ?? [];
    if (!state || "ZX".includes(state) || pid === process.pid) continue;
    parents.set(pid, Number(parent));
    const own = read(pid, "environ").split("\0");
    if (own.some((entry) => entry === wanted || entry.startsWith(`${wanted} `))) known.add(pid);
  }
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const [pid, parent] of parents) if (known.has(parent)) known.add(pid);
  }
  return [...known];
}

/** Elsewhere than on Linux, the process group has to do. @returns {number[]} */
function processes() {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function read(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    // It has ended, or belongs to somebody else.
    return "";
  }
}

/** Its program and what comes first, e.g. "node server.mjs (1234)". */
function commandOf(pid) {
  const [program = "?", ...rest] = read(pid, "cmdline").split("\0").filter(Boolean);
  const words = [program.split("/").at(-1), ...rest].join(" ");
  return `${words.length > 60 ? `${words.slice(0, 60)}…` : words} (${pid})`;
}
