// A page whose relay answers with redirects, to a host that would let every site in.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as esbuild from "esbuild";
import { DIST, inProject } from "../../scripts/build/paths.mjs";
import { startUpstream } from "../edge/upstream.mjs";
import { someAudio } from "../emulator/test_client.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { startSite } from "../packaging/site.mjs";

const POLICY = {
  policy: "p",
  signature: "s",
  upload_dir: "d",
  upload_host: "https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com",
  max_file_size_mb: 100,
  oss_access_key_id: "k",
  x_oss_object_acl: "private",
  x_oss_forbid_overwrite: "true",
};
const FINISHED = {
  task_id: "finished",
  task_status: "SUCCEEDED",
  result: { transcription_url: "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.json" },
};

describe("a page", { skip: browserMissing }, () => {
  let evil;
  let site;
  let browser;
  let page;
  /** The policy of the page, or none. */
  let policy;

  before(async () => {
    evil = await startUpstream((request, response) => {
      const asked = request.headers["access-control-request-headers"] ?? "*";
      const headers = {
        "access-control-allow-origin": "*",
        "access-control-allow-headers": asked,
        "access-control-allow-methods": "*",
        "content-type": "application/json",
      };
      response.writeHead(200, headers).end('{"output":{"task_id":"stolen"}}');
    });
    const contents = 'export * from "./index.js"; export { VERBS } from "VERBS";';
    const built = await esbuild.build({
      stdin: { contents, resolveDir: DIST },
      alias: { VERBS: inProject("tests", "client", "verbs.mjs") },
      bundle: true,
      format: "esm",
      write: false,
      logLevel: "silent",
    });
    site = await startSite({
      folder: join(DIST, "nothing"),
      serve(request, response) {
        const { pathname } = new URL(request.url, "http://site");
        const json = (value) =>
          response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
        if (pathname === "/") {
          const headers = policy ? { "content-security-policy": policy } : {};
          response.writeHead(200, { "content-type": "text/html", ...headers }).end("<!doctype html>");
        } else if (pathname === "/bundle.js") {
          response.writeHead(200, { "content-type": "text/javascript" }).end(built.outputFiles[0].text);
        } else if (pathname === "/stores/api/v1/uploads") json({ data: POLICY });
        else if (pathname === "/asr/api/v1/tasks/finished") json({ output: FINISHED });
        else if (pathname === "/favicon.ico") response.writeHead(404).end();
        else response.writeHead(307, { location: `${evil.url}/TOKEN?signature=1` }).end();
        return true;
      },
    });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    await evil?.close();
  });

  /** What becomes of each verb, and of an upload that somebody watches. */
  async function outcomes({ watch }) {
    evil.requests.length = 0;
    page = await browser.newPage();
    await page.goto(site.url);
    return page.evaluate(
      async ([wav, watch]) => {
        const { Transcriber, VERBS } = await import("/bundle.js");
        const options = { apiKey: "sk-of-the-page", defaultHeaders: { "x-session": "sk-of-the-session" } };
        const asr = new Transcriber({ ...options, baseURL: "/asr" });
        const stores = new Transcriber({ ...options, baseURL: "/stores" });
        const found = {};
        const onProgress = () => {};
        const watched = (_asr, stores, audio) => stores.upload(audio, { onProgress });
        for (const [verb, ask] of Object.entries({ ...VERBS, ...(watch ? { watched } : {}) })) {
          found[verb] = await ask(asr, stores, new Blob([new Uint8Array(wav)])).then(
            () => "an answer",
            ({ code, message, retryable }) => ({ code, message, retryable }),
          );
        }
        return found;
      },
      [[...someAudio()], watch],
    );
  }

  test("no request follows, though the browser says nothing of where it leads", async () => {
    policy = undefined;
    for (const [verb, error] of Object.entries(await outcomes({ watch: false }))) {
      assert.deepEqual([error.code, error.retryable], ["invalid_response", false], `${verb}: ${error.message}`);
      assert.match(error.message, /a redirect to an address that is not told, .*baseURL/, verb);
    }
    assert.deepEqual(evil.requests, []);
  });

  test("XMLHttpRequest, which alone tells how far an upload is, follows, and says so afterwards", async () => {
    policy = undefined;
    const { watched } = await outcomes({ watch: true });
    assert.deepEqual([watched.code, watched.retryable], ["invalid_response", false]);
    assert.ok(watched.message.includes(`a redirect to ${new URL(evil.url).host},`), watched.message);
    assert.ok(evil.requests.length > 0, "if it does not any more, the README may promise more");
    for (const { headers } of evil.requests) assert.equal(headers.authorization, undefined);
  });

  test("with connect-src 'self', as the README says, nothing at all arrives there", async () => {
    policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
    const { watched } = await outcomes({ watch: true });
    assert.equal(watched.code, "connection_error");
    assert.deepEqual(evil.requests, []);
  });
});
