// A note that somebody speaks, and how soon after the last word its text is there: recorded and sent then, in pieces while it is
// recorded, and live. All over the same service, in Node.
import { openAsBlob, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Transcriber } from "../../../dist/index.js";
import { run } from "./ours.mjs";
import { RATE } from "./speech.mjs";

const WAV_HEADER = 44;
const CHUNK_MS = 100;
const CHUNK_BYTES = (RATE * 2 * CHUNK_MS) / 1000;

/**
 * The recording as it is made: each chunk when it was spoken, at a clock that may run faster than ours.
 * @param {Buffer} wav @param {number} speed
 */
async function* spoken(wav, speed) {
  const began = performance.now();
  const sound = wav.subarray(WAV_HEADER);
  for (let at = 0; at < sound.length; at += CHUNK_BYTES) {
    const due = began + ((at + CHUNK_BYTES) / (RATE * 2)) * (1000 / speed);
    await sleep(Math.max(0, due - performance.now()));
    yield sound.subarray(at, at + CHUNK_BYTES);
  }
}

/** As recorders have it when somebody stops: it was encoded while they spoke. */
async function recordedAndSent(asr, path) {
  const file = path.replace(/\.wav$/u, ".ogg");
  await run("ffmpeg", ["-v", "error", "-y", "-i", path, "-c:a", "libopus", "-b:a", "32k", file]);
  const blob = await openAsBlob(file);
  const stopped = performance.now();
  const { text } = await asr.transcribe(blob);
  return { text, ms: performance.now() - stopped };
}

async function inPieces(asr, path, speed) {
  const wav = readFileSync(path);
  const header = Buffer.from(wav.subarray(0, WAV_HEADER));
  // Nobody knows its length yet.
  header.writeUInt32LE(0xffff_ffff, 4);
  header.writeUInt32LE(0xffff_ffff, 40);
  let stopped = 0;
  const audio = ReadableStream.from(
    (async function* () {
      yield header;
      yield* spoken(wav, speed);
      stopped = performance.now();
    })(),
  );
  const { text } = await asr.transcribe(audio, { longAudio: "split", timeout: 3_600_000 });
  return { text, ms: performance.now() - stopped };
}

async function live(asr, path, speed) {
  const session = asr.live();
  const reading = (async () => {
    for await (const _ of session);
  })();
  for await (const chunk of spoken(readFileSync(path), speed)) session.send(chunk);
  const stopped = performance.now();
  const { text } = await session.finish();
  const ms = performance.now() - stopped;
  await reading;
  return { text, ms };
}

/**
 * @param {string} url of the service @param {string} path of the WAV file @param {number} speed of the clock of those who speak; 1
 *   is ours
 * @returns {Promise<Record<"recorded" | "pieces" | "live", { text: string, ms: number }>>} milliseconds from the stop to the text
 */
export async function noteHeard(url, path, speed) {
  const asr = () => new Transcriber({ apiKey: "sk-test", baseURL: url });
  const recorded = await recordedAndSent(asr(), path);
  // Both wait for somebody who speaks, so they do it at the same time.
  const [pieces, spokenLive] = await Promise.all([inPieces(asr(), path, speed), live(asr(), path, speed)]);
  return { recorded, pieces, live: spokenLive };
}
