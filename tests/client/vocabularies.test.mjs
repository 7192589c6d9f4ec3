// Hot-word lists: made, listed, read, changed, deleted, and refused.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { errorOf, fault, startService } from "./service.mjs";
import { scriptedFetch } from "./site.mjs";

const PATH = "/api/v1/services/audio/asr/customization";
const WORDS = [
  { text: "Kubernetes", weight: 4, lang: "en" },
  { text: "语音实验室", weight: 50 },
];
const NOBODYS = "vocab-nobody-00000000000000000000000000000000";

let service;
let lists;

before(async () => {
  service = await startService();
});
after(() => service.close());
beforeEach(() => {
  service.forget();
  lists = service.client().vocabularies;
});

const list = (options) => ({ targetModel: "fun-asr", prefix: "tests", words: WORDS, ...options });

test("a list from its making to its end", async () => {
  const id = await lists.create(list());
  assert.match(id, /^vocab-tests-[0-9a-f]{32}$/);
  const made = await lists.get(id);
  assert.deepEqual([made.vocabularyId, made.targetModel, made.words, made.status], [id, "fun-asr", WORDS, "OK"]);
  assert.match(made.createdAt, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.equal(await lists.update(id, [{ text: "Rust", weight: 5 }]), undefined);
  assert.deepEqual((await lists.get(id)).words, [{ text: "Rust", weight: 5 }]);
  const [listed] = await lists.list({ prefix: "tests" });
  assert.deepEqual([listed.vocabularyId, listed.words, listed.status], [id, [], "OK"]);
  assert.equal(await lists.delete(id), undefined);
  assert.deepEqual(await lists.list({ prefix: "tests" }), []);
  assert.ok(
    service.requests.every(
      ({ method, path, body }) => method === "POST" && path === PATH && body.model === "speech-biasing",
    ),
  );
  assert.deepEqual(
    service.requests.map(({ body }) => body.input),
    [
      { action: "create_vocabulary", target_model: "fun-asr", prefix: "tests", vocabulary: WORDS },
      { action: "query_vocabulary", vocabulary_id: id },
      { action: "update_vocabulary", vocabulary_id: id, vocabulary: [{ text: "Rust", weight: 5 }] },
      { action: "query_vocabulary", vocabulary_id: id },
      { action: "list_vocabulary", prefix: "tests", page_index: 0, page_size: 10 },
      { action: "delete_vocabulary", vocabulary_id: id },
      { action: "list_vocabulary", prefix: "tests", page_index: 0, page_size: 10 },
    ],
  );
});

test("pages of lists, counted from 0, and all of them without a prefix", async () => {
  const ids = [];
  for (let count = 0; count < 3; count++) ids.push(await lists.create(list({ prefix: "pages" })));
  const page = async (pageIndex) =>
    (await lists.list({ prefix: "pages", pageIndex, pageSize: 2 })).map(({ vocabularyId }) => vocabularyId);
  assert.deepEqual([await page(0), await page(1), await page(2)], [[ids[2], ids[1]], [ids[0]], []]);
  assert.ok((await lists.list()).length >= 3);
  for (const id of ids) await lists.delete(id);
});

test("the id goes to the model that it was made for", async () => {
  const vocabularyId = await lists.create(list());
  service.forget();
  await service.client().submit("https://example.com/a.wav", { model: "fun-asr", vocabularyId });
  assert.equal(service.requests[0].body.parameters.vocabulary_id, vocabularyId);
  await lists.delete(vocabularyId);
});

describe("what the service refuses", () => {
  test("a list that does not exist: 416, in words", async () => {
    for (const call of [() => lists.get(NOBODYS), () => lists.update(NOBODYS, WORDS), () => lists.delete(NOBODYS)]) {
      const error = await errorOf(call());
      assert.deepEqual(
        [error.name, error.code, error.status, error.serviceCode, error.retryable],
        ["NotFoundError", "not_found", 416, "BadRequest.ResourceNotExist", false],
      );
      assert.match(error.message, /list/);
    }
  });

  test("an eleventh list: which quota it is, and that waiting does not help", async () => {
    const own = await startService();
    try {
      const { vocabularies } = own.client();
      for (let count = 0; count < 10; count++) await vocabularies.create(list());
      own.forget();
      const error = await errorOf(vocabularies.create(list()));
      assert.deepEqual([error.serviceCode, error.retryable], ["Throttling.AllocationQuota", false]);
      assert.match(error.message, /10|ten/);
      assert.equal(own.requests.length, 1);
    } finally {
      await own.close();
    }
  });

  test("making is not repeated after a failure that leaves it open; asking is", async () => {
    const failing = (name) => fault(`status=503,retry-after-ms=5,fail-times=1,fault-key=${name}`);
    assert.equal((await errorOf(lists.create(list(), failing("making")))).code, "server_error");
    assert.equal(service.requests.length, 1);
    assert.ok(Array.isArray(await lists.list({}, failing("asking"))));
    assert.equal(service.requests.length, 3);
  });

  test("a wrong key", async () => {
    assert.equal((await errorOf(service.client({ apiKey: "sk-invalid" }).vocabularies.list())).code, "authentication");
  });
});

describe("refused before anything is sent", () => {
  const word = (text, weight = 4) => list({ words: [{ text, weight }] });
  for (const [name, given, field] of [
    ["nothing", undefined, "words"],
    ["no model", list({ targetModel: "" }), "targetModel"],
    ["a long prefix", list({ prefix: "abcdefghij" }), "prefix"],
    ["capitals in the prefix", list({ prefix: "Abc" }), "prefix"],
    ["no words", list({ words: [] }), "words"],
    ["words that are none", list({ words: "Rust" }), "words"],
    ["an empty word", word(" "), "words.0.text"],
    ["eight English words", word("one two three four five six seven eight"), "words.0.text"],
    ["sixteen Chinese characters", word("阿里巴巴语音实验室阿里巴巴语音一"), "words.0.text"],
    ["a weight of six", word("Rust", 6), "words.0.weight"],
    ["half a weight", word("Rust", 2.5), "words.0.weight"],
    ["a language that is none", list({ words: [{ text: "a", weight: 4, lang: 5 }] }), "words.0.lang"],
    ["the wire's name", list({ target_model: "fun-asr" }), "target_model"],
    ["501 words for Fun-ASR", list({ words: Array(501).fill(WORDS[0]) }), "words"],
  ]) {
    test(name, async () => {
      const error = await errorOf(lists.create(given));
      assert.deepEqual([error.code, error.field, service.requests.length], ["invalid_option", field, 0], error.message);
    });
  }

  test("2000 words for Qwen-Audio are as many as it takes", async () => {
    const { fetch, sent } = scriptedFetch(() => ({ output: { vocabulary_id: "vocab-a-1" } }));
    const { vocabularies } = new Transcriber({ apiKey: "sk-test", fetch });
    const many = list({ targetModel: "qwen-audio-3.1-asr-flash", words: Array(2000).fill(WORDS[0]) });
    assert.equal(await vocabularies.create(many), "vocab-a-1");
    assert.equal(JSON.parse(sent[0].text).input.vocabulary.length, 2000);
  });

  test("words of an update", async () => {
    for (const words of [[], undefined, [{ text: "Rust", weight: 0 }]]) {
      const error = await errorOf(lists.update(NOBODYS, words));
      assert.deepEqual([error.code, service.requests.length], ["invalid_option", 0]);
      assert.match(error.field, /^words/);
    }
  });

  test("a filter", async () => {
    for (const [filter, field] of [
      [{ prefix: 5 }, "prefix"],
      [{ pageIndex: -1 }, "pageIndex"],
      [{ pageSize: 1.5 }, "pageSize"],
      [{ page: 1 }, "page"],
      [5, "filter"],
    ]) {
      const error = await errorOf(lists.list(filter));
      assert.deepEqual([error.code, error.field, service.requests.length], ["invalid_option", field, 0]);
    }
  });

  test("an id that is none, and options that do not exist", async () => {
    for (const id of [undefined, "", 5]) {
      const error = await errorOf(lists.get(id));
      assert.deepEqual([error.code, error.field, service.requests.length], ["invalid_option", "id", 0]);
      assert.equal((await errorOf(lists.delete(id))).field, "id");
      assert.equal((await errorOf(lists.update(id, WORDS))).field, "id");
    }
    assert.equal((await errorOf(lists.get(NOBODYS, { retries: 1 }))).field, "retries");
  });
});
