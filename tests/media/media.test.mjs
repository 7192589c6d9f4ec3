// Types and lengths of real files, compared with what ffprobe says of them; the table is printed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { FILES, makeFiles, OTHERS, run } from "./files.mjs";

const folder = mkdtempSync(join(tmpdir(), "media-"));

/** @type {Map<string, { ours: string, millis: number | undefined, read: number, theirs: string, seconds: number, track?: string, theirTrack: string }>} */
const rows = new Map();
/** @type {Record<string, string>} */
let missing = {};

before(async () => {
  const files = await makeFiles(folder);
  missing = files.missing;
  const paths = files.made.map((name) => join(folder, name));
  const inspected = await run("cargo", ["run", "--quiet", "--locked", "--example", "inspect", "--", ...paths]);
  assert.equal(inspected.code, 0, inspected.words);
  const tracks = await run("cargo", ["run", "--quiet", "--locked", "--example", "inspect", "--", "--track", ...paths]);
  assert.equal(tracks.code, 0, tracks.words);
  const told = new Map(
    tracks.output
      .trim()
      .split("\n")
      .map((line) => [line.split("\t").at(-1), line.split("\t").slice(2, 5).join(" ")]),
  );
  for (const line of inspected.output.trim().split("\n")) {
    const [ours, millis, read, path] = line.split("\t");
    const probed = await run("ffprobe", ["-v", "error", "-of", "json", "-show_format", "-show_streams", path]);
    const { format = {}, streams = [] } = probed.code === 0 ? JSON.parse(probed.output) : {}; // bare samples are nothing to it
    rows.set(basename(path), {
      ours,
      millis: millis === "-" ? undefined : Number(millis),
      read: Number(read),
      theirs: format.format_name ?? "-",
      track: told.get(path),
      theirTrack: trackOf(streams.find(({ codec_type }) => codec_type === "audio")),
      seconds: Number(format.duration),
    });
  }
  console.log(table());
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {any} stream of ffprobe's */
function trackOf(stream) {
  return stream ? `${stream.codec_name} ${stream.sample_rate} ${stream.channels}` : "- - -";
}

/** Whose headers and ends do not tell, or not to us: then the service itself says what is too long. */
const UNKNOWN = /\.(aac|avi|flv|mpg|vob|ts)$|^(vbr-bare\.mp3|fragmented\.mp4|live\.webm)$/;
/** Too little is no harm: pauses of AMR take less room, and ffmpeg writes of ADPCM twice the bytes per second. */
const AT_LEAST = /\.amr$|^(ima|ms-adpcm)\.wav$/;

test("at least sixty files were made", () => {
  assert.ok(rows.size >= 60, `only ${rows.size}; missing: ${JSON.stringify(missing, null, 2)}`);
});

test("each is taken for what it is", () => {
  for (const [name, { ours }] of rows) assert.equal(ours, { ...FILES, ...OTHERS }[name].format, name);
});

test("the length is ffprobe's, to the tenth of a second, or unknown where nothing tells it", () => {
  for (const [name, { millis, seconds }] of rows) {
    if (name in OTHERS || UNKNOWN.test(name)) {
      assert.equal(millis, undefined, name);
      continue;
    }
    assert.ok(millis !== undefined, `${name}: unknown`);
    const difference = millis / 1000 - seconds;
    if (AT_LEAST.test(name)) assert.ok(difference < 0.1, `${name}: ${millis} ms, not ${seconds} s`);
    // Ours may be a frame of padding longer, and ffprobe guesses where a header is wrong.
    else assert.ok(Math.abs(difference) <= 0.15, `${name}: ${millis} ms, not ${seconds} s`);
  }
});

/** What is not read, or only of the header of a container. */
const UNTOLD = { "mp3.mp4": "mp3 16000 -", "broadcast.ts": "- - -", "dvd.vob": "- - -", "video.mpg": "- - -" };

test("codec, rate and channels are ffprobe's, as far as they are told", () => {
  for (const [name, { track, theirTrack }] of rows) {
    assert.equal(track, name in OTHERS ? "- - -" : (UNTOLD[name] ?? theirTrack), name);
  }
});

test("little is read for it", () => {
  for (const [name, { read }] of rows) assert.ok(read <= 6 * 65_536, `${name}: ${read} bytes`);
});

function table() {
  const lines = [["file", "type", "ffprobe's", "seconds", "ffprobe's", "bytes seen"]];
  for (const [name, { ours, millis, read, theirs, seconds }] of rows) {
    const known = millis === undefined ? "unknown" : (millis / 1000).toFixed(2);
    lines.push([name, ours, theirs, known, Number.isNaN(seconds) ? "-" : seconds.toFixed(2), String(read)]);
  }
  for (const [name, reason] of Object.entries(missing)) lines.push([name, "not made:", reason, "", "", ""]);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
