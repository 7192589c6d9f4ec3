// Where there is a document, the stores are out of reach: results and uploads go through the page's relay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { audio, errorOf } from "./service.mjs";
import { scriptedFetch } from "./site.mjs";

const LINK = "http://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a%3Ab.json?Expires=1&Signature=x%2By%3D";
const STORE = "https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com";
const POLICY = {
  policy: "p",
  signature: "s",
  upload_dir: "dashscope-instant/a",
  upload_host: STORE,
  max_file_size_mb: 100,
  oss_access_key_id: "k",
  x_oss_object_acl: "private",
  x_oss_forbid_overwrite: "true",
};

before(() => {
  globalThis.document = {};
});
after(() => {
  delete globalThis.document;
});

/** A relay that knows tasks, results and uploads. */
function page() {
  const { fetch, sent } = scriptedFetch(({ url }) => {
    if (url.pathname.endsWith("/uploads")) return { data: POLICY };
    if (url.pathname.endsWith("/upload")) return new Response(null, { status: 200 });
    if (url.pathname.endsWith("/result")) return { transcripts: [{ channel_id: 0, text: "Hello.", sentences: [] }] };
    const output = { task_id: "t-1", task_status: "SUCCEEDED", result: { transcription_url: LINK } };
    return { output };
  });
  const asr = new Transcriber({ baseURL: "https://relay.example/asr", fetch, defaultHeaders: { "x-session": "1" } });
  return { asr, sent };
}

test("a result is asked for at the relay, by its https address and with what the relay wants to know", async () => {
  const { asr, sent } = page();
  assert.equal((await asr.task("t-1").result()).text, "Hello.");
  const [question, result] = sent;
  assert.equal(question.url.href, "https://relay.example/asr/api/v1/tasks/t-1");
  assert.deepEqual(
    [result.method, result.url.origin, result.url.pathname],
    ["GET", "https://relay.example", "/asr/result"],
  );
  assert.equal(result.url.searchParams.get("url"), LINK.replace("http:", "https:"));
  assert.deepEqual([result.headers["x-session"], result.headers.authorization], ["1", undefined]);
});

test("an upload is sent to the relay, which is told the store's address", async () => {
  const { asr, sent } = page();
  assert.match(await asr.upload(new Blob([audio])), /^oss:\/\/dashscope-instant\/a\/[0-9a-z]{20}\.wav$/);
  const [, form] = sent;
  assert.deepEqual([form.method, form.url.pathname, form.headers["x-session"]], ["POST", "/asr/upload", "1"]);
  assert.equal(new URL(form.url.searchParams.get("url")).origin, STORE);
  assert.match(form.headers["content-type"], /^multipart\/form-data; boundary=[^"]+$/);
  assert.match(form.text, /name="file"; filename="[0-9a-z]{20}\.wav"/);
});

test("without a relay a page is told why nothing comes", async () => {
  const fetch = async () => {
    throw new TypeError("Failed to fetch");
  };
  const asr = new Transcriber({ apiKey: "sk-test", fetch });
  for (const call of [asr.task("t-1").status(), asr.upload(audio), asr.createToken(), asr.vocabularies.list()]) {
    const error = await errorOf(call);
    assert.deepEqual([error.code, error.retryable], ["connection_error", false]);
    assert.match(error.message, /CORS.*baseURL/);
  }
});
