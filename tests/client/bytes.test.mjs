// What the bytes are, read as far into the audio as it takes: through everything that a caller may hand over.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sniffMediaType, toDataUrl } from "../../dist/index.js";
import { writeWav } from "../emulator/audio/wav.mjs";
import { audio, errorOf, SPOKEN, startService, WAYS } from "./service.mjs";

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

const text = (letters) => new TextEncoder().encode(letters);
const join = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));

/** An ID3v2 tag with so many zeros behind its header. */
const id3 = (length) =>
  join(
    text("ID3\x03\0\0"),
    [21, 14, 7, 0].map((shift) => (length >> shift) & 0x7f),
    new Uint8Array(length),
  );

/** A second of FLAC, by its header. */
const flac = join(
  text("fLaC"),
  [0x80, 0, 0, 34],
  new Uint8Array(10),
  [0x03, 0xe8, 0, 0xf0, 0, 0, 0x3e, 0x80],
  new Uint8Array(9000),
);

/** A frame of 128 kbit/s at 44.1 kHz. */
const frame = join([0xff, 0xfb, 0x90, 0xc4], new Uint8Array(413).fill(0x55));
const mp3 = (count) => join(...Array(count).fill(frame));

function* pieces(bytes) {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.slice(at, at + 10_000);
}

const HOLDERS = {
  bytes: (bytes) => bytes,
  "a Blob": (bytes) => new Blob([bytes]),
  "a stream": (bytes) => ReadableStream.from(pieces(bytes)),
  "a Response": (bytes) => new Response(bytes, { headers: { "content-length": bytes.length } }),
};

describe("what stands behind a tag, or zeros, is read", () => {
  for (const [name, expected, bytes] of [
    ["FLAC behind a tag of 5 kB", "audio/flac", join(id3(5000), flac)],
    ["FLAC behind a picture of 300 kB", "audio/flac", join(id3(300_000), flac)],
    ["FLAC behind two tags", "audio/flac", join(id3(100), id3(9000), flac)],
    ["MP3 behind zeros", "audio/mpeg", join(new Uint8Array(731), mp3(20))],
    ["MP3 behind a page of zeros", "audio/mpeg", join(new Uint8Array(5000), mp3(20))],
  ]) {
    for (const [holder, hold] of Object.entries(HOLDERS)) {
      test(`${name}, in ${holder}`, async () => {
        assert.equal((await toDataUrl(hold(bytes))).slice(0, 40).split(";")[0], `data:${expected}`);
        const request = await service.client().buildRequest(hold(bytes));
        const { data, audio } = (await request.json()).input.messages.at(-1).content[0];
        assert.equal((data ?? audio).split(",")[0], `data:${expected};base64`);
        // Whole, and each byte once.
        assert.deepEqual(Buffer.from((data ?? audio).split(",")[1], "base64"), Buffer.from(bytes));
      });
    }
  }

  test("a stream is not held without end for it", async () => {
    let given = 0;
    const endless = new ReadableStream({
      pull(controller) {
        const bytes = given === 0 ? id3(200_000_000 >> 4).subarray(0, 65_536) : new Uint8Array(65_536);
        given += bytes.length;
        controller.enqueue(bytes);
      },
    });
    await service
      .client()
      .buildRequest(endless, { signal: AbortSignal.timeout(2000) })
      .catch(() => {});
    assert.ok(given < 20_000_000, `${given} bytes`);
  });

  test("sniffMediaType sees what it is given", () => {
    assert.equal(sniffMediaType(join(id3(5000), flac)), "audio/flac");
    assert.equal(
      sniffMediaType(join(id3(5000), flac).subarray(0, 4096)),
      "audio/mpeg",
      "a tag alone is that of an MP3",
    );
    assert.equal(sniffMediaType(new Uint8Array([0xff, 0xfe, 0x31, 0, 0x0d, 0, 0x0a, 0])), undefined);
    assert.equal(sniffMediaType(new Uint8Array([0xff, 0xf1, 0x7c, 0x80, 0x1e, 0xff, 0xfc])), "audio/aac");
    assert.equal(sniffMediaType(text("\0\0\0\x08free\0\0\0\x08moov")), "video/quicktime");
  });
});

describe("refused before anything is sent", () => {
  const long = new Uint8Array(writeWav([new Float32Array(8000 * 301)], 8000));
  const data = join(audio.subarray(0, 40), new Uint8Array(4));
  const box = (name, body) => join([0, 0, (body.length + 8) >> 8, (body.length + 8) & 255], text(name), body);
  const mvhd = join(text("mvhd"), new Uint8Array(12), [0, 0, 0, 1], [0, 0, 1, 0x90]);
  const moov = box("moov", box("mvhd", join(mvhd.subarray(4), new Uint8Array(80))));
  for (const [name, code, bytes] of [
    ["a text in UTF-16", "unsupported_format", join([0xff, 0xfe], Buffer.from("1\r\n00:00:01,000", "utf16le"))],
    [
      "bare samples",
      "unsupported_format",
      join(
        [0xff, 0xfb],
        new Uint8Array(9000).map((_, at) => at % 7),
      ),
    ],
    ["a picture of a phone", "unsupported_format", join([0, 0, 0, 24], text("ftypheic"), new Uint8Array(500))],
    ["a page behind a byte-order mark", "unsupported_format", text("\ufeff<!doctype html><html></html>")],
    ["a WAV of 44 bytes", "empty_audio", data],
    ["a WAV whose header says more than there is", "empty_audio", audio.subarray(0, 44)],
    ["a movie that was never begun", "empty_audio", box("ftyp", text("isom\0\0\0\0"))],
    [
      "a recording of WebM that was never begun",
      "empty_audio",
      join([0x1a, 0x45, 0xdf, 0xa3, 0x87, 0x42, 0x82, 0x84], text("webm"), [0x18, 0x53, 0x80, 0x67, 0xff]),
    ],
    ["FLAC without a frame", "empty_audio", join(flac.subarray(0, 21), [0xf0, 0, 0, 0, 0], new Uint8Array(16))],
    ["five minutes and a second behind a tag", "audio_too_long", join(id3(5000), long)],
    [
      "a movie whose index is at the end",
      "audio_too_long",
      join(box("ftyp", text("M4A \0\0\0\0")), [0, 2, 0, 0], text("mdat"), new Uint8Array(131_064), moov),
    ],
  ]) {
    test(name, async () => {
      for (const hold of [HOLDERS.bytes, HOLDERS["a Blob"]]) {
        for (const ask of Object.values(WAYS)) {
          service.forget();
          const error = await errorOf(ask(service.client(), hold(bytes)));
          assert.equal(error.code, code, error.message);
          assert.equal(service.requests.length, 0, "nothing was sent");
        }
      }
    });
  }
});

describe("accepted", () => {
  const size = (value) => {
    const bytes = audio.slice();
    new DataView(bytes.buffer).setUint32(40, value, true);
    return bytes;
  };
  const filled = (at) => {
    const filler = new Uint8Array(at - 36);
    filler.set(text("FLLR"));
    new DataView(filler.buffer).setUint32(4, filler.length - 8, true);
    return join(audio.subarray(0, 36), filler, audio.subarray(36));
  };
  const halved = audio.slice();
  new DataView(halved.buffer).setUint32(28, 16_000, true);
  for (const [name, make] of Object.entries({
    "samples that begin at 4088": () => filled(4088),
    "samples that begin at 4090, where the head ends amid the chunk": () => filled(4090),
    "size 0 with samples behind": () => size(0),
    "size 0x7FFFFFFF": () => size(0x7fffffff),
    "size 0xFFFFFFFF": () => size(0xffffffff),
    "a byte rate that is half of what it should be": () => halved,
    "empty Blobs between good ones": () =>
      new Blob([new Blob([]), audio.subarray(0, 1000), new Blob([]), new Uint8Array(), audio.subarray(1000)]),
  })) {
    test(name, async () => {
      const { text: heard } = await service.client().transcribe(make());
      assert.equal(heard, SPOKEN);
    });
  }

  for (const [name, expected, bytes] of [
    ["samples that begin at 4089, which no chunk may", "audio/wav", filled(4089)],
    [
      "WebM whose name is filled up with zeros",
      "audio/webm",
      join(
        [0x1a, 0x45, 0xdf, 0xa3, 0x8b, 0x42, 0x82, 0x88],
        text("webm\0\0\0\0"),
        [0x18, 0x53, 0x80, 0x67, 0xff, 0x1f, 0x43, 0xb6, 0x75, 0xff],
      ),
    ],
    [
      "M4A by its brand",
      "audio/mp4",
      join([0, 0, 0, 16], text("ftypM4A \0\0\0\0"), [0, 0, 0, 16], text("mdat12345678")),
    ],
    ["AAC without a container", "audio/aac", join(...Array(9).fill([0xff, 0xf1, 0x50, 0x80, 1, 0x1f, 0xfc, 0]))],
    [
      "FLAC behind a tag with numbers in it",
      "audio/flac",
      join(text("ID3\x03\0\0\0\0\0\x1ePRIV\0\0\0\x14\0\0PeakValue\0"), [0xff, 0xff, 0xff, 0xff], text("______"), flac),
    ],
  ]) {
    test(name, async () => {
      const request = await service.client().buildRequest(new Blob([bytes]));
      const { audio } = (await request.json()).input.messages.at(-1).content[0];
      assert.equal(audio.split(",")[0], `data:${expected};base64`);
    });
  }
});
