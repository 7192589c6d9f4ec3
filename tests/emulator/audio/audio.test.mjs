// Decoding, resampling and finding speech.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { jfk, recordings } from "../../fixtures/recordings.mjs";
import { containerOf } from "./container.mjs";
import { decodeAudio, mixDown, UndecodableAudio } from "./decode.mjs";
import { cutIntoPieces } from "./pieces.mjs";
import { resample } from "./resample.mjs";
import { findSpeech } from "./voice-activity.mjs";
import { readWav, writeWav } from "./wav.mjs";

const tone = (hertz, rate, seconds = 1) =>
  Float32Array.from({ length: rate * seconds }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate));
const level = (samples) => Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
const noise = (length, loudness) => {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return loudness * (state / 1073741824 - 1);
  });
};

describe("wav", () => {
  test("what is written is read again", () => {
    const left = tone(440, 8000);
    const right = tone(330, 8000);
    const { channels, sampleRate, codec } = readWav(writeWav([left, right], 8000));
    assert.deepEqual([sampleRate, codec, channels.length], [8000, "pcm_s16le", 2]);
    assert.ok(channels[1].every((value, i) => Math.abs(value - right[i]) < 1 / 16000));
  });

  test("a streamed file whose sizes were never filled in is read to its end", () => {
    const bytes = writeWav([tone(440, 8000)], 8000);
    for (const size of [0, 0xffffffff]) {
      new DataView(bytes.buffer).setUint32(40, size, true);
      assert.equal(readWav(bytes).channels[0].length, 8000);
    }
  });

  test("RF64 and BW64: the length stands in the chunk before the format", () => {
    const plain = writeWav([tone(440, 8000)], 8000);
    const chunk = new Uint8Array(8 + 28);
    chunk.set(new TextEncoder().encode("ds64"));
    const view = new DataView(chunk.buffer);
    view.setUint32(4, 28, true);
    view.setBigUint64(16, 16000n, true);
    for (const name of ["RF64", "BW64"]) {
      // Something stands behind the data, which its true length leaves out.
      const bytes = Buffer.concat([plain.subarray(0, 12), chunk, plain.subarray(12), Buffer.from("LIST\x02\0\0\0hi")]);
      bytes.write(name);
      bytes.writeUInt32LE(0xffffffff, 4);
      bytes.writeUInt32LE(0xffffffff, 36 + 40);
      assert.equal(containerOf(bytes), "wav");
      assert.equal(readWav(bytes).channels[0].length, 8000, name);
    }
  });

  test("what ffmpeg writes as RF64, extensible, A-law, float and 24 bit", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "wav-"));
    context.after(() => rmSync(folder, { recursive: true }));
    for (const options of [
      ["-rf64", "always"],
      ["-rf64", "always", "-c:a", "pcm_s24le"],
      ["-rf64", "always", "-c:a", "pcm_alaw"],
      ["-c:a", "pcm_s24le"], // extensible
      ["-c:a", "pcm_alaw"],
      ["-c:a", "pcm_f64le"],
      ["-ac", "6"],
    ]) {
      const source = ["-f", "lavfi", "-i", "sine=frequency=440:duration=1:sample_rate=16000"];
      const path = join(folder, "a.wav"); // a file, so that ffmpeg can go back and fill in the lengths
      const made = spawnSync("ffmpeg", ["-v", "error", "-y", ...source, ...options, "-f", "wav", path]);
      assert.equal(made.status, 0, String(made.stderr));
      const { durationMs, container } = await decodeAudio(readFileSync(path));
      assert.deepEqual([durationMs, container], [1000, "wav"], options.join(" "));
    }
  });

  test("broken files are refused with a reason", () => {
    const bytes = writeWav([tone(440, 8000)], 8000);
    assert.throws(() => readWav(bytes.subarray(0, 20)), /no data chunk|fmt/);
    assert.throws(() => readWav(bytes.subarray(0, 38)), /no data chunk/);
    assert.throws(() => readWav(new Uint8Array(100)), /not a RIFF/);
  });
});

describe("resampling", () => {
  test("a tone below half the new rate stays, one above disappears", () => {
    for (const rate of [48000, 44100, 22050]) {
      const kept = resample(tone(1000, rate), rate, 16000);
      assert.ok(Math.abs(kept.length - 16000) <= 1);
      assert.ok(Math.abs(level(kept.subarray(200, -200)) - level(tone(1000, 16000))) < 0.005, `${rate}`);
      if (rate > 24000)
        assert.ok(level(resample(tone(11000, rate), rate, 16000).subarray(200, -200)) < 0.001, `${rate}`);
    }
    assert.ok(Math.abs(level(resample(tone(1000, 8000), 8000, 16000).subarray(200, -200)) - 0.3536) < 0.005);
  });
});

const FORMATS = {
  "ogg (opus)": ["a.ogg", "-c:a", "libopus"],
  "webm (opus)": ["a.webm", "-c:a", "libopus"],
  mkv: ["a.mkv", "-c:a", "libopus"],
  "mp4 (aac)": ["a.mp4", "-c:a", "aac"],
  m4a: ["a.m4a", "-c:a", "aac"],
  "aac (adts)": ["a.aac", "-c:a", "aac"],
  "mp3 with a tag": ["a.mp3", "-c:a", "libmp3lame"],
  "mp3 without": ["a.mp3", "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0"],
  flac: ["a.flac"],
  aiff: ["a.aiff"],
  avi: ["a.avi", "-c:a", "pcm_s16le"],
  flv: ["a.flv", "-c:a", "aac"],
  "wma (asf)": ["a.wma"],
  "mpeg (program stream)": ["a.mpeg", "-c:a", "mp2"],
  "wav, 48 kHz stereo": ["a.wav", "-ar", "48000", "-ac", "2"],
  "wav, 32-bit float": ["a.wav", "-c:a", "pcm_f32le"],
  "wav, 24-bit": ["a.wav", "-c:a", "pcm_s24le"],
  "wav, A-law": ["a.wav", "-c:a", "pcm_alaw"],
};
const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

describe("decoding", { skip: hasFfmpeg ? false : "ffmpeg is not on PATH, which makes the test files" }, () => {
  for (const [name, [file, ...options]] of Object.entries(FORMATS)) {
    test(name, async () => {
      const directory = mkdtempSync(join(tmpdir(), "emulator-audio-"));
      try {
        const path = join(directory, file);
        const made = spawnSync("ffmpeg", ["-v", "error", "-i", jfk.path, ...options, path]);
        assert.equal(made.status, 0, made.stderr.toString());
        const audio = await decodeAudio(readFileSync(path));
        assert.ok(Math.abs(audio.durationMs - 11000) < 150, `${audio.durationMs} ms`);
        const original = mixDown((await decodeAudio(jfk.read())).channels);
        // ffmpeg makes stereo of mono 3 dB quieter.
        const change = level(mixDown(audio.channels)) / level(original);
        assert.ok(change > 0.68 && change < 1.05, `${change}`);
      } finally {
        rmSync(directory, { recursive: true });
      }
    });
  }

  test("a truncated file of a known format is undecodable, and so is a picture", async () => {
    const webm = Buffer.from("1a45dfa39f4286810142f7810142f2810442f381084282847765626d", "hex");
    await assert.rejects(decodeAudio(webm), UndecodableAudio);
    const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
    await assert.rejects(decodeAudio(png), /no known audio format/);
  });
});

describe("without ffmpeg", () => {
  test("WAV is decoded and the others are refused in plain words", async () => {
    const path = process.env.PATH;
    process.env.PATH = "";
    try {
      assert.equal((await decodeAudio(jfk.read())).durationMs, 11000);
      const webm = Buffer.from("1a45dfa39f428681", "hex");
      await assert.rejects(decodeAudio(webm), /this is matroska, and without ffmpeg only WAV can be decoded here/);
    } finally {
      process.env.PATH = path;
    }
  });
});

test("the bytes tell the container, two sync words apart", () => {
  assert.equal(containerOf(Uint8Array.of(0xff, 0xf1, 0x50, 0x80)), "aac");
  assert.equal(containerOf(Uint8Array.of(0xff, 0xf9, 0x50, 0x80)), "aac");
  assert.equal(containerOf(Uint8Array.of(0xff, 0xfb, 0x90, 0x64)), "mp3");
  assert.equal(containerOf(Uint8Array.of(0xff, 0xf3, 0x90, 0x64)), "mp3");
  assert.equal(containerOf(Buffer.from("#EXTM3U\nhttp://127.0.0.1/")), undefined);
  assert.equal(containerOf(new Uint8Array(0)), undefined);
});

describe("speech", () => {
  test("silence, noise and a hum hold none, however loud", () => {
    const cases = {
      silence: new Float32Array(48000),
      quiet: noise(48000, 0.001),
      loud: noise(48000, 0.5),
      hum: tone(100, 16000, 3),
    };
    for (const [name, samples] of Object.entries(cases)) assert.deepEqual(findSpeech(samples).runs, [], name);
    assert.deepEqual(findSpeech(new Float32Array(0)).runs, []);
  });

  test("recordings hold some, also in noise and when quiet", async () => {
    for (const recording of recordings) {
      const samples = mixDown((await decodeAudio(recording.read())).channels);
      const background = noise(samples.length, 0.003);
      for (const change of [(value) => value, (value) => value / 20, (value, i) => value + background[i]]) {
        const { runs } = findSpeech(samples.map(change));
        const frames = runs.reduce((sum, run) => sum + run.end - run.begin, 0);
        assert.ok(frames * 320 > samples.length / 3, `${recording.name}: ${frames} frames`);
      }
    }
  });

  test("pieces are in order, apart, never longer than 14.4 seconds, and cover every run of speech", () => {
    const loudness = noise(20000, 30).map((value) => value - 40);
    const runs = [];
    for (let begin = 3, step = 0; begin < 19000; step++) {
      const end = begin + [30, 200, 1900, 5, 90][step % 5];
      runs.push({ begin, end });
      begin = end + [11, 40, 12, 100, 30][(step * 3) % 5];
    }
    const pieces = cutIntoPieces(runs, loudness);
    pieces.forEach((piece, index) => {
      assert.ok(piece.end - piece.begin <= 720);
      assert.ok(piece.begin >= (pieces[index - 1]?.end ?? 0));
      assert.ok(piece.voiced.every((run) => run.begin >= piece.begin && run.end <= piece.end));
    });
    const covered = pieces.flatMap((piece) => piece.voiced).reduce((sum, run) => sum + run.end - run.begin, 0);
    assert.equal(
      covered,
      runs.reduce((sum, run) => sum + run.end - run.begin, 0),
    );
  });
});
