// Audio that arrives in chunks of any length: what goes on does not depend on them.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { createRelay } from "../../dist/edge.js";
import { GENERATION, speech } from "./speech.mjs";

const [BEFORE, AFTER] = speech({ audio: "data:audio/wav;base64,|" }).split("|");
const base64 = (text) => Buffer.from(text).toString("base64");

/** Sends a body in these chunks; gives what arrives at the service. */
async function arrivedOf(path, headers, chunks) {
  let arrived;
  const relay = createRelay({
    apiKey: "sk-test",
    authorize: () => true,
    async fetch(request) {
      const body = Buffer.from(await request.arrayBuffer());
      arrived = { body: body.toString(), told: Number(request.headers.get("content-length") ?? body.length) };
      return Response.json({ output: { choices: [{ message: { content: [{ text: "Ask not." }] } }] } });
    },
  });
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const request = new Request(`https://site.example/dashscope${path}`, {
    ...{ method: "POST", body: ReadableStream.from(chunks), duplex: "half" },
    headers: { ...headers, "content-length": String(length) },
  });
  const response = await relay(request);
  assert.equal(response.status, 200, await response.text());
  assert.equal(arrived.told, arrived.body.length, "the length is told, and exact");
  return arrived.body;
}

function cut(bytes, size) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(Uint8Array.from(bytes.subarray(at, at + size)));
  return chunks;
}

describe("audio as it is", () => {
  const headers = {
    "content-type": "audio/wav",
    "x-dashscope-route": GENERATION,
    "x-dashscope-before": base64(BEFORE),
    "x-dashscope-after": base64(AFTER),
  };
  for (const length of [48, 49, 50]) {
    test(`${length} bytes`, async () => {
      const audio = Buffer.concat([Buffer.from("RIFF\xff\xff\xff\0WAVE", "latin1"), randomBytes(length - 12)]);
      const sizes = Array.from({ length }, (_, index) => cut(audio, index + 1));
      for (const chunks of [...sizes, [audio.subarray(0, 1), audio.subarray(1, 2), audio.subarray(2)]]) {
        const body = await arrivedOf("/transcribe", headers, chunks);
        assert.equal(body, BEFORE + audio.toString("base64") + AFTER, `in ${chunks.length} chunks`);
      }
    });
  }

  test("longer than what is encoded at a time, and than what is read before it flows", async () => {
    const audio = Buffer.concat([Buffer.from("RIFF\xff\xff\xff\0WAVE", "latin1"), randomBytes(400_001)]);
    for (const size of [49_151, 49_152, 49_153, 131_072, audio.length]) {
      const body = await arrivedOf("/transcribe", headers, cut(audio, size));
      assert.ok(body === BEFORE + audio.toString("base64") + AFTER, `${size}`);
    }
  });
});

test("a form, in whose file nearly every byte could begin its boundary", async () => {
  const file = Buffer.from("RIFF\xff\xff\xff\0WAVE\r\n--\r\n--xYz\r\n--xYzZ\r\r\n\r\n--xYzZ!\r\n-", "latin1");
  const form = Buffer.concat([
    Buffer.from('--xYzZy\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'),
    Buffer.from('--xYzZy\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
    file,
    Buffer.from("\r\n--xYzZy--\r\n"),
  ]);
  const headers = { "content-type": "multipart/form-data; boundary=xYzZy" };
  for (let size = 1; size <= form.length; size++) {
    const body = await arrivedOf("/v1/audio/transcriptions", headers, cut(form, size));
    assert.ok(body.includes(`base64,${file.toString("base64")}"`), `in chunks of ${size}: ${body}`);
  }
});

describe("a body that breaks off", () => {
  const audio = Buffer.concat([Buffer.from("RIFF\xff\xff\xff\0WAVE", "latin1"), randomBytes(600_000)]);
  const json = Buffer.from(speech({ audio: `data:audio/wav;base64,${audio.toString("base64")}` }));
  const form = Buffer.concat([
    Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
    audio,
    Buffer.from("\r\n--b--\r\n"),
  ]);
  const ways = {
    "in JSON": [GENERATION, json, { "content-type": "application/json" }],
    "as it is": ["/transcribe", audio, { "content-type": "audio/wav" }],
    "in a form": ["/v1/audio/transcriptions", form, { "content-type": "multipart/form-data; boundary=b" }],
  };
  for (const [name, [path, whole, headers]] of Object.entries(ways)) {
    for (const sent of [100, 300_000]) {
      test(`${name}, after ${sent} bytes: the caller's, and no defect of the relay`, async (context) => {
        const log = context.mock.method(console, "error", () => {});
        const told = [];
        const relay = createRelay({
          ...{ apiKey: "sk-test", authorize: () => true, onEvent: (event) => told.push(event) },
          async fetch(request) {
            await request.arrayBuffer();
            return Response.json({});
          },
        });
        const body = ReadableStream.from(
          (async function* () {
            yield Uint8Array.from(whole.subarray(0, sent));
            throw new Error("the network is gone");
          })(),
        );
        const request = new Request(`https://site.example/dashscope${path}`, {
          ...{ method: "POST", body, duplex: "half", headers: { ...headers, "content-length": String(whole.length) } },
        });
        const response = await relay(request);
        await response.text();
        assert.equal(response.status, 499);
        assert.deepEqual([told.length, told[0].status], [1, 499]);
        assert.deepEqual(
          log.mock.calls.map(({ arguments: [first] }) => first),
          [],
        );
      });
    }
  }
});
