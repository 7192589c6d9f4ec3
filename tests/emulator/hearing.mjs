// From bytes to samples, with the service's refusals: cannot be decoded, too long.
import { decodeAudio, mixDown, UndecodableAudio } from "./audio/decode.mjs";
import { refusal } from "./service-error.mjs";

/** @typedef {{ samples: Float32Array, durationMs: number, audio: import("./audio/decode.mjs").DecodedAudio }} Sound */

/**
 * @param {Uint8Array} bytes
 * @param {import("./models.mjs").Family} family
 * @param {(line: string) => void} log
 * @returns {Promise<Sound>}
 */
export async function listen(bytes, family, log) {
  const audio = await decodeAudio(bytes).catch((cause) => {
    if (!(cause instanceof UndecodableAudio)) throw cause;
    log(`cannot decode ${bytes.length} bytes: ${cause.message}`);
    throw refusal("audio-not-opened");
  });
  // 300 s are taken and 301 s refused; nobody has measured what lies between.
  const seconds = family.seconds ?? 0;
  if (audio.durationMs >= (seconds + 0.5) * 1000) {
    // Qwen3-ASR has words only, the others a code as well.
    if (family.kind === "qwen") throw refusal("audio-too-long");
    throw refusal("audio-over-process", { milliseconds: audio.durationMs.toFixed(1), seconds });
  }
  return { samples: mixDown(audio.channels), durationMs: audio.durationMs, audio };
}

/** 25 tokens for each second of audio, one second at least. @param {number} durationMs */
export function tokensOf(durationMs) {
  return Math.ceil((Math.max(durationMs, 1000) / 1000) * 25);
}

/** Whole seconds, one at least: the official sample counts 42 tokens (1.68 s) as 1. @param {number} durationMs */
export function billedSeconds(durationMs) {
  return Math.max(1, Math.floor(durationMs / 1000));
}

/** Words and marks, as good a guess as any at somebody else's tokens. @param {string} text */
export function textTokensOf(text) {
  return text.match(/[\p{L}\p{N}'’-]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0;
}
