// An upload that passes through a Worker: it flows, its length is exact, it is not held, and it ends when someone leaves.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { eventually, startUpstream } from "../edge/upstream.mjs";
import { WALK } from "../packaging/service.mjs";
import { longRecording, startUpload } from "./upload.mjs";
import { bundle, start } from "./worker.mjs";
import { WORKER } from "./worker-source.mjs";

const ANSWER = JSON.stringify({
  request_id: "flow",
  output: { choices: [{ finish_reason: "stop", message: { role: "assistant", content: [{ text: "Heard." }] } }] },
});

/** As much as one request may carry: its base64 has to stay below 10 MiB. */
const LARGE = 7_800_000;

let upstream;
let worker;
/** What the service does with a request. */
let answer;

before(async () => {
  upstream = await startUpstream((request, response) => answer(request, response));
  const variables = { DASHSCOPE_API_KEY: "sk-of-the-worker", DASHSCOPE_BASE_URL: upstream.url };
  worker = await start(await bundle("workerd-flow", { "worker.js": WORKER, "walk.js": WALK }), variables);
});

after(async () => {
  await worker?.close();
  await upstream?.close();
});

beforeEach(() => {
  upstream.requests.length = 0;
  answer = async (request, response) => {
    await request.whole;
    respond(response);
  };
});

function respond(response) {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(ANSWER);
}

const received = ({ pieces }) => pieces.reduce((total, piece) => total + piece.length, 0);

const startTranscription = (length = LARGE) => startUpload(`${worker.url}/transcribe`, { length });

test("bytes reach the service before the upload has ended, and their number is announced exactly", async () => {
  const audio = longRecording(LARGE);
  const upload = startTranscription();
  upload.send(audio.subarray(0, 2_000_000));
  const arrived = await eventually("the service gets a request", () => upstream.requests[0]);
  await eventually("most of what was sent has arrived", () => received(arrived) > 2_600_000);
  upload.send(audio.subarray(2_000_000));
  upload.end();
  const { json } = await upload.answer();
  assert.equal(json.text, "Heard.");

  assert.equal(Number(arrived.headers["content-length"]), received(arrived));
  assert.equal(arrived.headers["transfer-encoding"], undefined);
  const body = JSON.parse(Buffer.concat(arrived.pieces).toString("utf8"));
  const [prefix, base64] = body.input.messages.at(-1).content[0].audio.split(",");
  assert.equal(prefix, "data:audio/wav;base64");
  assert.ok(Buffer.from(base64, "base64").equals(audio), "the service gets the very bytes of the upload");
});

for (const length of [0, 1, 2, 3].map((more) => 100_000 + more)) {
  test(`a length of ${length} bytes is padded exactly`, async () => {
    const audio = longRecording(length);
    const upload = startTranscription(length);
    // Pieces that no group of three bytes fits into.
    for (let at = 0; at < length; at += 9_973) upload.send(audio.subarray(at, at + 9_973));
    upload.end();
    assert.equal((await upload.answer()).json.text, "Heard.");
    const [arrived] = upstream.requests;
    assert.equal(Number(arrived.headers["content-length"]), received(arrived));
    const body = JSON.parse(Buffer.concat(arrived.pieces).toString("utf8"));
    assert.ok(Buffer.from(body.input.messages.at(-1).content[0].audio.split(",")[1], "base64").equals(audio));
  });
}

describe("memory", {
  skip: existsSync("/proc/self/status") ? false : "the memory of a process is read from /proc",
}, () => {
  /** Uploads at once: if they were held, they and their base64 would need 16 × 18 MB. */
  const AT_ONCE = 16;

  test(`${AT_ONCE} uploads at once, to a service that reads nothing, are not held`, async (context) => {
    const audio = longRecording(LARGE);
    await transcribeAtOnce("/transcribe", 2, audio);
    await collect();
    const idle = workerMemory();
    const grown = (await transcribeAtOnce("/transcribe", AT_ONCE, audio)) - idle;
    const held = (await transcribeAtOnce("/transcribe-held", AT_ONCE, audio)) - idle;
    context.diagnostic(
      `${(grown / 1e6).toFixed(1)} MB more for flowing, ${(held / 1e6).toFixed(1)} MB for held uploads`,
    );
    // Less than the recordings alone would take; what there is, is the allocator's own reserve.
    assert.ok(grown < AT_ONCE * LARGE, `${grown} bytes more`);
    // Otherwise the measure would be blind.
    assert.ok(held > 2 * AT_ONCE * LARGE, `${held} bytes more`);
  });

  /** @returns {Promise<number>} the memory that workerd uses while the uploads wait */
  async function transcribeAtOnce(path, count, audio) {
    upstream.requests.length = 0;
    const gates = [];
    answer = (request, response) => {
      request.pause();
      gates.push(async () => {
        request.resume();
        await request.whole;
        respond(response);
      });
    };
    const uploads = Array.from({ length: count }, () => startUpload(`${worker.url}${path}`, { length: audio.length }));
    for (const upload of uploads) {
      upload.send(audio);
      upload.end();
    }
    await eventually("all requests have begun", () => gates.length === count, 30_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await collect();
    const used = workerMemory();
    for (const open of gates) void open();
    for (const upload of uploads) assert.equal((await upload.answer()).json.text, "Heard.");
    return used;
  }
});

/** Rubbish is no held upload. */
const collect = () => fetch(`${worker.url}/collect`);

/** Resident bytes of the runtime. */
function workerMemory() {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${worker.pid}/status`, "utf8"))[1]) * 1024;
}

describe("when somebody leaves", () => {
  test("the client, in the middle of its upload: the service's connection is closed", async () => {
    const upload = startTranscription();
    upload.send(longRecording(LARGE).subarray(0, 1_000_000));
    const arrived = await eventually("the service gets a request", () => upstream.requests[0]);
    upload.leave();
    await eventually("the service's connection is closed", () => arrived.closed);
    assert.ok(received(arrived) < Number(arrived.headers["content-length"]));
  });

  test("the service, in the middle of the upload: the Worker gets an error that may be tried again", async () => {
    answer = (request) => request.once("data", () => request.socket.destroy());
    const audio = longRecording(LARGE);
    const upload = startTranscription();
    upload.send(audio);
    upload.end();
    const { status, json } = await upload.answer();
    assert.deepEqual([status, json.code, json.retryable], [500, "connection_error", true]);
  });

  test("the service refuses before the upload has ended: its words arrive", async () => {
    answer = (request, response) => {
      request.once("data", () => {
        response.writeHead(400, { "content-type": "application/json" });
        response.end(JSON.stringify({ code: "DataInspectionFailed", message: "No.", request_id: "early" }));
        request.resume();
      });
    };
    const upload = startTranscription();
    upload.send(longRecording(LARGE).subarray(0, 500_000));
    const { json } = await upload.answer();
    upload.leave();
    assert.deepEqual([json.code, json.requestId], ["content_filtered", "early"]);
  });

  test("many clients at odd moments: the others and the later ones are served as ever", async () => {
    answer = async (request, response) => {
      await request.whole;
      setTimeout(() => respond(response), 20);
    };
    const length = 200_000;
    const audio = longRecording(length);
    const uploads = Array.from({ length: 60 }, (_, index) => {
      const upload = startTranscription(length);
      const leaves = index % 2 === 1;
      if (leaves) {
        upload.send(audio.subarray(0, (index * 3_301) % length));
        setTimeout(upload.leave, (index * 7) % 120);
      } else {
        upload.send(audio);
        upload.end();
      }
      return { upload, leaves };
    });
    const stayed = uploads.filter(({ leaves }) => !leaves);
    for (const { upload } of stayed) assert.equal((await upload.answer()).json.text, "Heard.");
    const later = startTranscription(length);
    later.send(audio);
    later.end();
    assert.equal((await later.answer()).json.text, "Heard.");
  });
});
