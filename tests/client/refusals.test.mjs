// What is refused before a byte is sent: with its class, its field, and the number, the limit and the way out in words.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { toDataUrl } from "../../dist/index.js";
import { writeWav } from "../emulator/audio/wav.mjs";
import { audio, errorOf, PROTOCOLS, startService, WAYS } from "./service.mjs";

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

const bytes = (text, length = 5000) => {
  const filled = new Uint8Array(length).fill(0x20);
  filled.set(new TextEncoder().encode(text));
  return filled;
};

/** A WAV header for more seconds than there are bytes would be a lie; 8 kHz keeps the honest one small. */
const longWav = writeWav([new Float32Array(8000 * 301)], 8000);

const tooLarge = () => {
  const large = new Uint8Array(8_000_000);
  large.set(audio.subarray(0, 44));
  return large;
};

function lockedStream() {
  const stream = new Blob([audio]).stream();
  stream.getReader();
  return stream;
}

async function usedResponse() {
  const response = new Response(audio);
  await response.arrayBuffer();
  return response;
}

const AUDIO = {
  "nothing at all": [() => undefined, "invalid_audio", /Blob, File, ArrayBuffer/],
  null: [() => null, "invalid_audio", /Blob, File/],
  "a number": [() => 5, "invalid_audio", /Blob, File/],
  "an object": [() => ({ file: "x" }), "invalid_audio", /Blob, File/],
  "an array of bytes": [() => [1, 2, 3], "invalid_audio", /Blob, File/],
  "a path": [() => "/tmp/note.wav", "invalid_audio", /pass the bytes \(in JavaScript the File or Blob\)/],
  "an empty string": [() => "", "invalid_audio", /URL/],
  "a file: URL": [() => new URL("file:///tmp/note.wav"), "invalid_audio", /URL/],
  "an ftp URL": [() => "ftp://host/x.wav", "invalid_audio", /URL/],
  "an http URL without a host": [() => "http://", "invalid_audio", /URL/],
  "a data URL without base64": [() => "data:audio/wav,abc", "invalid_audio", /toDataUrl/],
  "a data URL that is cut off": [() => "data:audio/wav;base64,AAAAA", "invalid_audio", /cut off/],
  "a data URL with wrong letters": [() => "data:audio/wav;base64,!!!!", "invalid_audio", /letters/],
  "an object URL that is revoked": [
    () => {
      const url = URL.createObjectURL(new Blob([audio]));
      URL.revokeObjectURL(url);
      return url;
    },
    "invalid_audio",
    /revoked/,
  ],
  "an empty Blob": [() => new Blob([]), "empty_audio", /0 bytes/],
  "an empty array": [() => new Uint8Array(), "empty_audio", /0 bytes/],
  "an empty stream": [() => new Blob([]).stream(), "empty_audio", /0 bytes/],
  "an empty data URL": [() => "data:audio/wav;base64,", "empty_audio", /0 bytes/],
  "a Response without a body": [() => new Response(null, { status: 204 }), "empty_audio", /no body/],
  "a Response that is a failure": [() => new Response("no", { status: 404 }), "invalid_audio", /HTTP 404/],
  "a Response that was read": [usedResponse, "invalid_audio", /clone/],
  "a locked stream": [lockedStream, "invalid_audio", /locked/],
  "a stream of text": [() => ReadableStream.from(["text"]), "invalid_audio", /bytes/],
  "a stream that fails": [
    () =>
      new ReadableStream({
        start: (controller) => controller.error(new Error("disk on fire")),
      }),
    "invalid_audio",
    /disk on fire/,
  ],
  HTML: [() => bytes("<!doctype html><html>"), "unsupported_format", /HTML|not audio/i],
  JSON: [() => bytes('{"error":"no"}'), "unsupported_format", /not audio|JSON/],
  "a PDF": [() => bytes("%PDF-1.7"), "unsupported_format", /PDF|not audio/],
  "a PNG": [() => bytes("\x89PNG\r\n\x1a\n").map((byte, at) => (at === 0 ? 0x89 : byte)), "unsupported_format", /./],
  "bytes that tell nothing": [() => bytes("????"), "unsupported_format", /mediaType/],
  "more than ten million letters": [tooLarge, "audio_too_large", /8000000 bytes.*7864/],
  "a large Blob": [() => new Blob([tooLarge()]), "audio_too_large", /8000000 bytes/],
  "a large Response that tells its length": [
    () => new Response(new Blob([tooLarge()]), { headers: { "content-length": "8000000" } }),
    "audio_too_large",
    /8000000 bytes/,
  ],
  "a large stream that does not": [() => new Blob([tooLarge()]).stream(), "audio_too_large", /at most 7864/],
  "a large data URL": [
    () => `data:audio/wav;base64,${Buffer.from(tooLarge()).toString("base64")}`,
    "audio_too_large",
    /8000000 bytes/,
  ],
  "more than five minutes": [() => longWav, "audio_too_long", /301 s.*300 s/],
};

describe("audio", () => {
  for (const [name, [make, code, words]] of Object.entries(AUDIO)) {
    test(name, async () => {
      for (const [protocol] of PROTOCOLS) {
        for (const ask of [...Object.values(WAYS), (client, input) => client.buildRequest(input)]) {
          service.forget();
          const error = await errorOf(ask(service.client({ protocol }), await make()));
          assert.equal(error.code, code, error.message);
          assert.equal(error.name, "InvalidAudioError");
          assert.equal(error.retryable, false);
          assert.match(error.message, words);
          assert.equal(service.requests.length, 0, "nothing was sent");
        }
      }
    });
  }

  test("toDataUrl takes no URLs, and says what to do", async () => {
    for (const url of ["https://host/x.wav", new URL("https://host/x.wav"), "data:audio/wav;base64,AAAA"]) {
      const error = await errorOf(toDataUrl(url));
      assert.deepEqual([error.name, error.code], ["InvalidAudioError", "invalid_audio"]);
      assert.match(error.message, /fetch the URL first/);
    }
  });

  test("toDataUrl has no opinion about size and kind: it is not for a model", async () => {
    assert.equal((await toDataUrl(bytes("<html>"), { mediaType: "text/html" })).slice(0, 22), "data:text/html;base64,");
    assert.ok((await toDataUrl(tooLarge())).length > 10_000_000);
  });
});

describe("options", () => {
  for (const [name, options, field] of [
    ["an option that does not exist", { prompt: "x" }, "prompt"],
    ["a wire name", { enable_itn: true }, "enable_itn"],
    ["wrong case", { Language: "en" }, "Language"],
    ["a wrong type", { enableItn: "yes" }, "enableItn"],
    ["an unknown protocol", { protocol: "soap" }, "protocol"],
    ["an unknown language", { language: "english" }, "language"],
    ["a media type that is none", { mediaType: "image/png" }, "mediaType"],
    ["an empty model", { model: " " }, "model"],
    ["a model of another API", { model: "fun-asr-realtime" }, "model"],
    ["a function where data belongs", { context: () => "x" }, "context"],
    ["a symbol", { context: Symbol("x") }, "context"],
    ["a BigInt", { context: 5n }, "context"],
    ["NaN inside parameters", { parameters: 5 }, "parameters"],
    ["a list for asrOptions", { asrOptions: [1] }, "asrOptions"],
    ["another result format", { resultFormat: "text" }, "resultFormat"],
    ["half a retry", { maxRetries: 0.5 }, "maxRetries"],
    ["negative retries", { maxRetries: -1 }, "maxRetries"],
    ["text for retries", { maxRetries: "2" }, "maxRetries"],
  ]) {
    test(name, async () => {
      for (const ask of [...Object.values(WAYS), (client, input, given) => client.buildRequest(input, given)]) {
        service.forget();
        const error = await errorOf(ask(service.client(), audio, options));
        assert.deepEqual([error.name, error.code, error.field], ["InvalidOptionError", "invalid_option", field]);
        assert.ok(error.message.startsWith(`${field}: `), error.message);
        assert.equal(service.requests.length, 0);
      }
    });
  }

  test("a stream of audio is not touched for a wrong option", async () => {
    let pulled = false;
    const source = new ReadableStream(
      {
        pull: () => {
          pulled = true;
        },
      },
      { highWaterMark: 0 },
    );
    await errorOf(service.client().transcribe(source, { prompt: "x" }));
    assert.deepEqual([pulled, source.locked], [false, false]);
  });

  test("a misspelt name comes with the right one", async () => {
    const error = await errorOf(service.client().transcribe(audio, { enable_itn: true }));
    assert.match(error.message, /did you mean enableItn/);
  });

  for (const [name, options, field] of [
    ["an option that does not exist", { apikey: "sk-x" }, "apikey"],
    ["an unknown region", { region: "mars" }, "region"],
    ["a baseURL that is none", { baseURL: "proxy.example" }, "baseURL"],
    ["a baseURL with a query", { baseURL: "https://x/?a=1" }, "baseURL"],
    ["too many retries", { maxRetries: 1000 }, "maxRetries"],
  ]) {
    test(`of the client: ${name}`, () => {
      assert.throws(() => service.client(options), { name: "InvalidOptionError", code: "invalid_option", field });
    });
  }
});
