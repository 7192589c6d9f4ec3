// Somebody who speaks into a live transcription.
import { setTimeout as sleep } from "node:timers/promises";
import { pcmOf } from "../emulator/live-client.mjs";
import { recordings } from "../fixtures/recordings.mjs";

const spoken = recordings.slice(1, 5);

/** What is said, and its samples: 16 kHz, with pauses. */
export const SAID = spoken.map(({ words }) => words).join(" ");
const bytes = pcmOf(
  spoken.map((recording) => recording.read()),
  900,
);
export const SAMPLES = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));

export const OPTIONS = { maxSentenceSilence: 600 };

/**
 * @param {import("../../dist/index.js").LiveTranscript} live
 * @param {{ samples?: Int16Array, faster?: number }} [how] so many times faster than a voice
 */
export async function speak(live, { samples = SAMPLES, faster = 10 } = {}) {
  const began = performance.now();
  for (let at = 0; at < samples.length; at += 1600) {
    live.send(samples.subarray(at, at + 1600));
    await sleep(Math.max(0, began + (at + 1600) / 16 / faster - performance.now()));
  }
}

/** Gathers the events. @param {import("../../dist/index.js").LiveTranscript} live */
export function listen(live) {
  /** @type {import("../../dist/index.js").LiveEvent[]} */
  const events = [];
  const over = (async () => {
    for await (const event of live) events.push(event);
  })();
  over.catch(() => {});
  return { events, over, states: () => events.flatMap((event) => (event.type === "state" ? [event.state] : [])) };
}
