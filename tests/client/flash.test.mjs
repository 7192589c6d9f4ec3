// Fun-ASR-Flash and Qwen-Audio: what their requests say, where their answers keep the text, and texts that change.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { sha256 } from "../emulator/request-log.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { audio, errorOf, fault, PIECES, SPOKEN, startService, WAYS } from "./service.mjs";

const PATH = "/api/v1/services/aigc/multimodal-generation/generation";
const FUN = "fun-asr-flash-2026-06-15";
const QWEN_30 = "qwen-audio-3.0-asr-flash";
const QWEN_31 = "qwen-audio-3.1-asr-flash";
const AUDIO = {
  role: "user",
  content: [
    {
      type: "input_audio",
      input_audio: { data: { mediaType: "audio/wav", bytes: audio.length, sha256: sha256(audio) } },
    },
  ],
};
const user = (text) => ({ role: "user", content: [{ type: "input_text", text }] });
const assistant = (text) => ({ role: "assistant", content: [{ type: "text", text }] });

let service;
/** Two phrases, a second apart. */
let dialogue;

before(async () => {
  service = await startService();
  dialogue = await startService({ words: ["Are you there?", "Yes, I am."] });
});
after(() => Promise.all([service.close(), dialogue.close()]));

describe("the request", () => {
  for (const [name, options, messages, parameters] of [
    ["nothing but the audio", { model: FUN }, [], {}],
    ["context", { model: FUN, context: 'Bulge "Bracket"\n' }, [user('Bulge "Bracket"\n')], {}],
    [
      "a conversation, in its order, after the context and before the audio",
      {
        model: QWEN_30,
        context: "Nine banks",
        messages: [
          { role: "user", text: "Which banks?" },
          { role: "assistant", text: "哪些银行？" },
          { role: "user", text: "Those." },
        ],
      },
      [user("Nine banks"), user("Which banks?"), assistant("哪些银行？"), user("Those.")],
      {},
    ],
    [
      "hot words and their weights",
      { model: QWEN_31, vocabulary: { Kubernetes: 5, "投行 x": 50 } },
      [],
      {
        vocabulary: { Kubernetes: 5, "投行 x": 50 },
      },
    ],
    ["the id of a list", { model: FUN, vocabularyId: "vocab-a-1" }, [], { vocabulary_id: "vocab-a-1" }],
    ["languages", { model: QWEN_30, languageHints: ["zh", "en"] }, [], { language_hints: ["zh", "en"] }],
    ["one language", { model: FUN, languageHints: ["en"] }, [], { language_hints: ["en"] }],
    ["the rate, as the string that the samples have", { model: FUN, sampleRate: 16000 }, [], { sample_rate: "16000" }],
    ["a format that the caller knows better", { model: FUN, format: "pcm" }, [], { format: "pcm" }],
    [
      "speakers and dialects",
      { model: QWEN_31, speakerDiarizationEnabled: true, keepDialect: false },
      [],
      { speaker_diarization_enabled: true, keep_dialect: false },
    ],
    ["what will come, passed on", { model: QWEN_31, parameters: { future: [1] } }, [], { future: [1] }],
    ["a new name, by protocol", { model: "new-asr", protocol: "flash" }, [], {}],
  ]) {
    test(name, async () => {
      for (const way of Object.keys(WAYS)) {
        service.forget();
        // What the emulator thinks of a new name is not the question.
        await WAYS[way](service.client({ maxRetries: 0 }), audio, options).catch(({ code }) =>
          assert.equal(code, "not_found"),
        );
        const [{ method, path, body, headers }] = service.requests;
        assert.deepEqual([method, path], ["POST", PATH]);
        assert.deepEqual(body, {
          model: options.model,
          input: { messages: [...messages, AUDIO] },
          parameters: { format: "wav", ...parameters },
        });
        assert.equal(headers["x-dashscope-sse"], way === "stream" ? "enable" : "disable");
        assert.equal(headers.accept, way === "stream" ? "text/event-stream" : "application/json");
      }
    });
  }

  test("the client's model counts, and its protocol is for models that have the choice", async () => {
    service.forget();
    await service.client({ model: FUN, protocol: "openai" }).transcribe(audio);
    assert.deepEqual([service.requests[0].path, service.requests[0].body.model], [PATH, FUN]);
  });
});

describe("refused before anything is sent", () => {
  for (const [name, options, field, words] of [
    ["language", { model: FUN, language: "en" }, "language", /would ignore it; it is taken by qwen3-asr-flash/],
    ["enableItn", { model: QWEN_31, enableItn: true }, "enableItn", /taken by qwen3-asr-flash/],
    ["hot words for Fun-ASR", { model: FUN, vocabulary: { a: 1 } }, "vocabulary", /taken by qwen-audio-3\.0-asr-flash/],
    ["speakers in 3.0", { model: QWEN_30, speakerDiarizationEnabled: true }, "speakerDiarizationEnabled", /3\.1/],
    ["dialects in 3.0", { model: QWEN_30, keepDialect: true }, "keepDialect", /taken by qwen-audio-3\.1-asr-flash$/],
    ["messages for Qwen3-ASR", { messages: [{ role: "user", text: "a" }] }, "messages", /taken by fun-asr-flash/],
    ["an option of tasks", { model: FUN, enableWords: true }, "enableWords", /taken by qwen3-asr-flash-filetrans$/],
    ["a second language for Fun-ASR", { model: FUN, languageHints: ["zh", "en"] }, "languageHints", /at most 1/],
    ["a language of nobody", { model: QWEN_31, languageHints: ["xx"] }, "languageHints", /does not know "xx"/],
    ["a weight", { model: QWEN_31, vocabulary: { a: 6 } }, "vocabulary.a", /1 to 5, or 50/],
    ["both kinds of lists", { model: QWEN_31, vocabulary: { a: 1 }, vocabularyId: "v" }, "vocabulary", /either/],
    ["a role", { model: FUN, messages: [{ role: "system", text: "a" }] }, "messages.0.role", /"user" or "assistant"/],
    ["a message without text", { model: FUN, messages: [{ role: "user" }] }, "messages.0.text", /string/],
    ["the other protocol", { model: FUN, protocol: "openai" }, "protocol", /no OpenAI-compatible API/],
    ["a model for tasks", { model: "fun-asr" }, "model", /works with tasks: submit/],
  ]) {
    test(name, async () => {
      for (const way of Object.values(WAYS)) {
        service.forget();
        const error = await errorOf(way(service.client(), audio, options));
        assert.deepEqual([error.name, error.code, error.field], ["InvalidOptionError", "invalid_option", field]);
        assert.match(error.message, words);
        assert.equal(service.requests.length, 0);
      }
    });
  }

  test("an address that does not tell the format", async () => {
    const error = await errorOf(service.client().transcribe("https://example.com/audio", { model: FUN }));
    assert.deepEqual([error.code, error.field], ["invalid_option", "format"]);
    assert.match(error.message, /for example "wav"/);
  });

  test("more than 7.8 MB for Fun-ASR-Flash, more than 15.7 MB for Qwen-Audio", async () => {
    const large = new Uint8Array(8_000_000);
    large.set(audio.subarray(0, 44));
    assert.equal((await errorOf(service.client().transcribe(large, { model: FUN }))).code, "audio_too_large");
    const request = await service.client().buildRequest(large, { model: QWEN_30 });
    assert.ok((await request.text()).length > 10_666_666);
    const larger = new Uint8Array(16_000_000);
    larger.set(audio.subarray(0, 44));
    assert.equal((await errorOf(service.client().transcribe(larger, { model: QWEN_30 }))).code, "audio_too_large");
  });
});

describe("the answer", () => {
  test("text, times of sentences and words, seconds", async () => {
    for (const way of Object.values(WAYS)) {
      const { text, noSpeech, duration, requestId, segments, channels } = await way(service.client(), audio, {
        model: FUN,
      });
      assert.deepEqual([text, noSpeech, duration, channels], [SPOKEN, false, 1, []]);
      assert.match(requestId, /^[0-9a-f-]{36}$/);
      assert.equal(segments.length, 1);
      const [{ words, beginMs, endMs }] = segments;
      assert.equal(words.map((word) => word.text + word.punctuation).join(""), SPOKEN);
      assert.ok(beginMs <= words[0].beginMs && words.at(-1).endMs <= endMs);
    }
  });

  test("a list of sentences, speakers and tokens where the model has them", async () => {
    const options = { model: QWEN_31, speakerDiarizationEnabled: true };
    const { text, segments, usage } = await dialogue.client().transcribe(audio, options);
    assert.equal(text, "Are you there? Yes, I am.");
    assert.deepEqual(
      segments.map((segment) => [segment.text, segment.speakerId, segment.channelId]),
      [
        ["Are you there?", 0, 0],
        ["Yes, I am.", 0, 0],
      ],
    );
    assert.ok(segments[0].endMs <= segments[1].beginMs);
    assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
  });

  for (const layout of ["shared", "workspace", "top", "nested", "sentence", "nested-sentence"]) {
    test(`wherever the host puts it: ${layout}`, async () => {
      for (const way of Object.values(WAYS)) {
        const transcript = await way(service.client(), audio, fault(`layout=${layout}`, { model: FUN }));
        assert.deepEqual([transcript.text, transcript.duration, transcript.segments.length], [SPOKEN, 1, 1]);
      }
    });
  }

  for (const shape of ["content-empty-array", "empty-string", "error"]) {
    test(`nobody speaks, said by ${shape}`, async () => {
      for (const way of Object.values(WAYS)) {
        const transcript = await way(
          service.client(),
          audio,
          fault(`no-speech=${shape}`, { model: FUN, maxRetries: 0 }),
        );
        assert.deepEqual([transcript.text, transcript.noSpeech, transcript.segments], ["", true, []]);
      }
    });
  }

  test("no text in any place is no silence", async () => {
    const client = service.client({ fetch: async () => Response.json({ output: { result: "x" }, request_id: "r-1" }) });
    const error = await errorOf(client.transcribe(audio, { model: FUN }));
    assert.deepEqual([error.code, error.name], ["invalid_response", "InvalidResponseError"]);
  });
});

describe("the stream", () => {
  const eventsOf = (switches, where = service) =>
    Array.fromAsync(where.client().stream(audio, fault(switches, { model: FUN })));

  test("one text at the end for short audio, as at the service", async () => {
    const events = await eventsOf("");
    assert.deepEqual(
      events.map(({ type, delta }) => [type, delta]),
      [
        ["delta", SPOKEN],
        ["done", undefined],
      ],
    );
  });

  for (const layout of ["documented", "shared", "top", "nested-sentence"]) {
    test(`snapshots become what is new: ${layout}`, async () => {
      const events = await eventsOf(`snapshots,layout=${layout}`);
      const deltas = events.filter(({ type }) => type === "delta");
      assert.deepEqual(
        deltas.map(({ delta }) => delta),
        PIECES,
      );
      assert.equal(deltas.at(-1).text, SPOKEN);
      const { type, transcript } = events.at(-1);
      assert.deepEqual([type, transcript.text, transcript.segments.length], ["done", SPOKEN, 1]);
    });
  }

  test("text that changes its beginning is a revision, and then goes on", async () => {
    let shown = "";
    const types = [];
    const stream = service.client().stream(audio, fault("revise", { model: FUN }));
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === "delta") shown += event.delta;
      if (event.type === "revision") shown = event.text;
      if (event.type !== "done") assert.equal(shown, event.text);
    }
    assert.deepEqual(types.slice(0, 4), ["delta", "delta", "revision", "delta"]);
    assert.equal(types.filter((type) => type === "revision").length, 1);
    assert.deepEqual([shown, stream.text], [SPOKEN, SPOKEN]);
  });

  test("two sentences, one after the other", async () => {
    const events = await eventsOf("snapshots", dialogue);
    const shown = events.map(({ delta = "" }) => delta).join("");
    assert.equal(shown, "Are you there? Yes, I am.");
    assert.equal(events.at(-1).transcript.text, shown);
  });

  test("cut short: an error with what had come", async () => {
    for (const how of ["cut", "end-after"]) {
      const stream = service.client().stream(audio, fault(`snapshots,${how}=3`, { model: FUN, maxRetries: 0 }));
      const error = await errorOf(stream.final());
      assert.deepEqual([error.code, error.partialText], ["stream_interrupted", PIECES.slice(0, 3).join("")], how);
    }
  });

  test("an error in its middle", async () => {
    const switches = "snapshots,error-mid=2,code=Throttling.AllocationQuota";
    const error = await errorOf(
      service
        .client()
        .stream(audio, fault(switches, { model: FUN, maxRetries: 0 }))
        .final(),
    );
    assert.deepEqual([error.code, error.partialText], ["rate_limit", PIECES.slice(0, 2).join("")]);
  });
});

test("a real recording, really recognised, with the times of its words", async () => {
  const emulator = await startEmulator();
  try {
    const client = new Transcriber({ apiKey: "sk-test", baseURL: emulator.url });
    const { text, segments } = await client.transcribe(jfk.read(), { model: QWEN_31 });
    assert.ok(wordErrors(jfk.words, text).rate <= 0.1, text);
    const words = segments.flatMap((segment) => segment.words);
    assert.ok(words.length > 15 && words.every((word, at) => at === 0 || words[at - 1].endMs <= word.beginMs));
    assert.ok(words.at(-1).endMs <= 11_000);
  } finally {
    await emulator.close();
  }
});
