// A minute and a half of real speech in pieces, heard by the real recogniser: nothing is lost and nothing is doubled where it was cut, in
// Node and in a page, also when that is reloaded half way.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { until } from "../client/service.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { recordings } from "../fixtures/recordings.mjs";
import { spokenWords, wordErrors } from "../fixtures/word-error-rate.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { reading, said } from "./speaking.mjs";

const ROUNDS = 2;
const recording = reading(ROUNDS);

/** A recorder's page: what is kept survives a reload. */
const PAGE = `<!doctype html><script type="module">
import { Transcriber } from "/dist/index.js";
const asr = new Transcriber({ baseURL: location.origin + "/dashscope" });
globalThis.transcribe = async () => {
  const audio = await (await fetch("/recording.wav")).blob();
  const resume = JSON.parse(localStorage.getItem("resume") ?? "null") ?? undefined;
  const steps = [];
  const onProgress = ({ resume, pieces }) => {
    steps.push(pieces.settled);
    localStorage.setItem("resume", JSON.stringify(resume));
    localStorage.setItem("settled", String(pieces.settled));
  };
  const transcript = await asr.transcribe(audio, { longAudio: "split", concurrency: 1, resume, onProgress });
  return { transcript, steps };
};
globalThis.settled = () => Number(localStorage.getItem("settled") ?? 0);
globalThis.ready = true;
</script>`;

describe("speech in pieces", () => {
  let emulator;
  /** How many mistakes the recogniser makes by itself: in the same recordings, one by one. */
  let own = 0;
  before(async () => {
    emulator = await startEmulator();
    const asr = new Transcriber({ apiKey: "sk-test", baseURL: emulator.url });
    for (const { words, read } of recordings) {
      const { text } = await asr.transcribe(read());
      own += ROUNDS * wordErrors(words, text).errors;
    }
    emulator.requests.splice(0);
  });
  after(() => emulator?.close());

  function assertNothingLost({ text, gaps, segments }) {
    assert.deepEqual(gaps, []);
    assert.ok(segments.length >= 2, "it was cut");
    const { errors, words } = wordErrors(said(ROUNDS), text);
    assert.ok(errors <= own, `${errors} of ${words} words, ${own} of them the recogniser's own: ${text}`);
    assert.ok(Math.abs(spokenWords(text).length - words) <= own);
  }

  test("in Node", async () => {
    const asr = new Transcriber({ apiKey: "sk-test", baseURL: emulator.url });
    assertNothingLost(await asr.transcribe(new Blob([recording]), { longAudio: "split" }));
    const sizes = emulator.requests.map(({ body }) => body.input.messages.at(-1).content[0].audio.bytes);
    assert.ok(
      sizes.length >= 2 && sizes.every((bytes) => bytes > 44 && bytes < 7_864_320),
      "each is a WAV file that fits",
    );
  });

  describe("in Chromium", { skip: browserMissing }, () => {
    let browser;
    const server = createServer(async (request, response) => {
      const path = request.url ?? "/";
      if (path === "/") return response.setHeader("content-type", "text/html").end(PAGE);
      if (path === "/recording.wav") return response.end(recording);
      if (path.startsWith("/dashscope/")) {
        const body = Buffer.concat(await request.toArray());
        const headers = { authorization: "Bearer sk-test", "content-type": request.headers["content-type"] };
        const answer = await fetch(emulator.url + path.slice(10), { method: request.method, headers, body }).catch(
          () => {},
        );
        if (!answer) return response.destroy();
        response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") });
        return response.end(Buffer.from(await answer.arrayBuffer()));
      }
      if (!path.startsWith("/dist/")) return response.writeHead(404).end();
      response.setHeader("content-type", "text/javascript").end(readFileSync(new URL(`../..${path}`, import.meta.url)));
    });
    before(async () => {
      await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      server.close();
    });

    test("a page that is reloaded half way sends nothing twice", async () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.waitForFunction(() => globalThis.ready);
      emulator.requests.splice(0);
      // The page goes away under it, unless it fails before.
      const first = page
        .evaluate(() => globalThis.transcribe())
        .then(({ steps }) => assert.fail(`it is over: ${steps}`));
      const half = page.waitForFunction(() => globalThis.settled() >= 1, undefined, { timeout: 180_000 });
      await Promise.race([first, half]);
      first.catch(() => {});
      await page.reload();
      await page.waitForFunction(() => globalThis.ready);
      await until(() => emulator.requests.length >= 1, "the first run's requests are known");
      const { transcript, steps } = await page.evaluate(() => globalThis.transcribe());
      assertNothingLost(transcript);
      assert.equal(steps[0], 1, "the first piece was there");
      const sounds = emulator.requests.map(({ body }) => body.input.messages.at(-1).content[0].audio.sha256);
      assert.equal(sounds.filter((sound) => sound === sounds[0]).length, 1, "and was not sent again");
    });
  });
});
