// The real recogniser, through the real server. Needs the model: scripts/asr-model.sh
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { jfk, recordings } from "../fixtures/recordings.mjs";
import { wordErrorRate, wordErrors } from "../fixtures/word-error-rate.mjs";
import { writeWav } from "./audio/wav.mjs";
import { startEmulator } from "./server.mjs";
import { CHAT, chatBody, dataUrl, eventData, GENERATION, generationBody, send } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.close());

const EVENTS = { "x-dashscope-sse": "enable" };

describe("recordings of real speech", () => {
  test("come out with fewer than 10 % wrong words, in English", async () => {
    const pairs = [];
    for (const recording of recordings) {
      const answer = (
        await send(emulator.url + GENERATION, { body: generationBody({ audio: recording.dataUrl() }) })
      ).json();
      const { content, annotations } = answer.output.choices[0].message;
      assert.deepEqual(annotations, [{ type: "audio_info", language: "en", emotion: "neutral" }]);
      pairs.push({ said: recording.words, heard: content[0].text });
    }
    const rate = wordErrorRate(pairs);
    assert.ok(rate < 0.1, `${(rate * 100).toFixed(1)} %: ${JSON.stringify(pairs)}`);
  });

  test("arrive piece by piece, and the pieces are the text", async () => {
    const audio = jfk.dataUrl();
    const whole = (await send(emulator.url + CHAT, { body: chatBody({ audio }) })).json();
    const text = whole.choices[0].message.content;

    const chat = eventData((await send(emulator.url + CHAT, { body: chatBody({ audio, stream: true }) })).text);
    const pieces = chat.filter((chunk) => chunk !== "[DONE]").map((chunk) => chunk.choices[0].delta.content ?? "");
    assert.ok(pieces.length > 15);
    assert.equal(pieces.join(""), text);

    const stream = async (parameters) => {
      const body = generationBody({ audio, parameters });
      const answer = await send(emulator.url + GENERATION, { body, headers: EVENTS });
      return eventData(answer.text).map((event) => event.output.choices[0].message.content[0].text);
    };
    assert.equal((await stream({ incremental_output: true })).join(""), text);
    const grown = await stream({});
    assert.ok(grown.every((value, index) => index === 0 || value.startsWith(grown[index - 1])));
    assert.equal(grown.at(-1), text);
    assert.equal(whole.usage.seconds, 11);
    assert.equal(whole.usage.prompt_tokens_details.audio_tokens, 275);
  });

  test("a long one is cut and put together again", async () => {
    const samples = [];
    const words = [];
    for (const recording of [...recordings, ...recordings]) {
      const pcm = recording.read().subarray(44);
      for (let at = 0; at + 1 < pcm.length; at += 2) samples.push(pcm.readInt16LE(at) / 32768);
      for (let i = 0; i < 16000; i++) samples.push(0);
      words.push(recording.words);
    }
    const audio = dataUrl(writeWav([Float32Array.from(samples)]));
    const answer = (await send(emulator.url + CHAT, { body: chatBody({ audio }) })).json();
    const { rate, words: count } = wordErrors(words.join(" "), answer.choices[0].message.content);
    assert.ok(count > 150 && rate < 0.1, `${(rate * 100).toFixed(1)} % of ${count} words`);
  });
});

describe("recordings without speech", () => {
  const silence = dataUrl(writeWav([new Float32Array(32000)]));
  test("are empty, with no language detected", async () => {
    const native = (await send(emulator.url + GENERATION, { body: generationBody({ audio: silence }) })).json();
    assert.deepEqual(native.output.choices[0].message, { content: [], role: "assistant" });
    const chat = (await send(emulator.url + CHAT, { body: chatBody({ audio: silence }) })).json();
    assert.deepEqual(chat.choices[0].message, { role: "assistant", content: "" });
  });

  test("streamed: no piece of text, one last event", async () => {
    const answer = await send(emulator.url + GENERATION, { body: generationBody({ audio: silence }), headers: EVENTS });
    const events = eventData(answer.text);
    assert.equal(events.length, 1);
    assert.deepEqual(events[0].output.choices[0], {
      message: { content: [], role: "assistant" },
      finish_reason: "stop",
    });
  });
});

test("the server answers others while it recognises, and forgets a caller who went away", async () => {
  const long = generationBody({ audio: jfk.dataUrl() });
  const gone = new AbortController();
  const abandoned = fetch(emulator.url + GENERATION, {
    method: "POST",
    headers: { authorization: "Bearer sk-test", ...EVENTS },
    body: JSON.stringify(long),
    signal: gone.signal,
  });
  await (await abandoned).body?.cancel();
  gone.abort();
  const busy = send(emulator.url + GENERATION, { body: long });
  const started = performance.now();
  assert.equal((await send(`${emulator.url}/_emulator/requests`)).status, 200);
  assert.ok(performance.now() - started < 300, "the control route waited for the recogniser");
  assert.equal((await busy).status, 200);
});
