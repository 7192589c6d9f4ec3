// A response body of server-sent events. Events are queued, so that a recogniser may report text at any time while slow or
// broken delivery (fault switches) goes on at its own pace.
import { setImmediate as nextTurn } from "node:timers/promises";
import { createBodyWriter } from "./body-writer.mjs";
import { frame, framingOf, separator } from "./event-framing.mjs";

const BYTE_ORDER_MARK = "\ufeff";

/**
 * @param {import("node:http").ServerResponse} response whose headers are already written
 * @param {"native" | "compatible"} door
 * @param {import("./faults.mjs").Faults} faults
 */
export function createEventStream(response, door, faults) {
  const framing = framingOf(door, faults);
  const writer = createBodyWriter(response, faults);
  const lagging = faults.has("no-final-newline");
  const stallAfter = faults.has("stall") ? (faults.number("stall-after") ?? 1) : Number.POSITIVE_INFINITY;
  const cutAfter = faults.number("cut") ?? Number.POSITIVE_INFINITY;
  const endAfter = faults.number("end-after") ?? Number.POSITIVE_INFINITY;
  let queued = 0;
  let written = 0;
  let over = false;
  let queue = Promise.resolve();

  const enqueue = (act) => {
    queue = queue.then(async () => {
      if (!over && !response.destroyed) await act();
    });
    return queue;
  };

  async function breakOff() {
    over = true;
    // What was written must be on its way before the connection goes, or the cut comes earlier than asked for.
    await nextTurn();
    await nextTurn();
    response.destroy();
  }

  async function write(event) {
    const text = frame(event, framing);
    const after = separator(framing);
    const lead = (written === 0 && faults.has("bom") ? BYTE_ORDER_MARK : "") + (lagging && written > 0 ? after : "");
    await writer.write(lead + text + (lagging ? "" : after));
    written++;
    if (written >= cutAfter) return breakOff();
    if (written >= endAfter) {
      over = true;
      response.end();
      return;
    }
    if (written === stallAfter) await writer.stall();
  }

  return {
    /** Numbered as the native door does; the compatible one has no ids. @param {Omit<import("./event-framing.mjs").WireEvent, "id">} event */
    send(event) {
      const id = door === "native" ? ++queued : undefined;
      return enqueue(() => write({ id, ...event }));
    },

    /** Everything sent, then the end of the body. */
    end() {
      return enqueue(async () => {
        over = true;
        response.end();
      });
    },

    /** `cut=0` and `end-after=0`: headers and nothing more. */
    async begin() {
      if (cutAfter === 0) await enqueue(breakOff);
      if (endAfter === 0) await this.end();
    },
  };
}
