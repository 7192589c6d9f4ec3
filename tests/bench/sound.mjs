// Hours of sound → segments: how much faster than it lasts, and whether memory grows with it. Runs in Node and in a page.
//   node tests/bench/sound.mjs <seconds>   in a process of its own; prints its peak of memory in bytes

const RATE = 16_000;

/** A buzz with formants that comes in words and sentences; what the detector costs does not depend on what it hears. @param {number} from @returns {Int16Array} one second */
function second(from) {
  const samples = new Int16Array(RATE);
  const isPause = from % 7 === 6;
  for (let at = 0; at < RATE; at++) {
    const time = at / RATE;
    const word = Math.max(0, Math.sin(2 * Math.PI * 3 * time));
    const buzz = [130, 260, 390, 520, 650, 1_170, 2_470].reduce(
      (sum, tone) => sum + Math.sin(2 * Math.PI * tone * time),
      0,
    );
    samples[at] = isPause ? (at * 7_919) % 21 : 1_500 * word * buzz;
  }
  return samples;
}

/** A WAV file of so many seconds, which nobody ever has as a whole. @param {number} seconds @returns {ReadableStream<Uint8Array>} */
export function recordingOf(seconds) {
  const kinds = Array.from({ length: 7 }, (_, index) => new Uint8Array(second(index).buffer));
  let given = -1;
  return new ReadableStream({
    pull(controller) {
      if (given === seconds) return controller.close();
      if (given < 0) controller.enqueue(header());
      else controller.enqueue(kinds[given % kinds.length].slice());
      given += 1;
    },
  });
}

/** @returns {Uint8Array} of a file whose length nobody knew */
function header() {
  const bytes = new Uint8Array(44);
  const view = new DataView(bytes.buffer);
  const write = (at, text) => new TextEncoder().encodeInto(text, bytes.subarray(at));
  write(0, "RIFF");
  write(8, "WAVEfmt ");
  for (const [at, size, value] of [
    ...[
      [4, 4, 0xffffffff],
      [16, 4, 16],
      [20, 2, 1],
      [22, 2, 1],
      [24, 4, RATE],
      [28, 4, RATE * 2],
    ],
    ...[
      [32, 2, 2],
      [34, 2, 16],
      [40, 4, 0xffffffff],
    ],
  ]) {
    if (size === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
  }
  write(36, "data");
  return bytes;
}

/** Milliseconds that it takes. @param {typeof import("../../dist/index.js")} ours @param {number} seconds */
export async function cutting(ours, seconds) {
  const began = performance.now();
  let count = 0;
  for await (const { samples } of ours.segments(recordingOf(seconds), { targetMs: 60_000 })) count += samples.length;
  if (count < (seconds * RATE) / 2) throw new Error(`only ${count} samples were heard`);
  return performance.now() - began;
}

/** Peak memory of a process of Node that cuts so much. @param {number} seconds */
export async function cuttingMemory(seconds) {
  const { spawnSync } = await import("node:child_process");
  const { fileURLToPath } = await import("node:url");
  const parameters = [fileURLToPath(import.meta.url), String(seconds)];
  const { stdout, stderr, status } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

if (globalThis.process?.argv[1] && import.meta.url === `file://${process.argv[1]}`) {
  await cutting(await import("../../dist/index.js"), Number(process.argv[2]));
  console.log(process.resourceUsage().maxRSS * 1024);
}
