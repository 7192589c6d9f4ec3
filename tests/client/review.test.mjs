// What a reader of the code found wrong once, as a user would meet it.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { encodeWav, Transcriber } from "../../dist/index.js";

const AUDIO = new Uint8Array([82, 73, 70, 70, 4, 0, 0, 0, 87, 65, 86, 69]);
const ANSWER = {
  output: { choices: [{ finish_reason: "stop", message: { content: [{ text: "hi" }] } }] },
  request_id: "r",
};
const event = (text, reason) =>
  `data:${JSON.stringify({ output: { choices: [{ finish_reason: reason, message: { content: [{ text }] } }] } })}\n\n`;

const client = (fetch, more = {}) => new Transcriber({ baseURL: "https://relay.example", fetch, ...more });

/** A body that says all this and then stays open, or breaks. */
function open(text, end = "hang") {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (end === "break") setTimeout(() => controller.error(new Error("reset")), 5);
    },
  });
}

test("a byte-order mark before the JSON does not matter, and nothing is asked twice", async () => {
  let requests = 0;
  const asr = client(async () => {
    requests++;
    return new Response(`\uFEFF${JSON.stringify(ANSWER)}`);
  });
  assert.equal((await asr.transcribe(AUDIO)).text, "hi");
  assert.equal(requests, 1);
});

test("an answer that is complete stays complete when the connection breaks or stays open", async () => {
  for (const body of [() => open(event("hi", "stop"), "break"), () => open(`${event("hi", "null")}data: [DONE]\n\n`)]) {
    const asr = client(async () => new Response(body(), { headers: { "content-type": "text/event-stream" } }));
    assert.equal((await asr.stream(AUDIO, { timeout: 5000 }).final()).text, "hi");
  }
});

test("the limit of a wait holds even when the service does not answer", async () => {
  const asr = client(() => new Promise(() => {}));
  const begin = Date.now();
  await assert.rejects(asr.task("t-1").wait({ timeout: 200 }), { code: "timeout" });
  assert.ok(Date.now() - begin < 3000);
});

test("a signal lets the connection go also between two events", async () => {
  const controller = new AbortController();
  let cancelled = false;
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode(event("hi", "null"))),
    cancel: () => {
      cancelled = true;
    },
  });
  let requestSignal;
  const asr = client(async (request) => {
    requestSignal = request.signal;
    return new Response(body);
  });
  const stream = asr.stream(AUDIO, { signal: controller.signal });
  await stream[Symbol.asyncIterator]().next();
  controller.abort("enough");
  assert.ok(requestSignal.aborted || cancelled);
  await assert.rejects(stream.final(), { code: "aborted", cause: "enough", partialText: "hi" });
});

test("a Response with a body of Node's own kind is read, and other nonsense leaves the instance alive", async () => {
  const asr = client(async () => Response.json(ANSWER));
  const pending = asr.transcribe(AUDIO);
  const foreign = {
    ok: true,
    status: 200,
    bodyUsed: false,
    headers: new Headers({ "content-type": "audio/wav" }),
    arrayBuffer: async () => AUDIO.buffer,
    body: Readable.from([Buffer.from(AUDIO)]),
  };
  assert.equal((await asr.transcribe(foreign)).text, "hi");
  await assert.rejects(asr.transcribe({ ...foreign, body: {} }), { code: "invalid_audio" });
  assert.throws(() => encodeWav(undefined, 16_000), { code: "invalid_option", field: "channels" });
  assert.equal((await pending).text, "hi");
});

test("readStream keeps to the call's timeout", async () => {
  const asr = client(async () => Response.json(ANSWER));
  await assert.rejects(asr.readStream(new Response(open("")), { timeout: 100 }).final(), { code: "timeout" });
});

test("neither passwords nor signatures are repeated", async () => {
  assert.throws(
    () => new Transcriber({ baseURL: "https://user:s3cret@relay.example" }),
    (error) => {
      assert.equal(error.field, "baseURL");
      return !JSON.stringify(error).includes("s3cret");
    },
  );
  const asr = new Transcriber({ baseURL: "/api", fetch: async () => Response.json(ANSWER) });
  await assert.rejects(asr.listTasks({ status: "S3CRET" }), (error) => !error.message.includes("S3CRET"));
});

test("long audio takes along what was said, or refuses it", async () => {
  const asr = client(async () => Response.json(ANSWER));
  await assert.rejects(asr.transcribe(AUDIO, { longAudio: "task", asrOptions: { enable_lid: true } }), {
    field: "asrOptions",
  });
  assert.equal((await asr.transcribe(AUDIO, null)).text, "hi");
});

test("a task for several files that fails as a whole fails for each of them", async () => {
  const asr = client(async (request) => {
    if (request.method === "POST") return Response.json({ output: { task_id: "t-1", task_status: "PENDING" } });
    return Response.json({ output: { task_id: "t-1", task_status: "FAILED", code: "InternalError", message: "no" } });
  });
  const urls = ["https://a.example/1.wav", "https://a.example/2.wav"];
  const batch = await asr.submitBatch(urls, { model: "fun-asr", together: true });
  const results = await batch.results();
  assert.deepEqual(
    results.map(({ url, taskId, error }) => [url, taskId, error.code]),
    urls.map((url) => [url, "t-1", "server_error"]),
  );
});

test("an upload takes no options of transcriptions", async () => {
  const asr = client(async () => Response.json({}));
  await assert.rejects(asr.upload(AUDIO, { language: "en" }), { code: "invalid_option", field: "language" });
});
