// What the built package puts on the wire, call by call, beside what the official SDK sent for the same inputs. The requests
// are compared in Rust as well (tests/wire.rs); here they have gone through JavaScript, fetch and HTTP.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { FIXTURES, describe as meant } from "./capture.mjs";

/** What we send differently, on purpose: applied to both sides, or to theirs. */
const DIFFERENCES = [
  {
    why: "JSON has no charset but UTF-8; the SDK's second generation accepts anything",
    both({ headers }) {
      for (const [name, value] of Object.entries(headers)) {
        headers[name] = value.replace(/; charset=utf-8$/, "").replace("*/*", "application/json");
      }
    },
  },
  {
    why: "a form is for the object store, which answers with nothing or with XML",
    both({ headers }) {
      if (headers["content-type"]?.startsWith("multipart/")) delete headers.accept;
    },
  },
  {
    why: "files have random names, because the service cannot find names with spaces or other scripts",
    both({ body }) {
      if (body?.file) Object.assign(body.file, { name: "….wav", mediaType: "…" });
      if (body?.values) body.values.key = body.values.key.replace(/[^/]+$/, "….wav");
    },
  },
  {
    why: "the addresses of uploads have such names",
    both({ body }) {
      const content = body?.input?.messages?.[0].content[0];
      if (content?.audio?.startsWith?.("oss:")) content.audio = content.audio.replace(/[^/]+$/, "….wav");
    },
  },
  {
    why: "the store finds out the content type by itself",
    theirs({ body }) {
      if (!body?.fields) return;
      body.fields = body.fields.filter((name) => name !== "x-oss-content-type");
      delete body.values["x-oss-content-type"];
    },
  },
  {
    why: "streams always say whether they are of deltas; left out, it means no",
    theirs({ headers, body }) {
      if (headers["x-dashscope-sse"]) body.parameters.incremental_output ??= false;
    },
  },
];

const AUDIO = "https://example.com/audio/jfk.wav";
const TASK = "8fab76d0-0eed-4d20-929f-33fce6f62a0a";
const VOCABULARY = "vocab-testpfx-1";

/** Our call for each capture. @type {Record<string, (asr: Transcriber, url: string) => Promise<unknown>>} */
const CALLS = {
  "generation-link": (asr) => asr.transcribe(AUDIO),
  "generation-every-option": (asr) =>
    asr.transcribe(AUDIO, {
      context: "Bulge Bracket, Boutique, Middle Market",
      language: "en",
      enableItn: true,
      resultFormat: "message",
    }),
  "generation-data-url": (asr) => asr.transcribe(jfk.read(), { context: "", enableItn: false }),
  "generation-local-file": async (asr) =>
    asr.transcribe(await asr.upload(new Blob([jfk.read()]), { model: "qwen3-asr-flash" })),
  "generation-stream-deltas": (asr) => asr.stream(AUDIO).final(),
  "generation-stream-whole": (asr) => asr.stream(AUDIO, { incrementalOutput: false }).final(),
  "generation-workspace": (_, baseURL) =>
    new Transcriber({ apiKey: "sk-test", baseURL, workspaceId: "ws-1" }).transcribe(AUDIO),
  "qwen-transcription-submit": (asr) => asr.submit(AUDIO),
  "qwen-transcription-submit-every-option": (asr) =>
    asr.submit(AUDIO, {
      language: "en",
      enableItn: true,
      enableWords: true,
      channelId: [0, 1],
      context: "Bulge Bracket",
    }),
  "transcription-submit": (asr) => asr.submit(AUDIO, { model: "fun-asr" }),
  "transcription-submit-every-option": (asr) =>
    asr.submitBatch([AUDIO, "https://example.com/audio/second.mp3"], {
      together: true,
      model: "fun-asr",
      channelId: [0],
      languageHints: ["en"],
      vocabularyId: VOCABULARY,
      diarizationEnabled: true,
      speakerCount: 2,
      specialWordFilter: { filter_with_signed: { word_list: ["foo"] }, system_reserved_filter: true },
    }),
  "transcription-submit-uploaded": (asr) => asr.submit("oss://dashscope-instant/a/b.wav", { model: "fun-asr" }),
  "second-generation-submit": (asr) =>
    asr.submit(AUDIO, {
      model: "qwen-audio-3.1-asr-flash-filetrans",
      diarizationEnabled: true,
      vocabulary: { Kubernetes: 5 },
    }),
  "task-fetch": (asr) => asr.task(TASK).status(),
  "task-cancel": (asr) => asr.task(TASK).cancel(),
  "task-list": (asr) =>
    asr.listTasks({
      startTime: "20261120000000",
      endTime: "20261120235959",
      modelName: "fun-asr",
      status: "SUCCEEDED",
      pageNo: 2,
      pageSize: 20,
    }),
  upload: (asr) => asr.upload(new Blob([jfk.read()]), { model: "fun-asr" }),
  "vocabulary-create": (asr) =>
    asr.vocabularies.create({
      targetModel: "fun-asr",
      prefix: "testpfx",
      words: [{ text: "Kubernetes", weight: 4, lang: "en" }],
    }),
  "vocabulary-list": (asr) => asr.vocabularies.list({ prefix: "testpfx", pageIndex: 1, pageSize: 5 }),
  "vocabulary-list-all": (asr) => asr.vocabularies.list(),
  "vocabulary-query": (asr) => asr.vocabularies.get(VOCABULARY),
  "vocabulary-update": (asr) => asr.vocabularies.update(VOCABULARY, [{ text: "Rust", weight: 50 }]),
  "vocabulary-delete": (asr) => asr.vocabularies.delete(VOCABULARY),
};

let emulator;

before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello.") });
});
after(() => emulator.close());

const names = readdirSync(FIXTURES).map((file) => file.replace(/\.json$/, ""));

test("every call of the official SDK has one of ours", () => {
  assert.deepEqual(Object.keys(CALLS).sort(), names.sort());
});

for (const [name, call] of Object.entries(CALLS)) {
  test(name, async () => {
    emulator.requests.length = 0;
    const { requests: theirs } = JSON.parse(readFileSync(`${FIXTURES}${name}.json`, "utf8"));
    // As there, the answer does not matter: what example.com has to say is nothing.
    await call(new Transcriber({ apiKey: "sk-test", baseURL: emulator.url }), emulator.url).catch(() => {});
    const ours = emulator.requests.map(meant);
    for (const { both, theirs: alone } of DIFFERENCES) {
      if (both) [...ours, ...theirs].forEach(both);
      if (alone) theirs.forEach(alone);
    }
    assert.deepEqual(ours, theirs);
  });
}
