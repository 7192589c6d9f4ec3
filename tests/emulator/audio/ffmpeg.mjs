// Everything but WAV is decoded by ffmpeg, where it is installed.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Thrown when there is no ffmpeg on PATH. */
export class DecoderMissing extends Error {}

/**
 * The bytes as a 16 kHz WAV file with all their channels, and what the file said about itself.
 * @param {Uint8Array} bytes
 * @param {string} demuxer ffmpeg's name of the container
 * @returns {Promise<{ wav: Uint8Array, codec: string, sampleRate: number }>}
 */
export async function decodeWithFfmpeg(bytes, demuxer) {
  // A file and not a pipe: MP4 keeps its index at the end and has to be read twice.
  const file = join(tmpdir(), `dashscope-emulator-${randomUUID()}`);
  await writeFile(file, bytes);
  try {
    const source = ["-protocol_whitelist", "file,pipe", "-f", demuxer, "-i", file];
    const probe = await run("ffprobe", [
      ...["-v", "error", ...source, "-select_streams", "a:0"],
      ...["-show_entries", "stream=codec_name,sample_rate", "-of", "json"],
    ]);
    const stream = JSON.parse(probe.toString("utf8")).streams?.[0];
    if (!stream) throw new Error("the file has no audio track");
    const wav = await run("ffmpeg", [
      ...["-v", "error", "-nostdin", ...source, "-map", "0:a:0", "-ar", "16000"],
      ...["-c:a", "pcm_f32le", "-f", "wav", "pipe:1"],
    ]);
    return { wav, codec: stream.codec_name, sampleRate: Number(stream.sample_rate) };
  } finally {
    await rm(file, { force: true });
  }
}

/** @param {string} program @param {string[]} parameters @returns {Promise<Buffer>} */
function run(program, parameters) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    const complaints = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => complaints.push(chunk));
    child.on("error", (cause) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (cause).code === "ENOENT";
      reject(missing ? new DecoderMissing(`${program} is not on PATH`, { cause }) : cause);
    });
    child.on("close", (code) => {
      const complaint = Buffer.concat(complaints).toString("utf8").trim().split("\n").at(-1);
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(`${program}: ${complaint || `exit code ${code}`}`));
    });
  });
}
