// The processes of a program and their memory, seen from outside by /proc; nothing where the system has none (not Linux).
import { readdirSync, readFileSync } from "node:fs";

/** All descendants of a process, by /proc. */
export function processesOf(root) {
  const parents = new Map();
  try {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/u.test(name))) {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
      } catch {
        // It has ended meanwhile.
      }
    }
  } catch {
    return [];
  }
  const found = new Set([root]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  found.delete(root);
  return [...found];
}

export function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Shared memory counts in parts, so that a Blob seen by two processes counts once. */
export function proportionalSize(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
