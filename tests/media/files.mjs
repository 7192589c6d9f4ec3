// files.mjs — real files: a recording of speech in every format that the service names, in the containers that people have.
//
// Made by ffmpeg when they are needed, in a second or two each at most. What this machine's ffmpeg cannot encode is left out,
// and named.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const SPEECH = new URL("../fixtures/speech/jfk.wav", import.meta.url).pathname;

/** A recording of eleven seconds, six times over: long enough for the places behind the first kilobytes to matter. */
export const SECONDS = 66;
const INPUT = ["-stream_loop", "5", "-i", SPEECH];
const VIDEO = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=5:duration=66", "-shortest"];
const PICTURE = ["-f", "lavfi", "-i", "color=red:size=600x600:duration=1:rate=1"];
const COVER = ["-map", "0:a", "-map", "1:v", "-frames:v", "1", "-c:v", "png", "-disposition:v", "attached_pic"];

const aac = ["-c:a", "aac", "-b:a", "32k"];
const opus = ["-c:a", "libopus", "-b:a", "24k"];
const mp3 = (...more) => ["-c:a", "libmp3lame", ...more];
const mpeg4 = ["-c:v", "mpeg4"];
const h264 = ["-c:v", "libx264", "-preset", "ultrafast"];

/**
 * Name of the file → what it is to be taken for, and how ffmpeg makes it: options for the output, and before them those of a
 * second input. `change` changes its bytes.
 * @type {Record<string, { format: string, output: string[], second?: string[], change?: (bytes: Buffer) => Buffer }>}
 */
export const FILES = {
  "pcm16.wav": { format: "wav", output: [] },
  "pcm8.wav": { format: "wav", output: ["-c:a", "pcm_u8"] },
  "pcm24.wav": { format: "wav", output: ["-c:a", "pcm_s24le"] },
  "pcm32.wav": { format: "wav", output: ["-c:a", "pcm_s32le"] },
  "float.wav": { format: "wav", output: ["-c:a", "pcm_f32le"] },
  "float64.wav": { format: "wav", output: ["-c:a", "pcm_f64le"] },
  "extensible.wav": { format: "wav", output: ["-c:a", "pcm_s24le", "-ac", "6", "-ar", "8000"] },
  "alaw.wav": { format: "wav", output: ["-c:a", "pcm_alaw"] },
  "mulaw.wav": { format: "wav", output: ["-c:a", "pcm_mulaw", "-ar", "8000"] },
  "ima.wav": { format: "wav", output: ["-c:a", "adpcm_ima_wav"] },
  "ms-adpcm.wav": { format: "wav", output: ["-c:a", "adpcm_ms"] },
  "gsm.wav": { format: "wav", output: ["-c:a", "libgsm_ms", "-ar", "8000"] },
  "mp3.wav": { format: "wav", output: mp3("-b:a", "48k") },
  "rf64.wav": { format: "wav", output: ["-rf64", "always"] },
  "broadcast.wav": { format: "wav", output: ["-write_bext", "1", "-metadata", "description=notes"] },
  "streamed.wav": { format: "wav", output: [], change: (bytes) => withSize(bytes, 0xffffffff) },
  "zero-size.wav": { format: "wav", output: [], change: (bytes) => withSize(bytes, 0) },
  "wrong-byte-rate.wav": { format: "wav", output: [], change: withHalfTheRate },
  "pcm.aiff": { format: "aiff", output: [] },
  "pcm24.aiff": { format: "aiff", output: ["-c:a", "pcm_s24be", "-ar", "44100"] },
  "sowt.aifc": { format: "aiff", output: ["-c:a", "pcm_s16le", "-f", "aiff"] },
  "mulaw.aifc": { format: "aiff", output: ["-c:a", "pcm_mulaw", "-f", "aiff"] },
  "plain.flac": { format: "flac", output: [] },
  "cover.flac": { format: "flac", output: COVER, second: PICTURE },
  "tagged.flac": { format: "flac", output: [], change: (bytes) => Buffer.concat([id3(90_000), bytes]) },
  "cbr.mp3": { format: "mp3", output: mp3("-b:a", "64k") },
  "cbr-bare.mp3": { format: "mp3", output: mp3("-b:a", "64k", "-write_xing", "0", "-id3v2_version", "0") },
  "vbr.mp3": { format: "mp3", output: mp3("-q:a", "5", "-ar", "44100") },
  "vbr-bare.mp3": { format: "mp3", output: mp3("-q:a", "5", "-ar", "44100", "-write_xing", "0") },
  "abr.mp3": { format: "mp3", output: mp3("-abr", "1", "-b:a", "56k") },
  "stereo-48k.mp3": { format: "mp3", output: mp3("-ac", "2", "-ar", "48000", "-b:a", "96k") },
  "mpeg25.mp3": { format: "mp3", output: mp3("-ar", "8000", "-b:a", "16k") },
  "cover.mp3": { format: "mp3", output: [...mp3("-b:a", "64k"), ...COVER], second: PICTURE },
  "id3v1.mp3": { format: "mp3", output: mp3("-b:a", "64k", "-write_id3v1", "1", "-metadata", "title=note") },
  "ape.mp3": { format: "mp3", output: mp3("-b:a", "64k"), change: (bytes) => Buffer.concat([ape(3000), bytes]) },
  "zeros.mp3": {
    format: "mp3",
    output: mp3("-id3v2_version", "0"),
    change: (bytes) => Buffer.concat([Buffer.alloc(731), bytes]),
  },
  "layer-2.mp2": { format: "mp3", output: ["-c:a", "mp2", "-b:a", "64k"] },
  "bare.aac": { format: "aac", output: aac },
  "tagged.aac": { format: "aac", output: [...aac, "-write_id3v2", "1", "-metadata", "title=note"] },
  "plain.m4a": { format: "m4a", output: aac },
  "faststart.m4a": { format: "m4a", output: [...aac, "-movflags", "+faststart"] },
  "alac.m4a": { format: "m4a", output: ["-c:a", "alac"] },
  "isom.m4a": { format: "mp4", output: [...aac, "-f", "mp4", "-brand", "isom"] },
  "dash.m4a": { format: "mp4", output: [...aac, "-f", "mp4", "-brand", "dash"] },
  "book.m4b": { format: "m4a", output: [...aac, "-f", "ipod", "-brand", "M4B "] },
  "fragmented.mp4": {
    format: "mp4",
    output: [...aac, "-movflags", "+frag_keyframe+empty_moov", "-frag_duration", "1000000"],
  },
  "opus.mp4": { format: "mp4", output: opus },
  "flac.mp4": { format: "mp4", output: ["-c:a", "flac", "-strict", "-2"] },
  "mp3.mp4": { format: "mp4", output: mp3("-b:a", "64k") },
  "video.mp4": { format: "mp4", output: [...aac, ...h264], second: VIDEO },
  "video-faststart.mp4": { format: "mp4", output: [...aac, ...h264, "-movflags", "+faststart"], second: VIDEO },
  "voice.3gp": { format: "mp4", output: aac },
  "voice.3g2": { format: "mp4", output: aac },
  "amr.3gp": { format: "mp4", output: ["-c:a", "libopencore_amrnb", "-ar", "8000", "-b:a", "12.2k"] },
  "voice.mov": { format: "mov", output: aac },
  "pcm.mov": { format: "mov", output: ["-c:a", "pcm_s16le"] },
  "video.mov": { format: "mov", output: [...aac, ...mpeg4], second: VIDEO },
  "old.mov": { format: "mov", output: ["-c:a", "pcm_s16le"], change: withoutBrand },
  "vorbis.ogg": { format: "ogg", output: ["-c:a", "libvorbis"] },
  "flac.ogg": { format: "ogg", output: ["-c:a", "flac"] },
  "speex.ogg": { format: "ogg", output: ["-c:a", "libspeex"] },
  "speex.spx": { format: "ogg", output: ["-c:a", "libspeex", "-ar", "8000"] },
  "opus.ogg": { format: "opus", output: opus },
  "plain.opus": { format: "opus", output: opus },
  "loud.opus": { format: "opus", output: ["-c:a", "libopus", "-b:a", "256k", "-ac", "2"] },
  "opus.webm": { format: "webm", output: opus },
  "vorbis.webm": { format: "webm", output: ["-c:a", "libvorbis"] },
  "live.webm": { format: "webm", output: [...opus, "-live", "1"] },
  "video.webm": {
    format: "webm",
    output: [...opus, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"],
    second: VIDEO,
  },
  "audio.mka": { format: "mkv", output: aac },
  "flac.mkv": { format: "mkv", output: ["-c:a", "flac"] },
  "video.mkv": { format: "mkv", output: [...aac, ...h264], second: VIDEO },
  // Debian's ffmpeg encodes no AMR; this is silence, frame by frame, after RFC 4867, §5.3.
  "silence.amr": { format: "amr", output: [], change: () => amr("#!AMR\n", 0x3c, 32) },
  "silence-wide.amr": { format: "amr", output: [], change: () => amr("#!AMR-WB\n", 0x44, 61) },
  "narrow.amr": { format: "amr", output: ["-c:a", "libopencore_amrnb", "-ar", "8000", "-b:a", "12.2k"] },
  "slow.amr": { format: "amr", output: ["-c:a", "libopencore_amrnb", "-ar", "8000", "-b:a", "4.75k"] },
  "wide.amr": { format: "amr", output: ["-c:a", "libvo_amrwbenc", "-ar", "16000", "-b:a", "23.85k"] },
  "voice.wma": { format: "wma", output: ["-c:a", "wmav2"] },
  "voice-1.wma": { format: "wma", output: ["-c:a", "wmav1"] },
  "video.wmv": { format: "wmv", output: ["-c:a", "wmav2", "-c:v", "wmv2"], second: VIDEO },
  "video.asf": { format: "wmv", output: ["-c:a", "wmav2", "-c:v", "wmv1"], second: VIDEO },
  "audio.flv": { format: "flv", output: mp3("-ar", "44100") },
  "video.flv": { format: "flv", output: [...aac, "-ar", "44100", "-c:v", "flv"], second: VIDEO },
  "audio.avi": { format: "avi", output: ["-c:a", "pcm_s16le"] },
  "video.avi": { format: "avi", output: [...mp3(), ...mpeg4], second: VIDEO },
  "video.mpg": { format: "mpeg", output: ["-c:a", "mp2", "-r", "25", "-c:v", "mpeg1video"], second: VIDEO },
  "dvd.vob": { format: "mpeg", output: ["-c:a", "mp2", "-f", "vob"] },
  "broadcast.ts": { format: "mpeg", output: [...aac, "-f", "mpegts"] },
};

/** Formats that no list of the service has: not taken for one of them. */
export const OTHERS = {
  "voice.caf": { format: "-", output: ["-c:a", "pcm_s16be"] },
  "voice.au": { format: "-", output: [] },
  "voice.w64": { format: "-", output: [] },
  "voice.wv": { format: "-", output: ["-c:a", "wavpack"] },
  "voice.tta": { format: "-", output: [] },
  "voice.ac3": { format: "-", output: [] },
  "samples.raw": { format: "-", output: ["-f", "s16le"] },
};

/**
 * Makes them all.
 * @param {string} folder
 * @param {typeof FILES} files
 * @returns {Promise<{ made: string[], missing: Record<string, string> }>} names; and what could not be made, with the reason
 */
export async function makeFiles(folder, files = { ...FILES, ...OTHERS }) {
  const made = [];
  /** @type {Record<string, string>} */
  const missing = {};
  const waiting = Object.entries(files);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, { second = [], output, change }] = next;
      const path = join(folder, name);
      if (change?.length === 0) {
        writeFileSync(path, change(Buffer.alloc(0)));
        made.push(name);
        continue;
      }
      const { code, words } = await run("ffmpeg", [
        "-nostdin",
        "-v",
        "error",
        "-y",
        ...INPUT,
        ...second,
        ...output,
        path,
      ]);
      if (code === 0 && existsSync(path)) {
        if (change) writeFileSync(path, change(readFileSync(path)));
        made.push(name);
      } else {
        missing[name] = words.trim().split("\n")[0] || `ffmpeg ended with code ${code}`;
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { made, missing };
}

/**
 * @param {string} program @param {string[]} parameters
 * @returns {Promise<{ code: number | null, output: string, words: string }>}
 */
export function run(program, parameters) {
  const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let words = "";
  child.stdout.on("data", (piece) => (output += piece));
  child.stderr.on("data", (piece) => (words += piece));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 127, output, words: error.message }));
    child.on("close", (code) => resolve({ code, output, words }));
  });
}

/** @param {Buffer} bytes of a WAV @param {number} size to claim */
function withSize(bytes, size) {
  bytes.writeUInt32LE(size, bytes.indexOf("data") + 4);
  return bytes;
}

/** What the header says of bytes per second, halved. @param {Buffer} bytes of a WAV */
function withHalfTheRate(bytes) {
  bytes.writeUInt32LE(bytes.readUInt32LE(28) / 2, 28);
  return bytes;
}

/** @param {number} length of an ID3v2 tag without its header */
function id3(length) {
  const size = [21, 14, 7, 0].map((shift) => (length >> shift) & 0x7f);
  return Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, ...size]), Buffer.alloc(length)]);
}

/** @param {number} length of an APEv2 tag without its header */
function ape(length) {
  const tag = Buffer.alloc(32 + length);
  tag.write("APETAGEX");
  tag.writeUInt32LE(2000, 8);
  tag.writeUInt32LE(length, 12);
  return tag;
}

/** @param {string} magic @param {number} mode as it stands before each frame @param {number} size of a frame */
function amr(magic, mode, size) {
  const frame = Buffer.alloc(size);
  frame[0] = mode;
  return Buffer.concat([Buffer.from(magic), ...Array(SECONDS * 50).fill(frame)]);
}

/** As before there was `ftyp`. @param {Buffer} bytes */
function withoutBrand(bytes) {
  bytes.write("free", 4);
  return bytes;
}
