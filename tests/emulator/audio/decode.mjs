// Bytes of any supported format → samples at the recogniser's rate.
import { containerOf } from "./container.mjs";
import { DecoderMissing, decodeWithFfmpeg } from "./ffmpeg.mjs";
import { resample } from "./resample.mjs";
import { readWav } from "./wav.mjs";

export const SAMPLE_RATE = 16000;

/** The bytes are no audio that can be decoded here; `message` says why, for the emulator's log. */
export class UndecodableAudio extends Error {}

/**
 * @typedef {object} DecodedAudio
 * @property {Float32Array[]} channels one array per channel, at 16 kHz
 * @property {number} durationMs
 * @property {string} container what the bytes are
 * @property {string} codec as ffmpeg calls it, for example "pcm_s16le" or "opus"
 * @property {number} sampleRate of the file itself
 */

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<DecodedAudio>}
 */
export async function decodeAudio(bytes) {
  const container = containerOf(bytes);
  if (!container) throw new UndecodableAudio("the first bytes belong to no known audio format");
  try {
    const decoded = container === "wav" ? await decodeWav(bytes) : await decodeOther(bytes, container);
    const durationMs = (decoded.channels[0].length / SAMPLE_RATE) * 1000;
    if (durationMs === 0) throw new UndecodableAudio(`the ${container} file holds no samples`);
    return { ...decoded, container, durationMs };
  } catch (cause) {
    if (cause instanceof UndecodableAudio) throw cause;
    if (cause instanceof DecoderMissing) {
      throw new UndecodableAudio(
        `this is ${container}, and without ffmpeg only WAV can be decoded here (Debian: apt install ffmpeg)`,
        { cause },
      );
    }
    throw new UndecodableAudio(`${container}: ${/** @type {Error} */ (cause).message}`, { cause });
  }
}

async function decodeWav(bytes) {
  try {
    const { channels, sampleRate, codec } = readWav(bytes);
    return { channels: channels.map((samples) => resample(samples, sampleRate, SAMPLE_RATE)), codec, sampleRate };
  } catch (cause) {
    // A-law, ADPCM and other rare codecs inside RIFF: ffmpeg knows them.
    if (/ is not PCM| not supported/.test(/** @type {Error} */ (cause).message)) return decodeOther(bytes, "wav");
    throw cause;
  }
}

async function decodeOther(bytes, demuxer) {
  const { wav, codec, sampleRate } = await decodeWithFfmpeg(bytes, demuxer);
  return { channels: readWav(wav).channels, codec, sampleRate };
}

/** All channels mixed into one. @param {Float32Array[]} channels */
export function mixDown(channels) {
  if (channels.length === 1) return channels[0];
  const mixed = new Float32Array(channels[0].length);
  for (const samples of channels) for (let i = 0; i < mixed.length; i++) mixed[i] += samples[i] / channels.length;
  return mixed;
}
