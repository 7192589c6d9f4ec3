// Writes response bodies the way the fault switches ask for: in odd chunks, with a pause, or broken off.
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** The chunk sizes of `split`, endlessly in turn; the whole when there is none. @param {string | undefined} sizes */
export function splitBytes(bytes, sizes) {
  const turns = (sizes ?? "")
    .split("+")
    .map(Number)
    .filter((size) => size > 0);
  if (turns.length === 0) return [bytes];
  const chunks = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = turns[turn % turns.length];
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {import("./faults.mjs").Faults} faults
 */
export function createBodyWriter(response, faults) {
  return {
    /** @param {string | Uint8Array} content */
    async write(content) {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      const chunks = splitBytes(bytes, faults.value("split"));
      for (const chunk of chunks) {
        if (response.destroyed) return;
        const drained = response.write(chunk);
        if (!drained) await Promise.race([once(response, "drain"), once(response, "close")]);
        // A turn of the event loop between chunks keeps them apart on the wire.
        if (chunks.length > 1) await nextTurn();
      }
    },

    /** A body that is known as a whole. @param {string} text */
    async writeWhole(text) {
      const bytes = Buffer.from(text);
      const half = Math.floor(bytes.length / 2);
      if (faults.has("cut")) {
        await this.write(bytes.subarray(0, half));
        await nextTurn();
        return void response.destroy();
      }
      if (faults.has("stall")) {
        await this.write(bytes.subarray(0, half));
        await this.stall();
        await this.write(bytes.subarray(half));
      } else {
        await this.write(bytes);
      }
      response.end();
    },

    async stall() {
      await sleep(faults.number("stall") ?? 0, undefined, { ref: false });
    },
  };
}

function once(emitter, name) {
  return new Promise((resolve) => emitter.once(name, resolve));
}
