// Uploads, temporary keys and hot-word lists.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { GENERATION, generationBody, send, someAudio } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello.") });
});
after(() => emulator.close());

const RESOLVE = { "x-dashscope-ossresourceresolve": "enable" };

/** @param {string} [fault] */
async function policy(fault) {
  const answer = await send(`${emulator.url}/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash`, { fault });
  return answer.json().data;
}

/** The form in the official order. */
function formOf(
  data,
  { name = "a1.wav", file = new Blob([someAudio()]), changes = {}, order = (entries) => entries } = {},
) {
  const fields = {
    OSSAccessKeyId: data.oss_access_key_id,
    Signature: data.signature,
    policy: data.policy,
    key: `${data.upload_dir}/${name}`,
    "x-oss-object-acl": data.x_oss_object_acl,
    "x-oss-forbid-overwrite": data.x_oss_forbid_overwrite,
    success_action_status: "200",
    ...changes,
  };
  const form = new FormData();
  for (const [key, value] of order([...Object.entries(fields), ["file", file]])) form.append(key, value);
  return form;
}

async function post(form) {
  const response = await fetch(`${emulator.url}/`, { method: "POST", body: form });
  return { status: response.status, text: await response.text() };
}

describe("uploads", () => {
  test("the policy says what it allows", async () => {
    const answer = await send(`${emulator.url}/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash`);
    assert.deepEqual(Object.keys(answer.json()), ["data", "request_id"]);
    const data = answer.json().data;
    const { conditions } = JSON.parse(Buffer.from(data.policy, "base64").toString());
    assert.deepEqual(conditions, [
      ["content-length-range", 0, 1073741824],
      ["starts-with", "$key", data.upload_dir],
      { bucket: "dashscope-file-mgr" },
      { "x-oss-object-acl": "private" },
      { "x-oss-forbid-overwrite": "true" },
    ]);
    for (const query of ["?action=getPolicy", "?model=a", ""]) {
      assert.equal((await send(`${emulator.url}/api/v1/uploads${query}`)).status, 400);
    }
  });

  test("a form with the file last is taken, and the file can be recognised by who asks for it properly", async () => {
    const data = await policy();
    emulator.requests.length = 0;
    assert.deepEqual(await post(formOf(data)), { status: 200, text: "" });
    const logged = /** @type {any} */ (emulator.requests[0].body);
    assert.equal(logged.fields.at(-1), "file");
    assert.equal(logged.file.bytes, someAudio().length);

    const audio = `oss://${data.upload_dir}/a1.wav`;
    const ask = (body, headers = /** @type {Record<string, string>} */ (RESOLVE)) =>
      send(emulator.url + GENERATION, { body, headers });
    assert.equal((await ask(generationBody({ audio }))).status, 200);
    assert.equal((await ask(generationBody({ audio }), {})).status, 400);
    assert.equal(
      (await ask(generationBody({ audio, model: "qwen3-asr-flash-us" }))).json().code,
      "InvalidFile.DownloadFailed",
    );
    assert.match((await post(formOf(data))).text, /<Code>FileAlreadyExists<\/Code>/);
  });

  test("a name with a space or other letters is taken and never found again", async () => {
    const data = await policy();
    assert.equal((await post(formOf(data, { name: "my file.wav" }))).status, 200);
    const body = generationBody({ audio: `oss://${data.upload_dir}/my file.wav` });
    const answer = await send(emulator.url + GENERATION, { body, headers: RESOLVE });
    assert.equal(answer.json().code, "InvalidFile.DownloadFailed");
  });

  /** @type {[string, (data: any) => FormData, number, string][]} */
  const refused = [
    [
      "fields after the file",
      (data) => formOf(data, { order: (entries) => [...entries.slice(0, 2), entries[7], ...entries.slice(2, 7)] }),
      403,
      "AccessDenied",
    ],
    ["no file", (data) => formOf(data, { order: (entries) => entries.slice(0, 7) }), 400, "InvalidArgument"],
    ["a key elsewhere", (data) => formOf(data, { changes: { key: "other/a.wav" } }), 403, "AccessDenied"],
    ["a changed signature", (data) => formOf(data, { changes: { Signature: "AAAA" } }), 403, "SignatureDoesNotMatch"],
    [
      "a changed policy",
      (data) => formOf(data, { changes: { policy: Buffer.from("{}").toString("base64") } }),
      403,
      "SignatureDoesNotMatch",
    ],
    [
      "another access rule",
      (data) => formOf(data, { changes: { "x-oss-object-acl": "public-read" } }),
      403,
      "AccessDenied",
    ],
    ["another key id", (data) => formOf(data, { changes: { OSSAccessKeyId: "X" } }), 403, "InvalidAccessKeyId"],
  ];
  for (const [name, form, status, code] of refused) {
    test(`refused: ${name}`, async () => {
      const answer = await post(form(await policy()));
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, new RegExp(`<Code>${code}</Code>`));
    });
  }

  test("refused: an expired policy", async () => {
    assert.match((await post(formOf(await policy("policy-expired")))).text, /Policy expired\./);
  });

  test("multipart as it was measured: names quoted or not, the boundary never; Content-Disposition first", async () => {
    const data = await policy();
    const raw = async ({ quoteNames = true, quoteBoundary = false, typeFirst = false }) => {
      const quote = quoteNames ? '"' : "";
      const disposition = (name) => `Content-Disposition: form-data; name=${quote}${name}${quote}`;
      const fields = [...formOf(data, { name: `${Math.random()}.wav` })].slice(0, -1);
      const head = fields.map(([name, value]) => `--b\r\n${disposition(name)}\r\n\r\n${value}\r\n`).join("");
      const lines = [`${disposition("file")}; filename=${quote}a.wav${quote}`, "Content-Type: audio/wav"];
      const body = `${head}--b\r\n${(typeFirst ? lines.reverse() : lines).join("\r\n")}\r\n\r\nabc\r\n--b--\r\n`;
      const type = `multipart/form-data; boundary=${quoteBoundary ? '"b"' : "b"}`;
      return (await send(`${emulator.url}/`, { body, key: "", headers: { "content-type": type } })).status;
    };
    assert.equal(await raw({}), 200);
    assert.equal(await raw({ quoteNames: false }), 200);
    assert.equal(await raw({ quoteBoundary: true }), 400);
    assert.equal(await raw({ quoteNames: false, quoteBoundary: true }), 400);
    assert.equal(await raw({ typeFirst: true }), 400);
  });
});

describe("temporary keys", () => {
  test("work until they expire", async () => {
    const issued = (await send(`${emulator.url}/api/v1/tokens?expire_in_seconds=1`, { method: "POST" })).json();
    assert.match(issued.token, /^st-/);
    assert.ok(Math.abs(issued.expires_at - Date.now() / 1000) <= 2);
    const ask = async () =>
      (await send(emulator.url + GENERATION, { body: generationBody(), key: issued.token })).status;
    assert.equal(await ask(), 200);
    await new Promise((resolve) => setTimeout(resolve, issued.expires_at * 1000 - Date.now() + 20));
    assert.equal(await ask(), 401);
  });

  test("live for 1 to 1800 seconds, 60 when nothing is said", async () => {
    const issue = (query) => send(`${emulator.url}/api/v1/tokens${query}`, { method: "POST" });
    for (const wrong of ["0", "1801", "1.5", "x"])
      assert.equal((await issue(`?expire_in_seconds=${wrong}`)).status, 400);
    const usual = (await issue("")).json();
    assert.ok(Math.abs(usual.expires_at - Date.now() / 1000 - 60) <= 2);
    assert.equal((await send(`${emulator.url}/api/v1/tokens`, { method: "POST", key: "sk-invalid" })).status, 401);
  });
});

describe("hot-word lists", () => {
  const PATH = "/api/v1/services/audio/asr/customization";
  const ask = (input, model = "speech-biasing") => send(emulator.url + PATH, { body: { model, input } });
  const create = (more = {}) =>
    ask({
      action: "create_vocabulary",
      target_model: "fun-asr",
      prefix: "testpfx",
      vocabulary: [{ text: "Kubernetes", weight: 4 }],
      ...more,
    });

  test("are created, listed, read, replaced and deleted", async () => {
    const { output, usage } = (await create()).json();
    assert.match(output.vocabulary_id, /^vocab-testpfx-[0-9a-f]{32}$/);
    assert.deepEqual(usage, { count: 1 });
    const id = output.vocabulary_id;
    const listed = (await ask({ action: "list_vocabulary", prefix: "testpfx", page_index: 0, page_size: 10 })).json()
      .output;
    assert.deepEqual(Object.keys(listed.vocabulary_list[0]), ["vocabulary_id", "gmt_create", "gmt_modified", "status"]);
    assert.deepEqual((await ask({ action: "list_vocabulary", prefix: "other" })).json().output.vocabulary_list, []);
    assert.equal(
      (await ask({ action: "update_vocabulary", vocabulary_id: id, vocabulary: [{ text: "Rust", weight: 50 }] }))
        .status,
      200,
    );
    const read = (await ask({ action: "query_vocabulary", vocabulary_id: id })).json().output;
    assert.deepEqual(
      [read.vocabulary, read.target_model, read.status],
      [[{ text: "Rust", weight: 50 }], "fun-asr", "OK"],
    );
    assert.deepEqual((await ask({ action: "delete_vocabulary", vocabulary_id: id })).json().output, {});
    const gone = await ask({ action: "query_vocabulary", vocabulary_id: id });
    assert.deepEqual([gone.status, gone.json().code], [416, "BadRequest.ResourceNotExist"]);
  });

  test("ten of them at most", async () => {
    const ids = [];
    for (let i = 0; i < 10; i++) ids.push((await create()).json().output.vocabulary_id);
    const refused = await create();
    assert.deepEqual(
      [refused.status, refused.json().code, refused.json().message],
      [400, "Throttling.AllocationQuota", "Free allocated quota exceeded."],
    );
    for (const id of ids) await ask({ action: "delete_vocabulary", vocabulary_id: id });
  });

  test("refusals", async () => {
    const wrong = [
      { prefix: "Upper" },
      { prefix: "tenletters" },
      { target_model: "whisper" },
      { vocabulary: [] },
      { vocabulary: [{ text: "", weight: 4 }] },
      { vocabulary: [{ text: "a", weight: 6 }] },
      { vocabulary: [{ text: "one two three four five six seven eight", weight: 4 }] },
      { vocabulary: [{ text: "一二三四五六七八九十一二三四五六", weight: 4 }] },
      { vocabulary: Array(501).fill({ text: "a", weight: 1 }) },
    ];
    for (const more of wrong) assert.equal((await create(more)).status, 400, JSON.stringify(more).slice(0, 80));
    assert.equal((await ask({ action: "toString" })).status, 400);
    assert.equal((await ask({ action: "list_vocabulary" }, "fun-asr")).status, 404);
  });
});
