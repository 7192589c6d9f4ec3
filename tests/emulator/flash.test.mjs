// Dialect C.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { writeWav } from "./audio/wav.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { dataUrl, eventData, GENERATION, send, someAudio } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser(["Hello, world.", "How are you?"]) });
});
after(() => emulator.close());

function flashBody({ model = "fun-asr-flash-2026-06-15", audio = dataUrl(someAudio()), parameters = {} } = {}) {
  const content = [{ type: "input_audio", input_audio: { data: audio } }];
  const context = [
    { role: "user", content: [{ type: "input_text", text: "earlier" }] },
    { role: "assistant", content: [{ type: "text", text: "reply" }] },
  ];
  const messages = [...context, { role: "user", content }];
  return { model, input: { messages }, parameters: { format: "wav", sample_rate: "16000", ...parameters } };
}
const call = (body = flashBody(), more = {}) => send(emulator.url + GENERATION, { body, ...more });
/** @param {any} [body] @param {string} [fault] */
const stream = (body = flashBody(), fault) => call(body, { fault, headers: { "x-dashscope-sse": "enable" } });

const TEXT = "Hello, world. How are you?";

describe("dialect C", () => {
  test("one sentence spans everything; words bring their own spaces", async () => {
    const answer = await call();
    const { output, usage, request_id: requestId } = answer.json();
    assert.equal(output.text, TEXT);
    assert.deepEqual(
      [output.sentence.begin_time, output.sentence.end_time, output.sentence.sentence_end],
      [100, 1900, true],
    );
    const joined = output.sentence.words.map((word) => word.text + word.punctuation).join("");
    assert.equal(joined, TEXT);
    assert.deepEqual(Object.keys(output.sentence.words[0]), ["begin_time", "end_time", "fixed", "punctuation", "text"]);
    assert.deepEqual(usage, { duration: 1 });
    assert.equal(requestId, answer.headers["x-request-id"]);
  });

  test("the 3.1 models add sentences, speakers when asked for, and tokens", async () => {
    const plain = (await call(flashBody({ model: "qwen-audio-3.1-asr-flash" }))).json();
    assert.deepEqual(
      plain.output.sentences.map((sentence) => sentence.text),
      ["Hello, world.", "How are you?"],
    );
    assert.equal("speaker_id" in plain.output.sentences[0], false);
    assert.deepEqual(Object.keys(plain.usage), ["duration", "input_tokens", "output_tokens", "total_tokens"]);
    const parameters = { speaker_diarization_enabled: true };
    const diarized = (await call(flashBody({ model: "qwen-audio-3.1-asr-flash", parameters }))).json();
    assert.equal(diarized.output.sentences[1].speaker_id, 0);
  });

  test("short audio streams as one last event", async () => {
    const answer = await stream();
    const events = eventData(answer.text);
    assert.deepEqual(
      events.map((event) => event.output.text),
      [TEXT],
    );
    assert.match(answer.text, /^id:1\nevent:result\n:HTTP_STATUS\/200\ndata:\{.*\}\n\n$/);
  });

  test("a minute or more streams snapshots: the text so far and the sentence being spoken", async () => {
    const audio = dataUrl(writeWav([new Float32Array(60 * 8000)], 8000));
    const events = eventData((await stream(flashBody({ audio }))).text);
    const texts = events.map((event) => event.output.text);
    assert.equal(texts.at(-1), TEXT);
    assert.ok(texts.length > 5);
    const inner = events.slice(0, -1);
    assert.ok(inner.every((event) => event.output.sentence.sentence_end === false && event.usage === undefined));
    assert.ok(inner.every((event) => event.output.sentence.words.every((word) => word.fixed === false)));
    assert.deepEqual([...new Set(inner.map((event) => event.output.sentence.sentence_id))], [1, 2]);
    assert.equal(events.at(-1).usage.duration, 60);
  });

  test("snapshots, revise and error-mid on short audio", async () => {
    const texts = async (fault) =>
      eventData((await stream(flashBody(), fault)).text).map((event) => event.output?.text);
    assert.equal((await texts("snapshots"))[0], "Hello");
    assert.deepEqual((await texts("revise")).slice(0, 3), ["Hmm", "Hmm", "Hello, world"]);
    assert.deepEqual(await texts("error-mid=2"), ["Hello", "Hello,", undefined]);
  });

  test("every layout has the text in its own place", async () => {
    const places = {
      documented: (body) => body.output.text,
      shared: (body) => body.output.output.text === body.output.text && body.output.usage && body.output.text,
      workspace: (body) => body.text === body.output.text && body.output.request_id === body.request_id && body.text,
      top: (body) => body.output === undefined && body.text,
      nested: (body) => body.output.text === undefined && body.output.output.text,
      sentence: (body) => body.output.text === undefined && body.output.sentence.text,
      "nested-sentence": (body) => body.output.output.text === undefined && body.output.output.sentence.text,
    };
    for (const [layout, read] of Object.entries(places)) {
      const fault = layout === "documented" ? undefined : `layout=${layout}`;
      assert.equal(read((await call(flashBody(), { fault })).json()), TEXT, layout);
      assert.equal(read(eventData((await stream(flashBody(), fault)).text).at(-1)), TEXT, layout);
    }
    const host = "ws-1.cn-beijing.maas.aliyuncs.com";
    assert.equal((await call(flashBody(), { headers: { host } })).json().text, TEXT);
    assert.match((await call(flashBody(), { fault: "layout=round" })).text, /^emulator: layout=round: documented, /);
  });

  test("refusals: no format, no audio, nobody speaks, too large", async () => {
    const code = async (answer) => [(await answer).status, (await answer).json().code];
    assert.deepEqual(await code(call(flashBody({ parameters: { format: undefined } }))), [400, "InvalidParameter"]);
    const noAudio = {
      ...flashBody(),
      input: { messages: [{ role: "user", content: [{ type: "input_text", text: "a" }] }] },
    };
    assert.deepEqual(await code(call(noAudio)), [400, "InvalidParameter"]);
    assert.deepEqual(await code(call(flashBody(), { fault: "no-speech=error" })), [400, "ASR_RESPONSE_HAVE_NO_WORDS"]);
    assert.equal((await call(flashBody(), { fault: "no-speech=empty-string" })).json().output.text, "");
    const large = `data:audio/wav;base64,${"A".repeat(12 * 1024 * 1024)}`;
    assert.deepEqual(await code(call(flashBody({ audio: large }))), [400, "BadRequest.TooLarge"]);
    assert.equal(
      (await call(flashBody({ audio: large, model: "qwen-audio-3.1-asr-flash" }))).json().code,
      "InvalidParameter",
    );
    const silent = await startEmulator({ recogniser: createScriptedRecogniser("") });
    for (const headers of [{}, { "x-dashscope-sse": "enable" }]) {
      const answer = send(silent.url + GENERATION, { body: flashBody(), headers });
      assert.deepEqual(await code(answer), [400, "ASR_RESPONSE_HAVE_NO_WORDS"]);
    }
    await silent.close();
  });

  test("fun-asr-realtime takes an address, and streams short audio in pieces", async () => {
    const parameters = { audio_address: dataUrl(someAudio()), format: "wav" };
    const body = { model: "fun-asr-realtime", input: { messages: [] }, parameters, resources: [] };
    assert.ok(eventData((await stream(body)).text).length > 5);
  });
});
