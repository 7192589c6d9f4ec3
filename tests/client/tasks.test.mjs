// Long files as tasks: submitted once, asked about, found again, cancelled; results that are fetched until they are there.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { audio, errorOf, fault, SPOKEN, startService, until } from "./service.mjs";
import { AT_ONCE, scriptedFetch, startSite } from "./site.mjs";

const SUBMIT = "/api/v1/services/audio/asr/transcription";
const QWEN = "qwen3-asr-flash-filetrans";
const FUN = "fun-asr";

let service;
let site;

before(async () => {
  service = await startService();
  site = await startSite({ "forbidden.wav": 403, "text.wav": new TextEncoder().encode("nothing to hear") });
});
after(() => Promise.all([service.close(), site.close()]));

const submissions = (url) => service.requests.filter(({ path, body }) => path === SUBMIT && urlsOf(body).includes(url));
const urlsOf = ({ input }) => input.file_urls ?? [input.file_url];
const questions = (id) => service.requests.filter(({ path }) => path === `/api/v1/tasks/${id}`);

/** Questions are a second apart, so the tests of a group wait together. */
const together = { concurrency: true };

describe("a task", together, () => {
  test("from the address to the transcript, with every state on the way", async () => {
    const url = site.url("way.wav");
    const task = await service.client().submit(url);
    assert.match(task.id, /^[0-9a-f-]{36}$/);
    const seen = [];
    const transcript = await task.result({ onStatus: (status) => seen.push(status) });
    assert.deepEqual(
      seen.map(({ state }) => state),
      ["PENDING", "RUNNING", "SUCCEEDED"],
    );
    assert.ok(seen.every(({ taskId, requestId }) => taskId === task.id && requestId));
    assert.match(seen[0].submitTime, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    assert.equal(seen[0].endTime, undefined);
    assert.ok(seen[2].endTime >= seen[2].submitTime);
    assert.match(seen[2].files[0].transcriptionUrl, /^http:.*Signature=/);
    const { text, language, emotion, duration, usage, noSpeech, segments, channels } = transcript;
    assert.deepEqual([text, language, emotion, duration, noSpeech], [SPOKEN, "en", "neutral", 1, false]);
    assert.deepEqual([usage, channels.length, segments[0].words], [{ seconds: 1 }, 1, []]);
    const [{ method, body, headers }] = submissions(url);
    assert.deepEqual([method, body], ["POST", { model: QWEN, input: { file_url: url }, parameters: {} }]);
    assert.equal(headers["x-dashscope-async"], "enable");
  });

  test("Qwen3-ASR with every option", async () => {
    const url = site.url("qwen.wav");
    const options = { language: "en", enableItn: true, enableWords: true, channelId: [0], context: "Bulge Bracket" };
    const task = await service.client().submit(new URL(url), fault(AT_ONCE, options));
    const { segments } = await task.result();
    assert.equal(
      segments[0].words
        .map(({ text, punctuation }) => text + punctuation)
        .join("")
        .trim(),
      segments[0].text,
    );
    assert.deepEqual(submissions(url)[0].body.parameters, {
      language: "en",
      enable_itn: true,
      enable_words: true,
      channel_id: [0],
      text: "Bulge Bracket",
    });
  });

  test("Fun-ASR with every option: speakers, and words that are hidden", async () => {
    const url = site.url("fun.wav");
    const specialWordFilter = { filter_with_signed: { word_list: ["what"] }, system_reserved_filter: false };
    const options = {
      model: FUN,
      channelId: [0],
      languageHints: ["en"],
      vocabularyId: "vocab-a-1",
      diarizationEnabled: true,
      speakerCount: 2,
      specialWordFilter,
    };
    const { text, segments, channels, model } = await (
      await service.client().submit(url, fault(AT_ONCE, options))
    ).result();
    assert.equal(text, SPOKEN.replace("what", "****"));
    assert.equal(segments[0].speakerId, 0);
    assert.ok(channels[0].speechMs > 0);
    assert.equal(model, undefined, "neither the task nor its document tells the model");
    assert.deepEqual(submissions(url)[0].body.parameters, {
      channel_id: [0],
      language_hints: ["en"],
      vocabulary_id: "vocab-a-1",
      diarization_enabled: true,
      speaker_count: 2,
      special_word_filter: JSON.stringify(specialWordFilter),
    });
  });

  test("is found again by its id, by another client after a reload", async () => {
    const { id } = await service.client().submit(site.url("reload.wav"), fault(AT_ONCE, { model: FUN }));
    const again = service.client().task(id);
    assert.equal(again.id, id);
    assert.equal((await again.wait()).state, "SUCCEEDED");
    assert.equal((await again.result()).text, SPOKEN);
    assert.equal((await service.client().task(id).status()).state, "SUCCEEDED");
  });

  test("a model for tasks is the client's", async () => {
    const url = site.url("clients-model.wav");
    await service.client({ model: FUN }).submit(url);
    assert.equal(submissions(url)[0].body.model, FUN);
  });

  test("that nobody knows", async () => {
    for (const call of [(task) => task.status(), (task) => task.wait(), (task) => task.result()]) {
      const error = await errorOf(call(service.client().task("00000000-0000-4000-8000-000000000000")));
      assert.deepEqual([error.name, error.code, error.retryable], ["NotFoundError", "not_found", false]);
      assert.match(error.message, /24 hours/);
    }
  });

  test("an id that leads elsewhere is refused", async () => {
    for (const id of ["", "../uploads", "a?b", undefined]) {
      const error = await errorOf(service.client().task(id).status());
      assert.deepEqual([error.code, error.field], ["invalid_option", "id"], id);
    }
  });

  test("of a real recording, really recognised", async () => {
    const emulator = await startEmulator();
    const speech = await startSite({ "jfk.wav": jfk.read() });
    try {
      const client = new Transcriber({ apiKey: "sk-test", baseURL: emulator.url });
      const task = await client.submit(speech.url("jfk.wav"), { enableWords: true });
      const { text, segments } = await task.result();
      assert.ok(wordErrors(jfk.words, text).rate <= 0.1, text);
      assert.ok(segments.flatMap(({ words }) => words).length > 15);
    } finally {
      await Promise.all([emulator.close(), speech.close()]);
    }
  });
});

describe("waiting", together, () => {
  const slow = "task-pending=50";

  test("ends in time; the task goes on", async () => {
    const task = await service.client().submit(site.url("late.wav"), fault(slow));
    const began = performance.now();
    const error = await errorOf(task.wait({ timeout: 300 }));
    assert.ok(performance.now() - began < 1500);
    assert.deepEqual([error.name, error.code], ["TimeoutError", "timeout"]);
    assert.ok(error.message.includes(task.id) && /goes on/.test(error.message), error.message);
    assert.equal((await task.status()).state, "PENDING");
    assert.equal((await errorOf(task.result({ timeout: 1 }))).code, "timeout");
  });

  test("is ended by a signal; the task goes on", async () => {
    const task = await service.client().submit(site.url("left.wav"), fault(slow));
    const caller = new AbortController();
    const reason = new Error("the page was closed");
    const seen = [];
    const wait = task.result({ signal: caller.signal, onStatus: ({ state }) => seen.push(state) });
    await until(() => seen.length > 0, "the first question");
    const began = performance.now();
    caller.abort(reason);
    const error = await errorOf(wait);
    assert.ok(performance.now() - began < 200);
    assert.deepEqual([error.name, error.code, error.cause], ["AbortError", "aborted", reason]);
    const asked = questions(task.id).length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(questions(task.id).length, asked, "nobody asks any more");
    assert.equal((await task.status()).state, "PENDING");
    const before = await errorOf(task.wait({ signal: AbortSignal.abort(reason) }));
    assert.deepEqual([before.code, before.cause], ["aborted", reason]);
  });

  test("is ended by an error in onStatus, which the caller gets", async () => {
    const task = await service.client().submit(site.url("thrown.wav"));
    const mine = new Error("mine");
    const error = await errorOf(
      task.wait({
        onStatus() {
          throw mine;
        },
      }),
    );
    assert.ok(error === mine || error.cause === mine, String(error));
  });

  test("goes on when a question fails", async () => {
    const task = await service.client().submit(site.url("outage.wav"), fault(AT_ONCE));
    const headers = { "x-emulator-fault": `status=503,retry-after-ms=5,fail-times=2,fault-key=${task.id}` };
    assert.equal((await task.wait({ headers, maxRetries: 0 })).state, "SUCCEEDED");
    assert.equal(questions(task.id).length, 3);
  });

  test("ends when the key is refused", async () => {
    const task = await service.client().submit(site.url("key.wav"), fault(AT_ONCE));
    const error = await errorOf(service.client({ apiKey: "sk-invalid" }).task(task.id).wait());
    assert.deepEqual([error.code, questions(task.id).length], ["authentication", 1]);
  });

  test("is refused with an option that makes no sense", async () => {
    const task = service.client().task("a");
    for (const call of [
      task.wait.bind(task),
      task.results.bind(task),
      task.status.bind(task),
      task.cancel.bind(task),
    ]) {
      const error = await errorOf(call({ onstatus: () => {} }));
      assert.deepEqual([error.code, error.field], ["invalid_option", "onstatus"]);
    }
    assert.match((await errorOf(task.wait({ maxretries: 1 }))).message, /did you mean maxRetries/);
    for (const timeout of [-1, Number.NaN, "soon"]) {
      assert.deepEqual([(await errorOf(task.wait({ timeout }))).field], ["timeout"], `${timeout}`);
    }
  });
});

describe("failures", together, () => {
  const result = async (name, switches, options) =>
    (await service.client().submit(site.url(name), fault(`${AT_ONCE},${switches}`, options))).result();

  test("a task that fails says why, with the service's code", async () => {
    const task = await service.client().submit(site.url("fails.wav"), fault(`${AT_ONCE},task-fail=FILE_403_FORBIDDEN`));
    const status = await task.wait();
    assert.deepEqual([status.state, status.code, status.files], ["FAILED", "FILE_403_FORBIDDEN", []]);
    const error = await errorOf(task.result());
    assert.deepEqual(
      [error.name, error.serviceCode, error.retryable],
      ["BadRequestError", "FILE_403_FORBIDDEN", false],
    );
    assert.match(error.message, /public/);
    assert.equal(typeof error.requestId, "string");
    const [file, ...others] = await task.results();
    assert.deepEqual([others, file.transcript, file.error.serviceCode], [[], undefined, "FILE_403_FORBIDDEN"]);
    assert.ok(file.error instanceof Error && file.taskId === task.id);
  });

  for (const [model, code] of [
    [QWEN, "FILE_403_FORBIDDEN"],
    [FUN, "InvalidFile.DownloadFailed"],
  ]) {
    test(`a file that may not be read: ${model}`, async () => {
      const error = await errorOf(result("forbidden.wav", "", { model }));
      assert.deepEqual([error.code, error.serviceCode], ["bad_request", code]);
    });

    test(`a file that is no audio: ${model}`, async () => {
      const error = await errorOf(result("text.wav", "", { model }));
      assert.deepEqual([error.code, error.serviceCode], ["invalid_audio", "DECODE_ERROR"]);
    });
  }

  test("a failed file in a task that succeeded", async () => {
    const task = await service
      .client()
      .submit(site.url("sub.wav"), fault(`${AT_ONCE},subtask-fail=InvalidFile.DownloadFailed`, { model: FUN }));
    const { state, files } = await task.wait();
    assert.deepEqual([state, files[0].code], ["SUCCEEDED", "InvalidFile.DownloadFailed"]);
    assert.equal((await errorOf(task.result())).serviceCode, "InvalidFile.DownloadFailed");
    const [file] = await task.results();
    assert.deepEqual([file.url, file.error.code], [site.url("sub.wav"), "bad_request"]);
  });

  for (const [model, switches] of [
    [QWEN, "task-fail=ASR_RESPONSE_HAVE_NO_WORDS"],
    [FUN, "subtask-fail=SUCCESS_WITH_NO_VALID_FRAGMENT"],
  ]) {
    test(`silence is a transcript: ${switches}`, async () => {
      const transcript = await result("silence.wav", switches, { model });
      assert.deepEqual([transcript.text, transcript.noSpeech, transcript.segments], ["", true, []]);
    });
  }
});

describe("the result", together, () => {
  const succeeded = async (switches) => {
    const task = await service.client().submit(site.url("result.wav"), fault(`${AT_ONCE},${switches}`));
    await task.wait();
    return task;
  };

  test("is fetched without a key, at the address that the task tells", async () => {
    const task = await succeeded("");
    const { files } = await task.status();
    const { pathname } = new URL(files[0].transcriptionUrl);
    await task.result({ headers: { "x-mine": "for the service" } });
    const [{ method, headers, keySha256 }] = service.requests.filter(({ path }) => path === pathname);
    assert.equal(method, "GET");
    assert.deepEqual([headers.authorization, keySha256, headers["x-mine"]], [undefined, undefined, undefined]);
    assert.equal(questions(task.id).at(-1).headers["x-mine"], "for the service");
  });

  for (const how of ["503", "html", "cut"]) {
    test(`is paid for, so it is fetched again after: ${how}`, async () => {
      const task = await succeeded(`result-fault=${how},result-fault-times=1`);
      assert.equal((await task.result()).text, SPOKEN);
    });
  }

  test("that stays away is an error, and the next call may get it", async () => {
    const task = await succeeded("result-fault=503,result-fault-times=1");
    const error = await errorOf(task.result({ maxRetries: 0 }));
    assert.deepEqual([error.code, error.retryable, error.status], ["server_error", true, 503]);
    assert.equal((await task.result()).text, SPOKEN);
  });

  test("that has expired says so", async () => {
    const error = await errorOf((await succeeded("result-fault=expired")).result());
    assert.deepEqual([error.code, error.retryable], ["not_found", false]);
    assert.match(error.message, /24 hours/);
  });

  test("of the service's own store is asked for by https, whatever the link says", async () => {
    const link = "http://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a%3Ab.json?Expires=1&Signature=x%2By%3D";
    const output = { task_id: "t-1", task_status: "SUCCEEDED", result: { transcription_url: link } };
    const document = { transcripts: [{ channel_id: 0, text: "Hello.", sentences: [] }] };
    const { fetch, sent } = scriptedFetch((_, at) => (at === 0 ? { output, request_id: "r" } : document));
    const client = new Transcriber({ apiKey: "sk-test", fetch });
    assert.equal((await client.task("t-1").result()).text, "Hello.");
    assert.equal(sent[1].url.href, link.replace("http:", "https:"));
    assert.equal(sent[1].headers.authorization, undefined);
  });

  test("that is no result is an error in words", async () => {
    const output = { task_id: "t-1", task_status: "SUCCEEDED", result: { transcription_url: "https://x.example/a" } };
    for (const document of [{ hello: 1 }, new Response("<html>", { headers: { "content-type": "text/html" } })]) {
      const { fetch } = scriptedFetch((_, at) => (at === 0 ? { output } : document));
      const error = await errorOf(new Transcriber({ apiKey: "sk-test", fetch, maxRetries: 0 }).task("t-1").result());
      assert.equal(error.code, "invalid_response");
    }
  });
});

describe("submitting costs money", () => {
  const client = (answer) => {
    const { fetch, sent } = scriptedFetch(answer);
    return { asr: new Transcriber({ apiKey: "sk-test", fetch }), sent };
  };
  const refusal = (status, code, headers) => Response.json({ code, message: code }, { status, headers });

  test("so nothing is submitted twice after a failure that leaves it open", async () => {
    for (const [answer, code] of [
      [() => refusal(500, "InternalError"), "server_error"],
      [() => refusal(503, "ServiceUnavailable"), "server_error"],
      [() => refusal(504, "ModelServiceFailed"), "server_error"],
      [() => new TypeError("connection lost"), "connection_error"],
    ]) {
      const { asr, sent } = client(answer);
      const error = await errorOf(asr.submit("https://example.com/a.wav"));
      assert.deepEqual([error.code, sent.length], [code, 1]);
    }
  });

  test("a timeout leaves it open, too", async () => {
    const url = site.url("no-answer.wav");
    const error = await errorOf(service.client().submit(url, fault("delay=1000", { timeout: 50 })));
    assert.deepEqual([error.code, submissions(url).length], ["timeout", 1]);
  });

  test("but too many requests is a refusal for certain", async () => {
    const { asr, sent } = client((_, at) =>
      at < 2
        ? refusal(429, "Throttling.RateQuota", { "retry-after-ms": "5" })
        : { output: { task_id: "t-1", task_status: "PENDING" } },
    );
    assert.equal((await asr.submit("https://example.com/a.wav")).id, "t-1");
    assert.equal(sent.length, 3);
    assert.equal(new Set(sent.map(({ text }) => text)).size, 1);
  });

  test("and what cannot work is not sent", async () => {
    for (const [url, options, code, field] of [
      ["data:audio/wav;base64,UklGRg==", {}, "invalid_audio"],
      ["recording.wav", {}, "invalid_audio"],
      ["blob:http://localhost/1", {}, "invalid_audio"],
      ["", {}, "invalid_audio"],
      ["https://example.com/a.wav", { model: "qwen3-asr-flash" }, "invalid_option", "model"],
      ["https://example.com/a.wav", { model: "fun-asr-realtime" }, "invalid_option", "model"],
      ["https://example.com/a.wav", { diarizationEnabled: true }, "invalid_option", "diarizationEnabled"],
      ["https://example.com/a.wav", { model: FUN, enableWords: true }, "invalid_option", "enableWords"],
      ["https://example.com/a.wav", { model: FUN, speakerCount: 2 }, "invalid_option", "speakerCount"],
      ["https://example.com/a.wav", { channelId: [0.5] }, "invalid_option", "channelId"],
      ["https://example.com/a.wav", { enable_words: true }, "invalid_option", "enable_words"],
    ]) {
      const { asr, sent } = client(() => ({}));
      const error = await errorOf(asr.submit(url, options));
      assert.deepEqual([error.code, error.field, sent.length], [code, field, 0], `${url} ${JSON.stringify(options)}`);
    }
  });

  test("an answer without an id is no task", async () => {
    const { asr } = client(() => ({ output: { task_status: "PENDING" } }));
    assert.equal((await errorOf(asr.submit("https://example.com/a.wav"))).code, "invalid_response");
  });

  test("addresses are percent-encoded, and uploads resolved", async () => {
    const { asr, sent } = client(() => ({ output: { task_id: "t-1" } }));
    await asr.submit("https://example.com/a b/录音.wav");
    await asr.submit("oss://dashscope-instant/a/b.wav");
    assert.deepEqual(
      sent.map(({ text, headers }) => [JSON.parse(text).input.file_url, headers["x-dashscope-ossresourceresolve"]]),
      [
        ["https://example.com/a%20b/%E5%BD%95%E9%9F%B3.wav", undefined],
        ["oss://dashscope-instant/a/b.wav", "enable"],
      ],
    );
  });
});

describe("cancelling and listing", together, () => {
  test("a task in the queue is cancelled, and has no result", async () => {
    const task = await service.client().submit(site.url("cancelled.wav"), fault("task-pending=9"));
    assert.equal(await task.cancel(), undefined);
    assert.equal((await task.wait()).state, "CANCELED");
    const error = await errorOf(task.result());
    assert.match(error.message, /cancel/i);
    assert.equal(error.retryable, false);
  });

  test("a task that is running is not", async () => {
    const task = await service.client().submit(site.url("running.wav"), fault(AT_ONCE));
    const error = await errorOf(task.cancel());
    assert.deepEqual([error.code, error.serviceCode], ["bad_request", "UnsupportedOperation"]);
    assert.match(error.message, /PENDING/);
  });

  test("tasks are listed by model, state and page", async () => {
    const own = await startService();
    try {
      const asr = own.client();
      const ids = [];
      for (const model of [QWEN, FUN, FUN]) ids.push((await asr.submit(site.url("a.wav"), { model })).id);
      const page = await asr.listTasks();
      assert.deepEqual([page.total, page.totalPage, page.pageNo, page.tasks.length], [3, 1, 1, 3]);
      const second = await asr.listTasks({ modelName: FUN, status: "PENDING", pageNo: 2, pageSize: 1 });
      assert.deepEqual([second.total, second.totalPage, second.pageNo], [2, 2, 2]);
      const [{ taskId, modelName, status, createdAt }] = second.tasks;
      assert.deepEqual([taskId, modelName, status], [ids[1], FUN, "PENDING"]);
      assert.ok(Math.abs(createdAt - Date.now()) < 60_000);
      assert.deepEqual(
        (await asr.listTasks({ taskId: ids[0] })).tasks.map((task) => task.taskId),
        [ids[0]],
      );
      const { query } = own.requests.filter(({ path }) => /^\/api\/v1\/tasks\/?$/.test(path)).at(-2);
      assert.deepEqual(query, { model_name: FUN, status: "PENDING", page_no: "2", page_size: "1" });
    } finally {
      await own.close();
    }
  });

  test("a filter that makes no sense is refused by its name", async () => {
    for (const [filter, field] of [
      [{ state: "PENDING" }, "state"],
      [{ status: 5 }, "status"],
      [{ page_no: 1 }, "page_no"],
      [{ pageNo: 1.5 }, "pageNo"],
      [{ startTime: "yesterday" }, "startTime"],
      [{ modelName: 5 }, "modelName"],
    ]) {
      const error = await errorOf(service.client().listTasks(filter));
      assert.deepEqual([error.code, error.field], ["invalid_option", field], JSON.stringify(filter));
    }
  });
});

test("a task whose caller reads the audio itself: bytes are refused in words", async () => {
  const error = await errorOf(service.client().submit(audio));
  assert.equal(error.code, "invalid_audio");
});
