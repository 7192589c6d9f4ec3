// Every kind of audio a caller may hold: sent once, whole, unchanged, under the right media type.
import assert from "node:assert/strict";
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { toDataUrl } from "../../dist/index.js";
import { sha256 } from "../emulator/request-log.mjs";
import { dataUrl, someAudio } from "../emulator/test-client.mjs";
import { errorOf, PROTOCOLS, SPOKEN, startService, WAYS } from "./service.mjs";

// Long enough for several chunks, and of a length that 3 does not divide: base64 has to be padded once, at the end.
const wav = new Uint8Array(someAudio(3000));
assert.notEqual(wav.length % 3, 0);
const DIGEST = sha256(wav);

/** The same bytes in the middle of a larger buffer, at an offset that suits the type. */
function within(Type, offset) {
  const bytes = wav.length - (wav.length % Type.BYTES_PER_ELEMENT);
  const buffer = new ArrayBuffer(offset + bytes + 64);
  new Uint8Array(buffer).fill(0xee);
  new Uint8Array(buffer).set(wav.subarray(0, bytes), offset);
  return new Type(buffer, offset, bytes / Type.BYTES_PER_ELEMENT);
}

/** @param {number[]} sizes of the chunks, in turn; 0 is an empty chunk */
function streamOf(sizes, bytes = wav) {
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = sizes[turn++ % sizes.length];
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

async function* generated() {
  for (let at = 0; at < wav.length; at += 1001) yield wav.subarray(at, at + 1001);
}

let files;
let service;

before(async () => {
  service = await startService();
  files = createServer((request, response) => {
    if (request.url === "/missing.wav") return void response.writeHead(404).end("no such file");
    const known = request.url === "/known.wav";
    response.writeHead(200, { "content-type": "audio/x-wav", ...(known && { "content-length": wav.length }) });
    for (let at = 0; at < wav.length; at += 10_000) response.write(wav.subarray(at, at + 10_000));
    response.end();
  });
  await new Promise((listening) => files.listen(0, "127.0.0.1", listening));
  files.address_ = `http://127.0.0.1:${files.address().port}`;
});
after(async () => {
  await service.close();
  files.closeAllConnections();
  await new Promise((over) => files.close(over));
});

/** Name → audio, made anew for each call because streams can be read once only. */
const INPUTS = {
  "a Blob": () => new Blob([wav], { type: "audio/wav" }),
  "a Blob without a type": () => new Blob([wav]),
  "a Blob with a wrong type": () => new Blob([wav], { type: "audio/mpeg" }),
  "a Blob with parameters in its type": () => new Blob([wav], { type: "audio/wav; codecs=1" }),
  "a Blob of many parts": () => new Blob([wav.subarray(0, 5), wav.subarray(5, 6), wav.subarray(6)]),
  "a slice of a Blob": () => new Blob(["xx", wav, "yy"]).slice(2, 2 + wav.length),
  "a File": () => new File([wav], "note.mp3", { type: "video/mp4" }),
  "an ArrayBuffer": () => wav.slice().buffer,
  "a SharedArrayBuffer": () => {
    const shared = new SharedArrayBuffer(wav.length);
    new Uint8Array(shared).set(wav);
    return shared;
  },
  "a Buffer": () => Buffer.from(wav),
  "a Buffer of the pool": () => Buffer.concat([Buffer.from("xyz"), wav]).subarray(3),
  "a ReadableStream": () => streamOf([1000]),
  "a ReadableStream of single bytes, then more": () => streamOf([1, 1, 1, 1, 20_000]),
  "a ReadableStream with empty chunks": () => streamOf([0, 4001, 0, 0, 2]),
  "a ReadableStream in one chunk": () => streamOf([wav.length]),
  "a ReadableStream of bytes (type: bytes)": () =>
    new ReadableStream({
      type: "bytes",
      pull(controller) {
        controller.enqueue(wav.slice());
        controller.close();
      },
    }),
  "a Blob's stream": () => new Blob([wav]).stream(),
  "a Node Readable": () => Readable.from(generated()),
  "an async generator": () => generated(),
  "a Response with a length": () => fetch(`${files.address_}/known.wav`),
  "a Response without a length": () => fetch(`${files.address_}/unknown.wav`),
  "a Response of one's own": () => new Response(wav, { headers: { "content-type": "audio/wav" } }),
  "a Request": () => new Request("http://upload.invalid/", { method: "POST", body: wav }),
  "a Request with a stream": () =>
    new Request("http://upload.invalid/", {
      method: "POST",
      body: streamOf([777]),
      duplex: "half",
      headers: { "content-length": String(wav.length), "content-type": "audio/wav" },
    }),
  "a data URL": () => dataUrl(wav),
  "a data URL under another label": () => dataUrl(wav, "audio/mpeg;codecs=opus"),
  "a data URL as URL object": () => new URL(dataUrl(wav)),
  "an object URL": () => URL.createObjectURL(new Blob([wav])),
  "an object URL as URL object": () => new URL(URL.createObjectURL(new Blob([wav]))),
};
for (const Type of [
  ...[Uint8Array, Int8Array, Uint8ClampedArray, DataView],
  ...[Uint16Array, Int16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array],
]) {
  const size = Type.BYTES_PER_ELEMENT ?? 1;
  const make = Type === DataView ? () => new DataView(within(Uint8Array, 3).buffer, 3, wav.length) : undefined;
  INPUTS[`a ${Type.name} with an offset`] = make ?? (() => within(Type, size * 3));
}

/** What stands where the audio belongs. */
const audioIn = {
  dashscope: ({ input }) => input.messages.at(-1).content[0].audio,
  openai: ({ messages }) => messages.at(-1).content[0].input_audio.data,
};

for (const [name, make] of Object.entries(INPUTS)) {
  test(name, async () => {
    for (const [protocol] of PROTOCOLS) {
      for (const [way, ask] of Object.entries(WAYS)) {
        service.forget();
        const input = await make();
        const { text } = await ask(service.client({ protocol }), input);
        assert.equal(text, SPOKEN);
        assert.equal(service.requests.length, 1, "sent once");
        const sent = audioIn[protocol](service.requests[0].body);
        const bytes = input.BYTES_PER_ELEMENT > 1 ? input.byteLength : wav.length;
        const digest = bytes === wav.length ? DIGEST : sha256(wav.subarray(0, bytes));
        assert.deepEqual(sent, { mediaType: "audio/wav", bytes, sha256: digest }, `${protocol}, ${way}`);
      }
    }
  });
}

describe("URLs are for the service", () => {
  for (const [protocol] of PROTOCOLS) {
    test(protocol, async () => {
      for (const input of [`${files.address_}/known.wav`, new URL(`${files.address_}/unknown.wav`)]) {
        service.forget();
        const { text } = await service.client({ protocol }).transcribe(input);
        assert.equal(text, SPOKEN);
        assert.equal(audioIn[protocol](service.requests[0].body), String(input));
        assert.equal(service.requests[0].headers["x-dashscope-ossresourceresolve"], undefined);
      }
      service.forget();
      const error = await errorOf(service.client({ protocol }).transcribe(`${files.address_}/missing.wav`));
      assert.equal(error.code, "bad_request");
      assert.equal(service.requests.length, 1);
    });

    test(`${protocol}: oss:// comes with the header that resolves it`, async () => {
      service.forget();
      await errorOf(service.client({ protocol }).transcribe("oss://dashscope-instant/abc/x.wav"));
      assert.equal(audioIn[protocol](service.requests[0].body), "oss://dashscope-instant/abc/x.wav");
      assert.equal(service.requests[0].headers["x-dashscope-ossresourceresolve"], "enable");
    });

    test(`${protocol}: white space and other scripts are percent-encoded`, async () => {
      service.forget();
      await errorOf(service.client({ protocol }).transcribe(" http://127.0.0.1:9/a b/你.wav?x=é "));
      const sent = audioIn[protocol](service.requests[0].body);
      assert.equal(sent, "http://127.0.0.1:9/a%20b/%E4%BD%A0.wav?x=%C3%A9");
    });
  }
});

describe("media types", () => {
  /** The audio's label in the body that would be sent. */
  async function label(input, options) {
    const request = await service.client().buildRequest(input, options);
    return /"data:([^,]*);base64,/u.exec(await request.text())?.[1];
  }

  test("bytes that tell nothing go under the declared type, with aliases settled and parameters dropped", async () => {
    const unknown = new Uint8Array(5000).fill(0x3f);
    for (const [declared, sent] of [
      ["audio/mpeg", "audio/mpeg"],
      ["audio/mp3", "audio/mpeg"],
      ["audio/webm;codecs=opus", "audio/webm"],
      ["audio/x-wav", "audio/wav"],
      ["audio/wave", "audio/wav"],
      ["AUDIO/OGG; codecs=opus", "audio/ogg"],
    ]) {
      assert.equal(await label(new Blob([unknown], { type: declared })), sent, declared);
      assert.equal(await label(unknown, { mediaType: declared }), sent, declared);
      assert.equal(await label(new Response(unknown, { headers: { "content-type": declared } })), sent, declared);
    }
  });

  test("what the bytes say wins over every label", async () => {
    const options = { mediaType: "audio/ogg" };
    assert.equal(await label(new Blob([wav], { type: "audio/mpeg" }), options), "audio/wav");
  });
});

describe("toDataUrl", () => {
  const expected = dataUrl(wav);

  for (const [name, make] of Object.entries(INPUTS)) {
    if (/URL/.test(name)) continue;
    test(name, async () => {
      const input = await make();
      const bytes = input.BYTES_PER_ELEMENT > 1 ? input.byteLength : wav.length;
      const url = await toDataUrl(input);
      assert.equal(url, bytes === wav.length ? expected : dataUrl(wav.subarray(0, bytes)));
    });
  }

  test("a length of every remainder, and many pieces", async () => {
    for (const length of [1, 2, 3, 4, 5, 1000, 1001, 1002, 3_000_001]) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7919) >> 3);
      const wanted = `data:audio/wav;base64,${Buffer.from(bytes).toString("base64")}`;
      for (const input of [bytes, new Blob([bytes]), streamOf([4097, 1, 2], bytes)]) {
        assert.equal(await toDataUrl(input, { mediaType: "audio/wav" }), wanted, `${length} bytes`);
      }
    }
  });

  test("where a Blob's stream fills no buffers of others (Safari), it is read all the same", async () => {
    class PlainBlob extends Blob {
      stream() {
        return super.stream().pipeThrough(new TransformStream()); // one without `type: "bytes"`
      }
    }
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 7919) >> 3);
    const blob = new PlainBlob([bytes], { type: "audio/wav" });
    assert.equal(await toDataUrl(blob), `data:audio/wav;base64,${Buffer.from(bytes).toString("base64")}`);
    const request = await service.client().buildRequest(blob);
    const { input } = await request.json();
    assert.equal(input.messages[0].content[0].audio, await toDataUrl(bytes, { mediaType: "audio/wav" }));
  });

  test("a file that is gone, or grew shorter, is an error in words", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "audio-")), "note.wav");
    const long = new Uint8Array(500_000);
    long.set(wav.subarray(0, 44));
    for (const change of [() => rmSync(path), () => writeFileSync(path, long.subarray(0, 1000))]) {
      writeFileSync(path, long);
      const blob = await openAsBlob(path, { type: "audio/wav" });
      change();
      for (const call of [toDataUrl(blob), service.client().transcribe(blob)]) {
        const error = await errorOf(call);
        assert.equal(error.code, "invalid_audio");
        assert.match(error.message, /moved or deleted/);
      }
    }
    rmSync(dirname(path), { recursive: true });
  });

  test("tells how far it is", async () => {
    const seen = [];
    const blob = new Blob([new Uint8Array(5_000_000)], { type: "audio/wav" });
    await toDataUrl(blob, { onProgress: (progress) => seen.push(progress) });
    assert.ok(seen.length > 1);
    assert.deepEqual(seen.at(-1), { phase: "encode", loaded: blob.size, total: blob.size });
    assert.deepEqual(
      seen.map(({ loaded }) => loaded),
      seen.map(({ loaded }) => loaded).sort((a, b) => a - b),
    );
  });
});

test("progress of a call: encoded or read, sent, received", async () => {
  for (const [input, first] of [
    [new Blob([wav]), "encode"],
    [streamOf([10_000]), "read"],
  ]) {
    const seen = [];
    await service.client().transcribe(input, { onProgress: (progress) => seen.push(progress) });
    const phases = [...new Set(seen.map(({ phase }) => phase))];
    assert.deepEqual(phases, [first, "send", "receive"]);
    assert.equal(seen.filter(({ phase }) => phase === first).at(-1).loaded, wav.length);
  }
});

test("the audio is neither changed nor kept", async () => {
  const bytes = wav.slice();
  await service.client().transcribe(bytes);
  assert.equal(sha256(bytes), DIGEST);
  assert.equal(bytes.buffer.detached ?? false, false);
});
