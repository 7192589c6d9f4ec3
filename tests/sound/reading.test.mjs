// toWav and crop, beside ffmpeg: what is read in Node, what is refused there, and what becomes of it when it is cut into pieces.
import assert from "node:assert/strict";
import { openAsBlob, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { crop, encodeWav, toWav } from "../../dist/index.js";
import { run } from "../media/files.mjs";
import { byFfmpeg, files, likeness, samplesIn } from "./listening.mjs";

const READ = [
  ...["pcm16.wav", "pcm24.wav", "float.wav", "extensible.wav", "alaw.wav", "mulaw.wav", "rf64.wav", "streamed.wav"],
  ...["plain.flac", "cover.flac", "tagged.flac", "cbr.mp3", "cbr-bare.mp3", "vbr.mp3", "stereo-48k.mp3", "mpeg25.mp3"],
  ...["cover.mp3", "id3v1.mp3", "ape.mp3", "layer-2.mp2"],
];
const REFUSED = ["plain.m4a", "opus.webm", "opus.ogg", "bare.aac", "ima.wav", "gsm.wav", "mp3.wav", "voice.au"];
/** What ffmpeg does not take the silence of the encoder from. */
const LATE = { "ape.mp3": 1105 };

const path = files([...READ, ...REFUSED]);

test("what is read sounds as ffmpeg decodes it, and lasts as long", async () => {
  for (const name of READ) {
    const wav = await toWav(await openAsBlob(path(name)));
    const [ours, theirs] = [await samplesIn(wav), await byFfmpeg(path(name))];
    const { decibels } = likeness(ours, theirs.subarray(LATE[name] ?? 0));
    assert.ok(decibels > 30, `${name}: ${decibels} dB`);
    assert.ok(Math.abs(ours.length - theirs.length) <= (LATE[name] ? 2_000 : 2), `${name}: ${ours.length}`);
  }
});

test("a file of 16 kHz and 16 bits is the same afterwards, and ffprobe knows what it is", async () => {
  const wav = await toWav(await openAsBlob(path("plain.flac")));
  assert.equal(wav.type, "audio/wav");
  assert.deepEqual(await samplesIn(wav), await byFfmpeg(path("pcm16.wav")));
  writeFileSync(path("written.wav"), new Uint8Array(await wav.arrayBuffer()));
  const entries = "stream=codec_name,sample_rate,channels,duration";
  const { output } = await run("ffprobe", [
    "-v",
    "error",
    "-show_entries",
    entries,
    "-of",
    "csv=p=0",
    path("written.wav"),
  ]);
  assert.equal(output.trim(), "pcm_s16le,16000,1,66.000000");
});

test("how the bytes come does not matter", async () => {
  for (const name of ["vbr.mp3", "tagged.flac", "mulaw.wav"]) {
    const bytes = readFileSync(path(name));
    const whole = await samplesIn(await toWav(bytes));
    for (const most of [700, 9_000]) {
      let seed = most;
      const pieces = function* () {
        for (let at = 0; at < bytes.length; ) {
          seed = (seed * 48_271) % 2_147_483_647;
          const end = at + 1 + (seed % most);
          yield new Uint8Array(bytes.subarray(at, end));
          at = end;
        }
      };
      const ours = await samplesIn(await toWav(ReadableStream.from(pieces())));
      assert.deepEqual(ours, whole, `${name} by ${most}`);
    }
  }
});

test("a piece is what ffmpeg cuts, to the sample, whatever the format", async () => {
  for (const name of ["pcm16.wav", "cover.flac", "cbr.mp3"]) {
    const theirs = await byFfmpeg(path(name));
    for (const [fromMs, toMs] of [
      [0, 1_000],
      [1_234, 5_678],
      [60_000.5, undefined],
      [65_000, 99_000],
    ]) {
      const piece = await samplesIn(await crop(await openAsBlob(path(name)), { fromMs, toMs }));
      const expected = theirs.subarray(Math.round(fromMs * 16), toMs && toMs * 16);
      assert.equal(piece.length, expected.length, `${name} ${fromMs}`);
      assert.ok(likeness(piece, expected, 0).decibels > 60, `${name} ${fromMs}`);
    }
  }
});

test("nothing is read behind the end of a piece", async () => {
  const bytes = readFileSync(path("pcm16.wav"));
  let given = 0;
  let cancelled = false;
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(bytes.subarray(given, given + 32_000)));
      given += 32_000;
    },
    cancel() {
      cancelled = true;
    },
  });
  await crop(stream, { toMs: 3_000 });
  assert.ok(given < 8 * 32_000, `${given} bytes`);
  assert.ok(cancelled, "the stream was let go");
});

test("what cannot be read is refused, with what to do", async () => {
  for (const name of REFUSED) {
    await assert.rejects(toWav(readFileSync(path(name))), (error) => {
      assert.equal(error.name, "InvalidAudioError");
      assert.equal(error.code, "unsupported_format", name);
      return assert.match(error.message, /ffmpeg -i/) ?? true;
    });
  }
  const refused = (work) =>
    work.then(
      () => "done",
      ({ code, field }) => field ?? code,
    );
  const blob = await openAsBlob(path("cbr.mp3"));
  assert.equal(await refused(toWav(new Blob())), "empty_audio");
  assert.equal(await refused(toWav("https://example.com/a.wav")), "invalid_audio");
  assert.equal(await refused(crop(blob, { fromMs: 70_000 })), "empty_audio");
  assert.equal(await refused(crop(blob, { fromMs: 5, toMs: 5 })), "toMs");
  assert.equal(await refused(crop(blob, { fromMs: -1 })), "fromMs");
  assert.equal(await refused(crop(blob, { from: 1 })), "from");
  assert.equal(await refused(toWav(blob, { onProgress: 1 })), "onProgress");
});

test("progress is told, and a signal ends it", async () => {
  const blob = await openAsBlob(path("cbr.mp3"));
  const told = [];
  await toWav(blob, { onProgress: (progress) => told.push(progress) });
  assert.ok(told.length > 3);
  assert.deepEqual(told.at(-1), { doneMs: 66_000, fraction: 1 });
  for (const [index, { doneMs, fraction }] of told.entries()) {
    assert.ok(index === 0 || (doneMs >= told[index - 1].doneMs && fraction >= told[index - 1].fraction));
  }
  const controller = new AbortController();
  const ended = toWav(blob, { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) });
  await assert.rejects(ended, ({ code, cause }) => code === "aborted" && cause.message === "enough");
  // Also while nothing comes.
  const silent = new ReadableStream({
    start: (stream) => stream.enqueue(encodeWav([new Float32Array(9_000)], 16_000)),
  });
  const waiting = toWav(silent, { signal: AbortSignal.timeout(50) });
  await assert.rejects(waiting, ({ code }) => code === "aborted");
  await assert.rejects(
    toWav(blob, { onProgress: () => assert.fail("mine") }),
    ({ code, cause }) => code === "aborted" && cause.message === "mine",
  );
});

test("data URLs are read, too", async () => {
  const wav = encodeWav([new Float32Array(1_600).fill(0.25)], 16_000);
  const samples = await samplesIn(await toWav(`data:audio/wav;base64,${Buffer.from(wav).toString("base64")}`));
  assert.deepEqual([samples.length, samples[800]], [1_600, 8_192]);
});
