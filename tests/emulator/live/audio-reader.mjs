// The bytes of a realtime connection as samples, however they were cut: PCM and WAV here, everything else through ffmpeg.
import { spawn } from "node:child_process";

/** What each `format` of the service's is for ffmpeg; opus and speex come in Ogg. */
const DEMUXERS = { mp3: "mp3", opus: "ogg", speex: "ogg", aac: "aac", amr: "amr" };
export const FORMATS = ["pcm", "wav", ...Object.keys(DEMUXERS)];
const LARGEST_HEADER = 64 * 1024;

/** The bytes are not what they were said to be. */
export class UnreadableAudio extends Error {}

/**
 * @typedef {object} AudioReader
 * @property {(bytes: Buffer) => void} push
 * @property {() => Promise<void>} end resolves when the last samples are out
 * @property {() => void} close gives up
 *
 * @typedef {(samples: Int16Array, sampleRate: number) => void} TakeSamples
 */

/**
 * @param {{ format: string, sampleRate: number, onSamples: TakeSamples, onError: (cause: Error) => void }} options
 * @returns {AudioReader}
 */
export function createAudioReader({ format, sampleRate, onSamples, onError }) {
  if (format === "pcm") return pcmReader((samples) => onSamples(samples, sampleRate));
  if (format === "wav") return wavReader(onSamples, onError);
  return ffmpegReader(DEMUXERS[format], onSamples, onError);
}

/** @param {(samples: Int16Array) => void} take @param {number} [channels] @returns {AudioReader} */
function pcmReader(take, channels = 1) {
  const width = channels * 2;
  let left = Buffer.alloc(0);
  return {
    push(bytes) {
      const all = left.length === 0 ? bytes : Buffer.concat([left, bytes]);
      const count = Math.floor(all.length / width);
      left = Buffer.from(all.subarray(count * width));
      const samples = new Int16Array(count);
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) sum += all.readInt16LE(i * width + channel * 2);
        samples[i] = Math.trunc(sum / channels);
      }
      if (count > 0) take(samples);
    },
    async end() {},
    close() {},
  };
}

/** @param {TakeSamples} onSamples @param {(cause: Error) => void} onError @returns {AudioReader} */
function wavReader(onSamples, onError) {
  let header = Buffer.alloc(0);
  /** @type {AudioReader | undefined} */
  let data;
  return {
    push(bytes) {
      if (data) return data.push(bytes);
      header = Buffer.concat([header, bytes]);
      try {
        const found = readHeader(header);
        if (!found) return;
        data = pcmReader((samples) => onSamples(samples, found.sampleRate), found.channels);
        data.push(header.subarray(found.dataAt));
      } catch (cause) {
        onError(/** @type {Error} */ (cause));
      }
    },
    async end() {},
    close() {},
  };
}

/** @param {Buffer} bytes @returns {{ dataAt: number, channels: number, sampleRate: number } | undefined} undefined: more is needed */
function readHeader(bytes) {
  if (bytes.length < 12) return undefined;
  const tag = (at) => bytes.toString("latin1", at, at + 4);
  if (tag(0) !== "RIFF" || tag(8) !== "WAVE") throw new UnreadableAudio("no RIFF/WAVE header");
  let format;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (tag(at) === "data") {
      if (!format) throw new UnreadableAudio("the data chunk comes before the fmt chunk");
      return { dataAt: at + 8, ...format };
    }
    if (tag(at) === "fmt ") {
      if (at + 24 > bytes.length) return undefined;
      if (bytes.readUInt16LE(at + 22) !== 16) throw new UnreadableAudio("only 16-bit PCM is read from a stream of WAV");
      format = { channels: Math.max(1, bytes.readUInt16LE(at + 10)), sampleRate: bytes.readUInt32LE(at + 12) };
    }
    at += 8 + size + (size & 1);
  }
  if (bytes.length > LARGEST_HEADER) throw new UnreadableAudio("no data chunk");
  return undefined;
}

/** @param {string} demuxer @param {TakeSamples} onSamples @param {(cause: Error) => void} onError @returns {AudioReader} */
function ffmpegReader(demuxer, onSamples, onError) {
  const input = ["-v", "error", "-probesize", "4096", "-analyzeduration", "0", "-f", demuxer];
  const output = ["-map", "0:a:0", "-ac", "1", "-ar", "16000", "-f", "s16le", "-flush_packets", "1", "pipe:1"];
  const child = spawn("ffmpeg", [...input, "-i", "pipe:0", ...output], { stdio: ["pipe", "pipe", "pipe"] });
  const pcm = pcmReader((samples) => onSamples(samples, 16000));
  let complaint = "";
  let given = false;
  let closed = false;
  child.stdin.on("error", () => {});
  child.stdout.on("data", (bytes) => pcm.push(bytes));
  child.stderr.on("data", (text) => {
    complaint += text;
  });
  const ended = new Promise((resolve) => {
    child.on("error", (cause) => {
      closed || onError(new UnreadableAudio(`ffmpeg cannot be started: ${cause.message}`));
      resolve(undefined);
    });
    child.on("close", (code) => {
      if (code !== 0 && given && !closed)
        onError(new UnreadableAudio(complaint.trim().split("\n").at(-1) ?? `exit code ${code}`));
      resolve(undefined);
    });
  });
  return {
    push(bytes) {
      given ||= bytes.length > 0;
      child.stdin.write(bytes);
    },
    async end() {
      child.stdin.end();
      await ended;
    },
    close() {
      closed = true;
      child.kill("SIGKILL");
    },
  };
}
