// One open WebSocket with what is to go wrong on it: the protocols send events and receive messages through it.
import { randomUUID } from "node:crypto";

/** Nobody said goodbye: the socket is simply gone. */
const ABNORMAL = 1006;

/** @typedef {ReturnType<typeof createConnection>} Connection */

/**
 * @param {object} parts
 * @param {import("ws").WebSocket} parts.socket
 * @param {import("../faults.mjs").Faults} parts.faults
 * @param {import("../request-log.mjs").LoggedRequest} parts.entry
 * @param {import("../account.mjs").Account} parts.account
 * @param {string} parts.path
 */
export function createConnection({ socket, faults, entry, account, path }) {
  const scale = faults.number("time-scale") ?? 1;
  const live = { messages: /** @type {unknown[]} */ ([]), audioBytes: 0, events: 0 };
  entry.live = live;
  let silent = false;
  let failed = false;
  let over = false;
  const timers = new Set();
  /** Late events keep their order. */
  let line = Promise.resolve();
  /** @type {(() => void) | undefined} */
  let onFailure;

  const reached = (name, count) => faults.has(name) && count >= (faults.number(name) ?? 0);

  /** `close-code` says goodbye; without it the connection breaks. */
  function breakOff() {
    over = true;
    const code = faults.number("close-code") ?? ABNORMAL;
    if (code === ABNORMAL) socket.terminate();
    else socket.close(code);
  }

  /** @param {"bytes" | "events"} unit @param {number} count */
  function suffer(unit, count) {
    if (over) return;
    if (reached(`silent-after-${unit}`, count)) {
      // Not even the client's goodbye is read.
      silent = true;
      socket.pause();
    } else if (reached(`close-after-${unit}`, count)) breakOff();
    else if (reached(`fail-after-${unit}`, count) && !failed) {
      failed = true;
      onFailure?.();
    }
  }

  function put(text) {
    for (let times = faults.has("doubled") ? 2 : 1; times > 0 && !over && !silent; times--) {
      socket.send(text);
      suffer("events", ++live.events);
    }
  }

  socket.on("ping", (data) => {
    if (!faults.has("no-pong") && !silent) socket.pong(data);
  });
  socket.on("close", (code) => {
    over = true;
    live.closed = code;
    for (const timer of timers) clearTimeout(timer);
    account.log(`${path}: closed ${code} after ${live.audioBytes} bytes of audio and ${live.events} events`);
  });
  socket.on("error", (cause) => account.log(`${path}: ${cause.message}`));

  return {
    faults,
    account,
    entry,
    id: randomUUID(),
    isOver: () => over,
    /** Real milliseconds → those of this connection. @param {number} milliseconds */
    scaled: (milliseconds) => milliseconds / scale,
    scale,

    /** @param {object} event */
    send(event) {
      const text = JSON.stringify(event);
      const late = faults.number("late");
      if (late === undefined) return put(text);
      const due = performance.now() + late;
      line = line
        .then(() => new Promise((resolve) => timers.add(setTimeout(resolve, Math.max(0, due - performance.now())))))
        .then(() => put(text));
    },

    /** Closes once everything was sent. @param {number} code @param {string} [reason] */
    close(code, reason) {
      line = line.then(() => {
        if (silent || over) return;
        over = true;
        socket.close(code, reason);
      });
    },

    /** Runs after so many of the service's milliseconds, unless it is cancelled. @param {number} milliseconds @param {() => void} act */
    after(milliseconds, act) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!over) act();
      }, milliseconds / scale);
      timers.add(timer);
      return () => {
        timers.delete(timer);
        clearTimeout(timer);
      };
    },

    /** Notes a message that is no audio. @param {unknown} message */
    note: (message) => void live.messages.push(message),

    /**
     * Audio, up to the byte at which something goes wrong.
     * @param {Buffer} bytes @param {(bytes: Buffer) => void} take
     */
    receive(bytes, take) {
      const places = ["silent-after-bytes", "close-after-bytes", "fail-after-bytes"];
      const left = places
        .map((name) => (faults.number(name) ?? Infinity) - live.audioBytes)
        .filter((count) => count >= 0);
      const until = Math.min(bytes.length, ...left);
      live.audioBytes += until;
      if (until > 0) take(bytes.subarray(0, until));
      suffer("bytes", live.audioBytes);
      if (until < bytes.length && !over && !silent) {
        live.audioBytes += bytes.length - until;
        take(bytes.subarray(until));
      }
    },

    /** @param {(data: Buffer, isBinary: boolean) => void} handle */
    onMessage(handle) {
      socket.on("message", (data, isBinary) => {
        if (!over && !silent) handle(/** @type {Buffer} */ (data), isBinary);
      });
    },
    /** @param {() => void} handle */
    onClose: (handle) => void socket.on("close", handle),
    /** What fail-after-bytes and fail-after-events do. @param {() => void} handle */
    onFailure(handle) {
      onFailure = handle;
    },
  };
}
