// examples/long-recordings-worker in Cloudflare's runtime, against the emulator with its real recogniser: uploads that break off,
// and a runtime that is killed at the worst moments.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Transcriber } from "../../dist/index.js";
import { authorize } from "../../examples/long-recordings-worker/src/authorize.ts";
import { inProject } from "../../scripts/build/paths.mjs";
import { eventually } from "../edge/upstream.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { createClient } from "./client.mjs";
import { createLongProject, freePort, startWorker, wrangler } from "./worker.mjs";

const TOKEN = "the token of a test";
const SUBMIT = "/api/v1/services/audio/asr/transcription";
/** Longer than any test: whoever waits for it is killed before. */
const NEVER_MS = 120_000;
const PATIENCE_MS = 30_000;

let emulator;
let folder;
let port;
let worker;
const client = createClient(() => worker.url, TOKEN);

before(async () => {
  emulator = await startEmulator({});
  port = await freePort();
  const secrets = { DASHSCOPE_API_KEY: "sk-long", ADDRESS_SECRET: "0123456789abcdef".repeat(2), UPLOAD_TOKEN: TOKEN };
  folder = await createLongProject("long-recordings", secrets);
  await start();
});

after(async () => {
  await worker?.kill();
  await emulator?.close();
});

const start = async () => {
  worker = await startWorker(folder, port, {
    DASHSCOPE_BASE_URL: emulator.url,
    LIST_DELAY_SECONDS: "4",
    SEARCH_SECONDS: "8",
  });
};

const killAndStart = async () => {
  await worker.kill();
  await start();
};

/** What the service was asked to fetch for a recording, submission by submission. @returns {string[]} */
function addressesOf(id) {
  const submissions = emulator.requests.filter(({ method, path }) => method === "POST" && path === SUBMIT);
  return submissions.map(({ body }) => body.input.file_url).filter((address) => address.includes(id));
}

/** What the local runtime keeps of Workflows, a file or more for each. */
const memories = () => globSync(join(folder, ".wrangler", "state", "v3", "workflows", "**", "*.sqlite*"));

const arm = (fault) => emulator.arm({ fault, path: SUBMIT });

const heardTasks = () => emulator.account.tasks.all().filter(({ outcome }) => outcome).length;

/** So many recordings have been fetched and recognised; the service only has not said so yet. @param {number} count */
const heard = (count) => eventually("a recording is recognised", () => heardTasks() === count, PATIENCE_MS);

const submitted = (id) => eventually("it is submitted", () => addressesOf(id).length === 1, PATIENCE_MS);

/** The client in the example's README. @param {Blob} file @returns {Promise<string>} the recording's id */
async function asInReadme(file) {
  const readme = readFileSync(inProject("examples", "long-recordings-worker", "README.md"), "utf8");
  const [, code] = /^```js\n(.*?)^```$/ms.exec(readme) ?? [];
  const body = `return (async () => {${code}; return upload.id; })();`;
  return new Function("site", "token", "file", body)(worker.url, TOKEN, file);
}

async function assertTexts(id) {
  const transcript = JSON.parse(await client.text(id, "transcript.json"));
  assert.ok(wordErrors(jfk.words, transcript.text).rate < 0.15, transcript.text);
  assert.ok(transcript.segments[0].words?.length > 0, JSON.stringify(transcript.segments[0]));
  const srt = await client.text(id, "transcript.srt");
  assert.match(srt, /^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\nAnd so/);
  const vtt = await client.text(id, "transcript.vtt");
  assert.match(vtt, /^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:\d\d\.\d{3}\nAnd so/);
}

describe("the Worker for long recordings", () => {
  test("passes its own checks, and is bundled for a deployment", async () => {
    await wrangler(folder, "types", "--include-env=false");
    await promisify(execFile)(process.execPath, [inProject("node_modules", "typescript", "bin", "tsc")], {
      cwd: folder,
    });
    await wrangler(folder, "deploy", "--dry-run", "--secrets-file", ".dev.vars", "--outdir", "out");
    assert.ok(existsSync(join(folder, "out", "worker.js")));
  });

  test("is closed to whoever has no token, and says what a recording must be", async () => {
    await assert.rejects(authorize(new Request("http://example.com/recordings"), {}), /Set the secret UPLOAD_TOKEN/);
    const stranger = createClient(() => worker.url, "a guess");
    for (const [method, path] of [
      ["POST", "/recordings"],
      ["GET", `/recordings/${crypto.randomUUID()}`],
      ["GET", "/"],
    ]) {
      assert.equal((await stranger.call(method, path)).status, 401, path);
    }
    await assert.rejects(client.status(crypto.randomUUID()), /404 not_found/);
    await assert.rejects(client.begin({ size: 0 }), /400 invalid_size/);
    await assert.rejects(client.begin({ size: 2 ** 31 + 1 }), /413 too_large: size: 2147483649 bytes are more than/);
    await assert.rejects(client.begin({ size: 1, type: "text/html" }), /400 invalid_type/);
    const upload = await client.begin({ size: 20 });
    const part = (number, bytes) => client.ask("PUT", `/recordings/${upload.id}/parts/${number}`, bytes);
    await assert.rejects(part(1, "too short"), /400 wrong_size: Part 1 has 20 bytes, and 9 were announced/);
    await assert.rejects(part(2, "x"), /404 no_such_part/);
    await assert.rejects(client.complete(upload.id), /409 incomplete: Still missing of 1 parts: 1\./);
    assert.equal((await client.call("DELETE", `/recordings/${upload.id}`)).status, 204);
    await assert.rejects(client.status(upload.id), /404/);
  });

  let bytes;
  let recording;

  test("an upload outlives a lost connection, a part that comes twice, and the runtime", async () => {
    const options = ["-i", jfk.path, "-ac", "2", "-ar", "192000", "-c:a", "pcm_s32le", "-f", "wav", "-"];
    bytes = execFileSync("ffmpeg", ["-loglevel", "error", ...options], { maxBuffer: 2 ** 26 });
    const upload = await client.begin({ size: bytes.length, type: "audio/wav", language: "en" });
    assert.deepEqual([upload.state, upload.missing], ["uploading", [1, 2, 3]]);
    await client.putPart(upload, bytes, 3);
    await client.putPart(upload, bytes, 3);
    await client.losePart(upload, bytes, 1);
    assert.deepEqual((await client.status(upload.id)).missing, [1, 2]);
    await killAndStart();
    assert.deepEqual((await client.status(upload.id)).missing, [1, 2]);
    await client.putPart(upload, bytes, 1);
    await client.putPart(upload, bytes, 2);

    arm("task-pending=3,task-running=0");
    // Two at once, as from a client that lost its patience.
    const answers = await Promise.all([client.complete(upload.id), client.complete(upload.id).catch((error) => error)]);
    assert.equal(answers[0].state, "queued");
    recording = upload.id;
  });

  test("killed while the service works on it, it goes on where it was", async () => {
    await heard(1);
    const asked = () => emulator.requests.some(({ path }) => path.startsWith("/api/v1/tasks/"));
    await eventually("the task is asked for", asked, PATIENCE_MS);
    assert.match((await client.status(recording)).state, /^(queued|running)$/);
    assert.equal((await client.call("DELETE", `/recordings/${recording}`)).status, 409);
    await killAndStart();

    // Beside it: a service that could not fetch the recording, one that cannot read it, and one whose answer broke off.
    arm("task-fail=FILE_DOWNLOAD_FAILED,task-pending=0,task-running=0");
    const unfetched = await client.upload(jfk.read());
    await submitted(unfetched);
    arm("task-fail=DECODE_ERROR,task-pending=0,task-running=0");
    const unreadable = await asInReadme(new Blob([jfk.read()]));
    await submitted(unreadable);
    arm("cut=1,task-pending=0,task-running=0");
    const brokenOff = await client.upload(jfk.read());

    assert.equal((await client.untilItIsOver(recording)).state, "done");
    assert.equal(addressesOf(recording).length, 1, "submissions");
    await assertTexts(recording);

    const failed = await client.untilItIsOver(unreadable);
    assert.equal(failed.state, "failed");
    assert.match(failed.error, /^invalid_audio: .*DECODE_ERROR/);
    assert.equal(addressesOf(unreadable).length, 1);

    for (const [id, submissions] of /** @type {const} */ ([
      [unfetched, 2],
      [brokenOff, 1],
    ])) {
      assert.equal((await client.untilItIsOver(id)).state, "done");
      assert.equal(addressesOf(id).length, submissions, "submissions");
      await assertTexts(id);
    }
  });

  test("killed around the submission, it neither submits twice nor forgets to", async () => {
    const tasks = emulator.account.tasks.all().length;
    const heardBefore = heardTasks();
    // Taken by the service. The Workflow's own memory will be gone.
    const others = new Set(memories());
    const forgotten = await client.upload(jfk.read());
    await heard(heardBefore + 1);
    const memory = memories().filter((path) => !others.has(path));
    // Taken by the service, which has not answered yet. Lists show no end of a task that nobody asks for.
    arm(`stall=${NEVER_MS},task-pending=0,task-running=0`);
    const accepted = await client.upload(jfk.read());
    await heard(heardBefore + 2);
    // Sent, and never taken.
    arm(`delay=${NEVER_MS}`);
    const lost = await client.upload(jfk.read());
    await submitted(lost);
    // Sent, and fetched by a service that lists no such task.
    arm(`delay=${NEVER_MS}`);
    const unlisted = await client.upload(jfk.read());
    await submitted(unlisted);
    assert.equal((await fetch(addressesOf(unlisted)[0], { method: "HEAD" })).status, 200);

    assert.equal(emulator.account.tasks.all().length, tasks + 2);
    await worker.kill();
    assert.ok(memory.length > 0);
    for (const path of memory) rmSync(path);
    await start();

    for (const id of [forgotten, accepted, lost]) {
      assert.equal((await client.untilItIsOver(id)).state, "done");
      await assertTexts(id);
    }
    assert.equal(addressesOf(forgotten).length, 1, "submissions of the one whose Workflow was lost");
    assert.equal(addressesOf(accepted).length, 1, "submissions of the one that was accepted");
    assert.equal(addressesOf(lost).length, 2, "submissions of the one that was lost");
    const { state, error } = await client.untilItIsOver(unlisted);
    assert.equal(state, "failed");
    assert.match(error, /^submission_lost: The service has fetched the recording/);
    assert.equal(addressesOf(unlisted).length, 1, "submissions of the one that was fetched");
    assert.equal(emulator.account.tasks.all().length, tasks + 3, "tasks");

    // Should the lost one arrive after all, there is nothing for it to hear.
    const [late] = addressesOf(lost);
    const gone = await fetch(late);
    assert.deepEqual([gone.status, (await gone.json()).code], [410, "withdrawn"]);
    const service = new Transcriber({ baseURL: emulator.url, apiKey: "sk-long" });
    const task = await service.submit(late, { model: "qwen3-asr-flash-filetrans" });
    await assert.rejects(task.result(), { serviceCode: "FILE_DOWNLOAD_FAILED" });
  });

  test("the address for the service is signed, for one recording, and takes ranges", async () => {
    const [address] = addressesOf(recording);
    const get = (range) => fetch(address, { headers: { range } });
    const whole = await fetch(address, { method: "HEAD" });
    assert.deepEqual(
      ["content-length", "content-type", "accept-ranges"].map((name) => whole.headers.get(name)),
      [String(bytes.length), "audio/wav", "bytes"],
    );
    const last = bytes.length - 1;
    for (const [range, from, to] of /** @type {const} */ ([
      ["bytes=8-11", 8, 11],
      [`bytes=${last - 5}-`, last - 5, last],
      [`bytes=${last - 5}-${last + 5}`, last - 5, last],
      ["bytes=-3", last - 2, last],
    ])) {
      const answer = await get(range);
      assert.equal(answer.status, 206);
      assert.equal(answer.headers.get("content-range"), `bytes ${from}-${to}/${bytes.length}`);
      assert.equal(answer.headers.get("content-length"), String(to - from + 1));
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes.subarray(from, to + 1));
    }
    assert.equal((await get(`bytes=${bytes.length}-`)).status, 416);

    const forged = [address.replace(/expires=\d/, "expires=9"), address.split("?")[0]];
    for (const wrong of [...forged, address.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"))]) {
      assert.equal((await fetch(wrong)).status, 403, wrong);
    }
  });
});
