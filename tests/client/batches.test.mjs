// Many files: a task for each at the service's pace, or one for all; failures that stay with their file.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { errorOf, fault, SPOKEN, startService } from "./service.mjs";
import { AT_ONCE, scriptedFetch, startSite } from "./site.mjs";

const SUBMIT = "/api/v1/services/audio/asr/transcription";
const FUN = "fun-asr";

let site;

before(async () => {
  site = await startSite({ "forbidden.wav": 403, "text.wav": new TextEncoder().encode("nothing to hear") });
});
after(() => site.close());

/** @param {(service: Awaited<ReturnType<typeof startService>>) => Promise<void>} work */
async function withService(work) {
  const service = await startService();
  try {
    await work(service);
  } finally {
    await service.close();
  }
}

const submissions = ({ requests }) => requests.filter(({ path }) => path === SUBMIT);
const taskOf = (at) => ({ output: { task_id: `t-${at}`, task_status: "PENDING" } });

describe("a batch", { concurrency: true }, () => {
  test("is a task for each address, in their order", () =>
    withService(async (service) => {
      const urls = Array.from({ length: 12 }, (_, at) => site.url(`${at}.wav`));
      const began = performance.now();
      const batch = await service.client().submitBatch(urls, fault(AT_ONCE, { model: FUN, languageHints: ["en"] }));
      const took = performance.now() - began;
      assert.ok(took > 11 * 95, `ten in a second is what the service takes; this was ${took} ms`);
      assert.equal(new Set(batch.tasks.map(({ id }) => id)).size, 12);
      assert.deepEqual(
        submissions(service).map(({ body }) => body),
        urls.map((url) => ({ model: FUN, input: { file_urls: [url] }, parameters: { language_hints: ["en"] } })),
      );
      const told = [];
      const results = await batch.results({ onFile: (file) => told.push(file) });
      assert.deepEqual(
        results.map(({ url, taskId, transcript, error }) => [url, taskId, transcript.text, error]),
        urls.map((url, at) => [url, batch.tasks[at].id, SPOKEN, undefined]),
      );
      assert.deepEqual(told.map(({ url }) => url).sort(), [...urls].sort());
    }));

  test("keeps failures with their files, and calls silence a transcript", () =>
    withService(async (service) => {
      const urls = ["one.wav", "forbidden.wav", "text.wav", "two.wav"].map((name) => site.url(name));
      for (const model of [FUN, "qwen3-asr-flash-filetrans"]) {
        const batch = await service.client().submitBatch(urls, fault(AT_ONCE, { model }));
        assert.equal(batch.tasks.length, 4);
        const told = [];
        const results = await batch.results({ onFile: ({ error }) => told.push(error instanceof Error) });
        assert.deepEqual(
          results.map(({ url, transcript, error }) => [url, transcript?.text, error?.code]),
          [
            [urls[0], SPOKEN, undefined],
            [urls[1], undefined, "bad_request"],
            [urls[2], undefined, "invalid_audio"],
            [urls[3], SPOKEN, undefined],
          ],
        );
        assert.ok(results[1].error instanceof Error && results[1].error.name === "BadRequestError");
        assert.equal(told.filter(Boolean).length, 2);
      }
      const silent = fault(`${AT_ONCE},subtask-fail=SUCCESS_WITH_NO_VALID_FRAGMENT`, { model: FUN });
      const [{ transcript }] = await (await service.client().submitBatch([urls[0]], silent)).results();
      assert.deepEqual([transcript.text, transcript.noSpeech], ["", true]);
    }));

  test("in one request, where the caller says so", () =>
    withService(async (service) => {
      const urls = ["one.wav", "forbidden.wav", "two.wav"].map((name) => site.url(name));
      const batch = await service.client().submitBatch(urls, fault(AT_ONCE, { model: FUN, together: true }));
      assert.deepEqual([batch.tasks.length, submissions(service).length], [1, 1]);
      assert.deepEqual(submissions(service)[0].body.input, { file_urls: urls });
      const results = await batch.results();
      assert.deepEqual(
        results.map(({ url, taskId, transcript, error }) => [url, taskId, transcript?.text, error?.code]),
        urls.map((url, at) => [
          url,
          batch.tasks[0].id,
          ...(at === 1 ? [undefined, "bad_request"] : [SPOKEN, undefined]),
        ]),
      );
      const error = await errorOf(batch.tasks[0].result());
      assert.deepEqual([error.name, error.code, error.field], ["InvalidOptionError", "invalid_option", "id"]);
      assert.match(error.message, /several files/);
    }));

  test("that is late says so for each file that is, and can be waited for again", () =>
    withService(async (service) => {
      const urls = ["one.wav", "two.wav"].map((name) => site.url(name));
      const batch = await service.client().submitBatch(urls, fault("task-pending=3,task-running=0", { model: FUN }));
      const late = await batch.results({ timeout: 200 });
      assert.deepEqual(
        late.map(({ url, error }) => [url, error.code]),
        urls.map((url) => [url, "timeout"]),
      );
      assert.ok(late[0].error.message.includes(batch.tasks[0].id));
      assert.deepEqual(
        (await batch.results()).map(({ transcript }) => transcript.text),
        [SPOKEN, SPOKEN],
      );
    }));

  test("is left by a signal and by a callback that throws", () =>
    withService(async (service) => {
      const batch = await service.client().submitBatch([site.url("a.wav")], fault("task-pending=50", { model: FUN }));
      assert.equal((await errorOf(batch.results({ signal: AbortSignal.timeout(100) }))).code, "aborted");
      const done = await service.client().submitBatch([site.url("a.wav")], fault(AT_ONCE, { model: FUN }));
      const mine = new Error("mine");
      const error = await errorOf(
        done.results({
          onFile() {
            throw mine;
          },
        }),
      );
      assert.ok(error === mine || error.cause === mine, String(error));
    }));
});

describe("submitting many", () => {
  const asr = (answer, options) => {
    const { fetch, sent } = scriptedFetch(answer);
    return { asr: new Transcriber({ apiKey: "sk-test", fetch, ...options }), sent };
  };
  const refusal = (status, code) => Response.json({ code, message: code }, { status });
  const urls = ["a", "b", "c"].map((name) => `https://example.com/${name}.wav`);

  test("a refusal of one file leaves the others alone, and nothing is sent twice", async () => {
    const { asr: client, sent } = asr((_, at) => (at === 1 ? refusal(500, "InternalError") : taskOf(at)));
    const batch = await client.submitBatch(urls, { model: FUN });
    assert.equal(sent.length, 3);
    assert.deepEqual(
      batch.tasks.map(({ id }) => id),
      ["t-0", "t-2"],
    );
  });

  test("the results have the refused file in its place", async () => {
    const link = "https://store.example/a.json";
    const { asr: client } = asr(({ url, method }, at) => {
      if (method === "POST") return at === 1 ? refusal(500, "InternalError") : taskOf(at);
      if (url.href === link) return { transcripts: [{ channel_id: 0, text: "Hello.", sentences: [] }] };
      const id = url.pathname.split("/").at(-1);
      const results = [{ file_url: "as the service has it", transcription_url: link, subtask_status: "SUCCEEDED" }];
      return { output: { task_id: id, task_status: "SUCCEEDED", results } };
    });
    const batch = await client.submitBatch(urls, { model: FUN });
    const told = [];
    const results = await batch.results({ onFile: (file) => told.push(file) });
    assert.deepEqual(
      results.map(({ url, taskId, transcript, error }) => [url, taskId, transcript?.text, error?.code]),
      [
        [urls[0], "t-0", "Hello.", undefined],
        [urls[1], undefined, undefined, "server_error"],
        [urls[2], "t-2", "Hello.", undefined],
      ],
    );
    const { error } = results[1];
    assert.ok(error instanceof Error);
    assert.deepEqual([error.name, error.status, error.serviceCode], ["ServerError", 500, "InternalError"]);
    // The refused one is known at once, so it comes first.
    assert.deepEqual(
      told.map(({ url, taskId, error }) => [url, taskId, error?.code]),
      [
        [urls[1], undefined, "server_error"],
        [urls[0], "t-0", undefined],
        [urls[2], "t-2", undefined],
      ],
    );
    assert.equal(told[0].error, error, "one refusal, one error");
    assert.equal((await batch.results())[1].error, error, "and the same one whenever it is asked for");
  });

  test("a refusal of all in one request is told of each file, without a word to the service", async () => {
    const { asr: client, sent } = asr(() => refusal(500, "InternalError"));
    const batch = await client.submitBatch(urls, { model: FUN, together: true });
    assert.deepEqual([batch.tasks, sent.length], [[], 1]);
    const told = [];
    const results = await batch.results({ onFile: (file) => told.push(file) });
    assert.deepEqual(
      results.map(({ url, taskId, error }) => [url, taskId, error?.code]),
      urls.map((url) => [url, undefined, "server_error"]),
    );
    assert.deepEqual(told, results);
    assert.equal(sent.length, 1);
  });

  test("a task that comes to nothing as a whole is told of each of its files", async () => {
    for (const [code, expected] of [
      ["InternalError", [undefined, "server_error"]],
      ["SUCCESS_WITH_NO_VALID_FRAGMENT", ["", undefined]],
    ]) {
      const { asr: client } = asr(({ method }, at) =>
        method === "POST" ? taskOf(at) : { output: { task_id: "t-0", task_status: "FAILED", code, message: code } },
      );
      const batch = await client.submitBatch(urls, { model: FUN, together: true });
      const told = [];
      const results = await batch.results({ onFile: (file) => told.push(file) });
      assert.deepEqual(
        results.map(({ url, taskId, transcript, error }) => [url, taskId, transcript?.text, error?.code]),
        urls.map((url) => [url, "t-0", ...expected]),
      );
      assert.deepEqual(told, results);
    }
  });

  test("a refusal of the account ends it at once", async () => {
    for (const [status, code, expected] of [
      [401, "InvalidApiKey", "authentication"],
      [400, "Arrearage", "billing"],
      [403, "AccessDenied", "permission_denied"],
    ]) {
      const { asr: client, sent } = asr(() => refusal(status, code));
      const error = await errorOf(client.submitBatch(urls, { model: FUN }));
      assert.deepEqual([error.code, sent.length], [expected, 1]);
    }
  });

  test("all addresses and options are checked before the first is sent", async () => {
    const many = Array.from({ length: 101 }, (_, at) => `https://example.com/${at}.wav`);
    for (const [given, options, code, field] of [
      [[], {}, "invalid_option", "urls"],
      [many, { model: FUN }, "invalid_option", "urls"],
      [many, { model: FUN, together: true }, "invalid_option", "urls"],
      [urls, { together: true }, "invalid_option", "urls"],
      [undefined, {}, "invalid_option", "urls"],
      ["https://example.com/a.wav", {}, "invalid_option", "urls"],
      [["https://example.com/a.wav", "b.wav"], {}, "invalid_audio", undefined],
      [urls, { model: FUN, enableWords: true }, "invalid_option", "enableWords"],
      [urls, { togehter: true }, "invalid_option", "togehter"],
    ]) {
      const { asr: client, sent } = asr((_, at) => taskOf(at));
      const error = await errorOf(client.submitBatch(given, options));
      assert.deepEqual(
        [error.code, error.field, sent.length],
        [code, field, 0],
        `${given?.length} ${JSON.stringify(options)}`,
      );
    }
  });

  test("a signal ends the submitting", async () => {
    const caller = new AbortController();
    const { asr: client, sent } = asr((_, at) => {
      if (at === 1) setTimeout(() => caller.abort(), 5);
      return taskOf(at);
    });
    const error = await errorOf(client.submitBatch(urls, { model: FUN, signal: caller.signal }));
    assert.deepEqual([error.code, sent.length], ["aborted", 2]);
  });
});
