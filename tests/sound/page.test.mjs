// What a page reads: by WebCodecs where mediabunny is installed, without it by decodeAudioData; videos give their sound.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { run, SECONDS } from "../media/files.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { assertAlike, byFfmpeg, files, likeness, samplesOf } from "./listening.mjs";
import { startSoundSite } from "./site.mjs";

const READ = [
  ...["plain.m4a", "fragmented.mp4", "video.mp4", "opus.webm", "live.webm", "vorbis.ogg", "plain.opus", "flac.ogg"],
  ...["video.mkv", "bare.aac", "broadcast.ts", "pcm.mov", "mp3.wav"],
];
/** What mediabunny does not know, and the browser does not either. */
const REFUSED = ["voice.wma", "silence.amr", "video.avi"];

const path = files([...READ, ...REFUSED, "cbr.mp3"]);

describe("a page", { skip: browserMissing }, () => {
  let browser;
  let site;
  const open = (at) => site.open(browser, at);
  /** What a page has made of a recording. */
  const heard = () => samplesOf(site.given().subarray(44));
  before(async () => {
    site = await startSoundSite({ file: (name) => readFileSync(path(name)) });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });
  const listen = (opened, name, options, asStream) =>
    opened.evaluate(
      ([name, options, asStream]) => globalThis.listen(name, options, asStream),
      [name, options, asStream],
    );

  test("reads containers by mediabunny, and takes the sound out of videos", async () => {
    const opened = await open("/with");
    for (const name of READ) {
      assert.deepEqual(Object.keys(await listen(opened, name)), ["size"], name);
      assertAlike(name, heard(), await byFfmpeg(path(name)));
    }
    for (const name of REFUSED) assert.equal((await listen(opened, name)).code, "unsupported_format", name);
  });

  test("cuts a piece out of a video, and reads a Response", async () => {
    const opened = await open("/with");
    const theirs = await byFfmpeg(path("video.mp4"));
    await listen(opened, "video.mp4", { fromMs: 40_000, toMs: 45_000 }, true);
    assert.equal(heard().length, 80_000);
    const { decibels, lag } = likeness(heard(), theirs.subarray(640_000, 720_000), 2_200);
    assert.ok(decibels > 12, `${decibels} dB at ${lag}`);
  });

  test("sound that begins later than the picture stays where it is", async () => {
    const inputs = ["-i", path("video.mp4"), "-itsoffset", "2", "-i", path("video.mp4"), "-map", "0:v", "-map", "1:a"];
    const made = await run("ffmpeg", ["-nostdin", "-v", "error", ...inputs, "-c", "copy", path("delayed.mp4")]);
    assert.equal(made.code, 0, made.words);
    const opened = await open("/with");
    const theirs = await byFfmpeg(path("video.mp4"));
    for (const [from, to] of [
      [42_000, 45_000],
      [1_000, 5_000],
    ]) {
      await listen(opened, "delayed.mp4", { fromMs: from, toMs: to });
      const there = theirs.subarray(Math.max(0, from - 2_000) * 16, (to - 2_000) * 16);
      const { decibels, lag } = likeness(heard().subarray(Math.max(0, 2_000 - from) * 16), there, 2_200);
      assert.ok(decibels > 12, `${from}: ${decibels} dB at ${lag}`);
    }
    assert.ok(
      heard()
        .subarray(0, 12_000)
        .every((sample) => Math.abs(sample) < 50),
      "silence before it",
    );
  });

  test("decodes small files at once where mediabunny is not", async () => {
    const opened = await open("/without");
    for (const name of ["plain.m4a", "live.webm", "plain.opus"]) {
      assert.deepEqual(Object.keys(await listen(opened, name)), ["size"], name);
      assertAlike(name, heard(), await byFfmpeg(path(name)));
    }
    const { code, message } = await listen(opened, "silence.amr");
    assert.equal(code, "unsupported_format");
    assert.ok(message.length > 10);
  });

  test("knows what ffprobe knows", async () => {
    const opened = await open("/with");
    for (const name of [...READ, "voice.wma", "cbr.mp3"]) {
      const entries = ["-show_entries", "stream=codec_name,sample_rate,channels", "-select_streams", "a:0"];
      const probed = await run("ffprobe", ["-v", "error", ...entries, "-show_format", "-of", "json", path(name)]);
      const { streams, format } = JSON.parse(probed.output);
      const ours = await opened.evaluate((name) => globalThis.probe(name), name);
      const [{ codec_name, sample_rate, channels }] = streams;
      const told = [ours.codec, ours.sampleRate, ours.channels];
      assert.deepEqual(told, [codec_name, Number(sample_rate), channels], `${name} ${JSON.stringify(ours)}`);
      // Of what a page has recorded, ffprobe does not know the length, and of bare frames it guesses it.
      const seconds = name === "bare.aac" ? SECONDS : Number(format.duration ?? SECONDS);
      assert.ok(Math.abs(ours.durationMs / 1000 - seconds) < 0.2, `${name}: ${ours.durationMs}`);
    }
  });
});
