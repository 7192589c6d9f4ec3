// Independent proof of dialects B and D, uploads and hot-word lists: the official dashscope SDK for Python, pointed at the
// emulator, completes every flow.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { officialSdkMissing, startOfficialSdk } from "./official-sdk.mjs";

/** @type {import("../emulator/server.mjs").Emulator} */
let emulator;
/** @type {ReturnType<typeof startOfficialSdk>} */
let sdk;
/** @type {import("node:http").Server} */
let files;
let jfkUrl = "";

const MODEL = "qwen3-asr-flash";
const conversation = (audio, more = {}) => ({
  model: MODEL,
  messages: [
    { role: "system", content: [{ text: "" }] },
    { role: "user", content: [{ audio }] },
  ],
  result_format: "message",
  asr_options: { language: "en", enable_itn: false },
  ...more,
});
const textOf = (response) => response.output.choices[0].message.content.map((part) => part.text).join("");
const assertHeard = (text) => assert.ok(wordErrors(jfk.words, text).rate < 0.1, text);
const fetchJson = async (url) => (await fetch(url)).json();

async function value(call, callArguments) {
  const reply = await sdk.call(call, callArguments);
  assert.equal(reply.raised, undefined, JSON.stringify(reply.raised));
  return reply.value;
}

const missing = officialSdkMissing();

describe("dashscope SDK for Python", { skip: missing }, () => {
  before(async () => {
    emulator = await startEmulator();
    files = createServer((request, response) => {
      if (request.url === "/jfk.wav") response.end(jfk.read());
      else response.writeHead(404).end();
    });
    await new Promise((resolve) => files.listen(0, "127.0.0.1", () => resolve(undefined)));
    jfkUrl = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (files.address()).port}/jfk.wav`;
    sdk = startOfficialSdk(emulator.url);
  });
  after(async () => {
    sdk?.close();
    await emulator?.close();
    files?.close();
  });

  describe("MultiModalConversation (B)", () => {
    test("a whole answer, by data URL and by link", async () => {
      for (const audio of [jfk.dataUrl(), jfkUrl]) {
        const response = await value("MultiModalConversation.call", conversation(audio));
        assert.equal(response.status_code, 200);
        assertHeard(textOf(response));
        assert.equal(response.output.choices[0].message.annotations[0].language, "en");
        assert.match(response.request_id, /^[0-9a-f-]{36}$/);
      }
    });

    test("streamed in deltas: the pieces are the text", async () => {
      const call = conversation(jfkUrl, { stream: true, incremental_output: true });
      const events = await value("MultiModalConversation.call", call);
      assert.ok(events.length > 15);
      assertHeard(events.map(textOf).join(""));
      assert.equal(events.at(-1).output.choices[0].finish_reason, "stop");
      assert.equal(events.at(-1).usage.seconds, 11);
    });

    test("streamed without: each event has the text so far", async () => {
      for (const more of [{}, { incremental_output: false }]) {
        const events = await value("MultiModalConversation.call", conversation(jfkUrl, { stream: true, ...more }));
        assert.ok(events.length > 15);
        const texts = events.map(textOf);
        assert.ok(texts.every((text, index) => index === 0 || text.startsWith(texts[index - 1])));
        assertHeard(texts.at(-1));
      }
    });

    test("a local file is uploaded first", async () => {
      emulator.requests.length = 0;
      const response = await value("MultiModalConversation.call", conversation(`file://${jfk.path}`));
      assertHeard(textOf(response));
      assert.deepEqual(
        emulator.requests.map(({ method, path, status }) => `${method} ${path} ${status}`),
        ["GET /api/v1/uploads 200", "POST / 200", "POST /api/v1/services/aigc/multimodal-generation/generation 200"],
      );
    });

    test("refusals: status, code and words come through, in JSON and in a stream", async () => {
      const refused = { headers: { "x-emulator-fault": "status=429,code=Throttling.RateQuota" } };
      const plain = await value("MultiModalConversation.call", conversation(jfkUrl, refused));
      assert.deepEqual([plain.status_code, plain.code], [429, "Throttling.RateQuota"]);
      assert.equal(plain.message, "Requests rate limit exceeded, please try again later.");

      const inStream = { stream: true, headers: { "x-emulator-fault": "error-mid=2,code=DataInspectionFailed" } };
      const events = await value("MultiModalConversation.call", conversation(jfkUrl, inStream));
      assert.equal(events.length, 3);
      assert.deepEqual([events[2].status_code, events[2].code], [400, "DataInspectionFailed"]);

      const stranger = startOfficialSdk(emulator.url, { key: "sk-invalid" });
      const reply = await stranger.call("MultiModalConversation.call", conversation(jfkUrl));
      stranger.close();
      assert.equal(reply.value.status_code, 401);
    });
  });

  describe("QwenTranscription (D1)", () => {
    test("submits, waits and has a document with words", async () => {
      const call = { model: "qwen3-asr-flash-filetrans", file_url: jfkUrl, language: "en", enable_words: true };
      const response = await value("QwenTranscription.call", call);
      assert.equal(response.output.task_status, "SUCCEEDED");
      assert.ok(response.usage.seconds > 5);
      const document = await fetchJson(response.output.result.transcription_url);
      assertHeard(document.transcripts[0].text);
      assert.ok(document.transcripts[0].sentences[0].words.length > 5);
    });

    test("a file that is not there fails the task", async () => {
      const call = { model: "qwen3-asr-flash-filetrans", file_url: jfkUrl.replace("jfk", "missing") };
      const { output } = await value("QwenTranscription.call", call);
      assert.deepEqual([output.task_status, output.code], ["FAILED", "FILE_404_NOT_FOUND"]);
    });
  });

  describe("Transcription (D2)", () => {
    test("several files, one of which is not there", async () => {
      const call = { model: "fun-asr", file_urls: [jfkUrl, jfkUrl.replace("jfk", "missing")], language_hints: ["en"] };
      const { output, usage } = await value("Transcription.call", call);
      assert.equal(output.task_status, "SUCCEEDED");
      assert.deepEqual(
        output.results.map((result) => result.subtask_status),
        ["SUCCEEDED", "FAILED"],
      );
      assert.ok(usage.duration > 5);
      assertHeard((await fetchJson(output.results[0].transcription_url)).transcripts[0].text);
    });

    test("tasks are fetched, listed and cancelled", async () => {
      emulator.arm({ fault: "task-pending=9", path: "/api/v1/services/audio/asr/transcription" });
      const submitted = await value("Transcription.async_call", { model: "fun-asr", file_urls: [jfkUrl] });
      const task = submitted.output.task_id;
      assert.equal((await value("Transcription.fetch", { task })).output.task_status, "PENDING");
      const listed = await value("Transcription.list", { model_name: "fun-asr", status: "PENDING" });
      assert.ok(listed.output.data.some((entry) => entry.task_id === task));
      assert.equal((await value("Transcription.cancel", { task })).status_code, 200);
      assert.equal((await value("Transcription.fetch", { task })).output.task_status, "CANCELED");
      const again = await value("Transcription.cancel", { task });
      assert.deepEqual([again.status_code, again.code], [400, "UnsupportedOperation"]);
      assert.equal((await value("Transcription.fetch", { task: "unknown-id" })).output.task_status, "UNKNOWN");
    });

    test("an uploaded file, by its oss:// link", async () => {
      const [link] = await value("OssUtils.upload", { model: "fun-asr", file_path: jfk.path });
      assert.match(link, /^oss:\/\/dashscope-instant\/.*\/jfk\.wav$/);
      const headers = { "X-DashScope-OssResourceResolve": "enable" };
      const { output } = await value("Transcription.call", { model: "fun-asr", file_urls: [link], headers });
      assertHeard((await fetchJson(output.results[0].transcription_url)).transcripts[0].text);
    });

    test("the second generation of the SDK does it too", async () => {
      const job = await value("Client.audio.asr.transcribe", { file_urls: [jfkUrl], poll_interval: 0.05 });
      assert.equal(job.status, "SUCCEEDED");
      assertHeard((await fetchJson(job.output.results[0].transcription_url)).transcripts[0].text);
    });
  });

  test("VocabularyService: a hot-word list from its creation to its end", async () => {
    const vocabulary = [{ text: "Kubernetes", weight: 4, lang: "en" }];
    const create = { target_model: "fun-asr", prefix: "testpfx", vocabulary };
    const id = await value("VocabularyService.create_vocabulary", create);
    assert.match(id, /^vocab-testpfx-/);
    const listed = await value("VocabularyService.list_vocabularies", { prefix: "testpfx" });
    assert.deepEqual(
      listed.map((list) => [list.vocabulary_id, list.status]),
      [[id, "OK"]],
    );
    const next = [{ text: "Rust", weight: 50 }];
    await value("VocabularyService.update_vocabulary", { vocabulary_id: id, vocabulary: next });
    assert.deepEqual((await value("VocabularyService.query_vocabulary", { vocabulary_id: id })).vocabulary, next);
    await value("VocabularyService.delete_vocabulary", { vocabulary_id: id });
    const { raised } = await sdk.call("VocabularyService.query_vocabulary", { vocabulary_id: id });
    assert.match(raised?.message ?? "", /Status Code: 416, Code: BadRequest\.ResourceNotExist/);
  });
});
