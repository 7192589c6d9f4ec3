// How one server-sent event looks on the wire: pure functions from an event to text.

/** @typedef {{ id?: number, event?: string, status?: number, data: string }} WireEvent */
/** @typedef {{ newline: string, blankLines: boolean, space: boolean }} Framing */

/**
 * The native door writes no space after a field's colon, the OpenAI-compatible one does.
 * @param {"native" | "compatible"} door
 * @param {import("./faults.mjs").Faults} faults
 * @returns {Framing}
 */
export function framingOf(door, faults) {
  return {
    newline: faults.has("crlf") ? "\r\n" : "\n",
    blankLines: !faults.has("no-blank-lines"),
    space: faults.has("space-after-colon") || (door === "compatible" && !faults.has("no-space")),
  };
}

/**
 * The lines of the event without the line end of the last one, which belongs to `separator`.
 * @param {WireEvent} event
 * @param {Framing} framing
 */
export function frame({ id, event, status, data }, { newline, space }) {
  const colon = space ? ": " : ":";
  const lines = [];
  if (id !== undefined) lines.push(`id${colon}${id}`);
  if (event !== undefined) lines.push(`event${colon}${event}`);
  // Formally a comment, in fact the status that the request would have had.
  if (status !== undefined) lines.push(`:HTTP_STATUS/${status}`);
  lines.push(`data${colon}${data}`);
  return lines.join(newline);
}

/** What stands after an event. @param {Framing} framing */
export function separator({ newline, blankLines }) {
  return blankLines ? newline + newline : newline;
}
