// Dialect D: submitting, polling, results, listing, cancelling.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { jfk } from "../fixtures/recordings.mjs";
import { writeWav } from "./audio/wav.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { send, someAudio } from "./test-client.mjs";

const SUBMIT = "/api/v1/services/audio/asr/transcription";
const D1 = "qwen3-asr-flash-filetrans";
const ASYNC = { "x-dashscope-async": "enable" };

/** @type {import("./server.mjs").Emulator} */
let emulator;
/** @type {import("node:http").Server} */
let files;
let at = "";
before(async () => {
  const script = (samples) =>
    samples.every((value) => value === 0) ? "" : ["Hello, Mr. World. How are you?", "Fine."];
  emulator = await startEmulator({ recogniser: createScriptedRecogniser(script) });
  const stereo = writeWav([new Float32Array(8000).fill(0.1), new Float32Array(8000).fill(0.2)]);
  const contents = {
    "/a.wav": someAudio(),
    "/b.wav": someAudio(),
    "/text.wav": "text",
    "/silence.wav": writeWav([new Float32Array(8000)]),
    "/stereo.wav": stereo,
  };
  files = createServer((request, response) => {
    const content = contents[request.url ?? ""];
    if (content) response.end(content);
    else response.writeHead(request.url === "/secret.wav" ? 403 : 404).end();
  });
  await new Promise((resolve) => files.listen(0, "127.0.0.1", () => resolve(undefined)));
  at = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (files.address()).port}`;
});
after(async () => {
  await emulator.close();
  files.close();
});

const submit = (body, { fault = "task-pending=0,task-running=0", headers = ASYNC } = {}) => {
  return send(emulator.url + SUBMIT, { body, fault, headers });
};
const one = (path, parameters = {}) => ({ model: D1, input: { file_url: at + path }, parameters });
const many = (paths, parameters = {}) => ({
  model: "fun-asr",
  input: { file_urls: paths.map((path) => at + path) },
  parameters,
});

async function poll(id) {
  return (await send(`${emulator.url}/api/v1/tasks/${id}`)).json();
}

/** Submits, and polls until the end. */
async function run(body, call) {
  const submitted = (await submit(body, call)).json();
  for (;;) {
    const answer = await poll(submitted.output.task_id);
    if (!["PENDING", "RUNNING"].includes(answer.output.task_status)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("submitting", () => {
  const code = async (body, headers) => {
    const answer = await submit(body, { headers });
    return [answer.status, answer.json().code, answer.json().message];
  };
  test("the answer is a task that is pending", async () => {
    const answer = (await submit(one("/a.wav"))).json();
    assert.equal(answer.output.task_status, "PENDING");
    assert.deepEqual(Object.keys(answer), ["request_id", "output"]);
  });
  test("what is refused", async () => {
    const access = (words) => [403, "AccessDenied", words];
    assert.deepEqual(await code(one("/a.wav"), {}), access("current user api does not support synchronous calls."));
    assert.deepEqual(
      await code({ ...one("/a.wav"), model: "qwen3-asr-flash" }, ASYNC),
      access("Current user api does not support asynchronous calls."),
    );
    assert.deepEqual(await code({ ...one("/a.wav"), model: "fun-asr" }, ASYNC), [
      400,
      "InvalidParameter",
      "input must contain file_urls",
    ]);
    assert.deepEqual(await code({ ...many(["/a.wav"]), model: D1 }, ASYNC), [
      400,
      "InvalidParameter",
      "Required parameter(file_url) missing or invalid, please check the request parameters.",
    ]);
    const url = [400, "InvalidParameter", "url error, please check url！"];
    for (const file of ["data:audio/wav;base64,AAAA", "a.wav", "oss://a/b.wav", "file:///a.wav"]) {
      assert.deepEqual(await code({ model: D1, input: { file_url: file }, parameters: {} }, ASYNC), url);
      assert.deepEqual(await code({ model: "fun-asr", input: { file_urls: [file] }, parameters: {} }, ASYNC), url);
    }
    assert.equal((await code(many(Array(101).fill("/a.wav")), ASYNC))[0], 400);
    assert.equal((await code({ model: "nobody" }, ASYNC))[0], 404);
  });
});

describe("polling", () => {
  test("PENDING, then RUNNING, then the end, by the number of polls", async () => {
    const fault = "task-pending=2,task-running=2";
    const { output } = (await submit(one("/a.wav"), { fault })).json();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await poll(output.task_id)).output.task_status);
    assert.deepEqual(statuses, ["PENDING", "PENDING", "RUNNING", "RUNNING", "SUCCEEDED"]);
  });

  test("POST does the same, an unknown task is no error", async () => {
    const answer = await send(`${emulator.url}/api/v1/tasks/1111`, { method: "POST" });
    assert.deepEqual([answer.status, answer.json().output], [200, { task_id: "1111", task_status: "UNKNOWN" }]);
  });

  test("times are Beijing's and written without a zone", async () => {
    const { output } = await run(one("/a.wav"));
    for (const name of ["submit_time", "scheduled_time", "end_time"]) {
      assert.match(output[name], /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
      assert.ok(Math.abs(Date.parse(`${output[name].replace(" ", "T")}+08:00`) - Date.now()) < 5000);
    }
  });
});

describe("results", () => {
  test("D1: sentences by pauses; with enable_words also by punctuation, with words", async () => {
    const answer = await run(one("/a.wav", { language: "en" }));
    assert.deepEqual(answer.usage, { seconds: 2 });
    const document = (await send(answer.output.result.transcription_url, { key: "" })).json();
    assert.deepEqual(document.audio_info, { format: "wav", sample_rate: 16000 });
    const [transcript] = document.transcripts;
    assert.equal(transcript.text, "Hello, Mr. World. How are you? Fine.");
    assert.deepEqual(
      transcript.sentences.map((sentence) => [
        sentence.sentence_id,
        sentence.text,
        sentence.language,
        sentence.emotion,
        sentence.words,
      ]),
      [
        [0, "Hello, Mr. World. How are you?", "en", "neutral", undefined],
        [1, "Fine.", "en", "neutral", undefined],
      ],
    );
    const worded = await run(one("/a.wav", { enable_words: true }));
    const { sentences } = (await send(worded.output.result.transcription_url, { key: "" })).json().transcripts[0];
    assert.deepEqual(
      sentences.map((sentence) => sentence.text),
      ["Hello, Mr. World.", "How are you?", "Fine."],
    );
    for (const sentence of sentences) {
      assert.equal(sentence.words.map((word) => word.text + word.punctuation).join(""), sentence.text);
    }
  });

  test("D2: one result per file, words always, properties of the file", async () => {
    const answer = await run(many(["/a.wav", "/b.wav"], { diarization_enabled: true }));
    assert.deepEqual(answer.output.task_metrics, { TOTAL: 2, SUCCEEDED: 2, FAILED: 0 });
    assert.deepEqual(
      answer.output.results.map((result) => [result.file_url, result.subtask_status]),
      [
        [`${at}/a.wav`, "SUCCEEDED"],
        [`${at}/b.wav`, "SUCCEEDED"],
      ],
    );
    assert.equal(answer.usage.duration, 4);
    const document = (await send(answer.output.results[0].transcription_url, { key: "" })).json();
    assert.deepEqual(document.properties, {
      audio_format: "pcm_s16le",
      channels: [0],
      original_sampling_rate: 16000,
      original_duration_in_milliseconds: 200,
    });
    const [transcript] = document.transcripts;
    assert.equal(transcript.content_duration_in_milliseconds, 1600);
    assert.deepEqual(
      transcript.sentences.map(({ sentence_id: id, speaker_id: speaker }) => [id, speaker]),
      [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
    );
    assert.equal(transcript.sentences[0].words[0].punctuation, ", ");
  });

  test("each wanted channel is heard", async () => {
    const answer = await run(many(["/stereo.wav"], { channel_id: [0, 1] }));
    const document = (await send(answer.output.results[0].transcription_url, { key: "" })).json();
    assert.deepEqual(
      document.transcripts.map((transcript) => transcript.channel_id),
      [0, 1],
    );
  });

  test("special_word_filter hides and removes words", async () => {
    const setting = { filter_with_signed: { word_list: ["World"] }, filter_with_empty: { word_list: ["fine", "how"] } };
    const answer = await run(many(["/a.wav"], { special_word_filter: JSON.stringify(setting) }));
    const document = (await send(answer.output.results[0].transcription_url, { key: "" })).json();
    assert.equal(document.transcripts[0].text, "Hello, Mr. *****. are you?");
  });

  test("the link needs no key, refuses one, and checks its signature", async () => {
    const { output } = await run(one("/a.wav"));
    const link = output.result.transcription_url;
    assert.equal((await send(link, { key: "" })).status, 200);
    const withKey = await send(link);
    assert.deepEqual([withKey.status, withKey.headers["content-type"]], [400, "application/xml"]);
    const forged = await send(link.replace(/Signature=.*/, "Signature=x"), { key: "" });
    assert.match(forged.text, /<Code>SignatureDoesNotMatch<\/Code>/);
  });

  test("result-fault: expired, a status, html, cut; only so many times", async () => {
    const link = async (fault) =>
      (await run(one("/a.wav"), { fault: `task-pending=0,task-running=0,${fault}` })).output.result.transcription_url;
    const expired = await send(await link("result-fault=expired"), { key: "" });
    assert.equal(expired.status, 403);
    assert.match(expired.text, /<Code>AccessDenied<\/Code>\n {2}<Message>Request has expired\.<\/Message>/);
    assert.equal((await send(await link("result-fault=html"), { key: "" })).headers["content-type"], "text/html");
    assert.equal((await send(await link("result-fault=cut"), { key: "" })).broken, true);
    const flaky = await link("result-fault=503,result-fault-times=2");
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await send(flaky, { key: "" })).status);
    assert.deepEqual(statuses, [503, 503, 200]);
    assert.match(await link("result-https"), /^https:/);
  });
});

describe("failures", () => {
  test("D1 fails as a task", async () => {
    const codes = {
      "/secret.wav": "FILE_403_FORBIDDEN",
      "/missing.wav": "FILE_404_NOT_FOUND",
      "/text.wav": "DECODE_ERROR",
      "/silence.wav": "ASR_RESPONSE_HAVE_NO_WORDS",
    };
    for (const [path, code] of Object.entries(codes)) {
      const { output, usage } = await run(one(path));
      assert.deepEqual([output.task_status, output.code, output.message, usage], ["FAILED", code, code, undefined]);
    }
  });

  test("D2 fails by file: the task succeeds, unless nothing could be decoded", async () => {
    const mixed = await run(many(["/missing.wav", "/a.wav", "/silence.wav"]));
    assert.equal(mixed.output.task_status, "SUCCEEDED");
    assert.deepEqual(mixed.output.task_metrics, { TOTAL: 3, SUCCEEDED: 1, FAILED: 2 });
    assert.deepEqual(mixed.output.results[0], {
      file_url: `${at}/missing.wav`,
      code: "InvalidFile.DownloadFailed",
      message: "The audio file cannot be downloaded.",
      subtask_status: "FAILED",
    });
    assert.equal(mixed.output.results[2].code, "SUCCESS_WITH_NO_VALID_FRAGMENT");
    const none = await run(many(["/missing.wav"]));
    assert.deepEqual(
      [none.output.task_status, none.output.task_metrics.SUCCEEDED, none.usage],
      ["SUCCEEDED", 0, undefined],
    );
    const broken = await run(many(["/text.wav"]));
    assert.deepEqual(
      [broken.output.task_status, broken.output.code, broken.output.results[0].code],
      ["FAILED", "DECODE_ERROR", "DECODE_ERROR"],
    );
  });

  test("on order: task-fail and subtask-fail", async () => {
    const fault = "task-pending=0,task-running=0,task-fail=InternalError";
    assert.deepEqual((await run(one("/a.wav"), { fault })).output.code, "InternalError");
    const sub = await run(many(["/a.wav", "/b.wav"]), {
      fault: "task-pending=0,task-running=0,subtask-fail=DECODE_ERROR",
    });
    assert.deepEqual(
      sub.output.results.map((result) => result.subtask_status),
      ["FAILED", "SUCCEEDED"],
    );
  });

  test("a workspace host accepts a body without parameters, then fails", async () => {
    const headers = { ...ASYNC, host: "ws-1.cn-beijing.maas.aliyuncs.com" };
    const { parameters, ...body } = many(["/a.wav"]);
    assert.deepEqual(parameters, {});
    assert.equal((await run(body, { headers, fault: "task-pending=0,task-running=0" })).output.task_status, "FAILED");
    assert.equal((await run(body)).output.task_status, "SUCCEEDED");
  });
});

describe("the list and cancelling", () => {
  test("only a pending task can be cancelled", async () => {
    const { output } = (await submit(one("/a.wav"), { fault: "task-pending=3" })).json();
    const cancel = () => send(`${emulator.url}/api/v1/tasks/${output.task_id}/cancel`, { method: "POST" });
    assert.deepEqual(Object.keys((await cancel()).json()), ["request_id"]);
    assert.equal((await poll(output.task_id)).output.task_status, "CANCELED");
    const again = await cancel();
    assert.deepEqual([again.status, again.json().code], [400, "UnsupportedOperation"]);
    assert.equal(again.json().message, "Failed to cancel the task, please confirm if the task is in PENDING status.");
  });

  test("tasks are listed newest first, filtered and in pages", async () => {
    const own = await startEmulator({ recogniser: createScriptedRecogniser("Hello.") });
    const ids = [];
    for (const body of [one("/a.wav"), many(["/a.wav"]), one("/b.wav")]) {
      const answer = await send(own.url + SUBMIT, { body, headers: ASYNC });
      ids.unshift(answer.json().output.task_id);
    }
    const list = async (query = "") => (await send(`${own.url}/api/v1/tasks/${query}`)).json();
    const all = await list();
    assert.deepEqual([all.total, all.total_page, all.page_no, all.page_size], [3, 1, 1, 10]);
    assert.deepEqual(
      all.data.map((task) => task.task_id),
      ids,
    );
    assert.equal((await list("?model_name=fun-asr")).total, 1);
    assert.equal((await list("?status=SUCCEEDED")).total, 0);
    assert.equal((await list("?status=PENDING")).total, 3);
    assert.deepEqual(
      (await list("?page_no=2&page_size=2")).data.map((task) => task.task_id),
      ids.slice(2),
    );
    assert.equal((await list("?start_time=20200101000000&end_time=20200102000000")).total, 0);
    assert.equal((await send(`${own.url}/api/v1/tasks/?page_no=0`)).status, 400);
    await own.close();
  });
});

test("the real recogniser hears a file, with times for each word", async () => {
  const real = await startEmulator();
  const serve = createServer((_, response) => response.end(jfk.read()));
  await new Promise((resolve) => serve.listen(0, "127.0.0.1", () => resolve(undefined)));
  const url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (serve.address()).port}/jfk.wav`;
  const submitted = await send(real.url + SUBMIT, {
    body: { model: "fun-asr", input: { file_urls: [url] }, parameters: {} },
    headers: ASYNC,
  });
  const id = submitted.json().output.task_id;
  let answer;
  do {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = (await send(`${real.url}/api/v1/tasks/${id}`)).json();
  } while (["PENDING", "RUNNING"].includes(answer.output.task_status));
  const document = (await send(answer.output.results[0].transcription_url, { key: "" })).json();
  const words = document.transcripts[0].sentences.flatMap((sentence) => sentence.words);
  assert.ok(words.length > 18 && words.length < 26);
  words.forEach((word, index) => {
    assert.ok(word.begin_time < word.end_time && word.end_time <= 11000);
    assert.ok(index === 0 || word.begin_time >= words[index - 1].end_time);
  });
  await real.close();
  serve.close();
});
