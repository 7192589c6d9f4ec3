// The rows of the relay: speed beside a Worker that passes bodies on blindly, CPU beside what Cloudflare's free plan has, memory.
import { measureEdge } from "./edge.mjs";
import { time } from "./table.mjs";

/** CPU time of a request in Cloudflare's free plan (https://developers.cloudflare.com/workers/platform/limits/). */
const FREE_PLAN_MS = 10;
/** What may grow however long a body is: chunks on their way, and garbage that is not collected yet. */
const FLAT = 64e6;
/** What may stay after a thousand requests, for which the allocator's moods are enough. */
const KEPT = 10e6;

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** @returns {Promise<import("./table.mjs").Row[]>} */
export async function edgeRows(sizes, rounds, requests) {
  const { passages, left } = await measureEdge(sizes, rounds, requests);
  const rows = [];
  for (const { length, ways } of passages) {
    const bare = ways["pass-through"];
    for (const [name, { ms, cpu, growth, sent }] of Object.entries(ways)) {
      const what = `${name}, ${megabytes(length)}`;
      const isOurs = name.startsWith("relay");
      const speed = {
        part: "edge, speed",
        what,
        value: time(ms),
        against: `pass-through: ${time(bare.ms)}`,
        ratio: bare.ms / ms,
      };
      if (name !== "pass-through") rows.push({ ...speed, ...(isOurs && { target: { least: 0.9 } }) });
      const each = cpu / (sent / 1e7);
      rows.push({
        ...{ part: "edge, CPU per 10 MB", what, value: time(each), against: `free plan: ${FREE_PLAN_MS} ms` },
        ratio: each / FREE_PLAN_MS,
      });
      rows.push({
        ...{ part: "edge, memory", what, value: `+${megabytes(growth)}`, against: "body", ratio: growth / length },
        ...(isOurs && { target: { most: FLAT / length } }),
      });
    }
  }
  rows.push({
    ...{
      part: "edge, memory",
      what: `${requests} requests more, a third refused or left`,
      value: `+${megabytes(left)}`,
    },
    ...{ against: "10 MB", ratio: left / KEPT, target: { most: 1 } },
  });
  return rows;
}
