// In a page an upload tells how far it is, through XMLHttpRequest and the page's relay; so does long audio as a whole.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as esbuild from "esbuild";
import { DIST } from "../../scripts/build/paths.mjs";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { someAudio } from "../emulator/test-client.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { forward, startSite } from "../packaging/site.mjs";

const SIZE = 9_000_000;

describe("a page", { skip: browserMissing }, () => {
  let emulator;
  let site;
  let browser;
  let page;

  before(async () => {
    emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello there.") });
    const entry = { contents: 'export * from "./index.js"', resolveDir: DIST };
    const built = await esbuild.build({ stdin: entry, bundle: true, format: "esm", write: false, logLevel: "silent" });
    site = await startSite({
      folder: join(DIST, "nothing"),
      serve(request, response) {
        const { pathname, searchParams, search } = new URL(request.url, "http://site");
        if (pathname === "/") response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
        else if (pathname === "/bundle.js") {
          response.writeHead(200, { "content-type": "text/javascript" }).end(built.outputFiles[0].text);
        } else if (["/asr/upload", "/asr/result"].includes(pathname)) {
          forward(request, response, new URL(searchParams.get("url")));
        } else {
          const target = new URL(pathname.replace("/asr", "") + search, emulator.url);
          forward(request, response, target, { authorization: "Bearer sk-of-the-relay" });
        }
        return true;
      },
    });
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(site.url);
    await page.evaluate(
      async ([wav, size]) => {
        const { Transcriber } = await import("/bundle.js");
        globalThis.asr = new Transcriber({ baseURL: "/asr" });
        globalThis.large = new Blob([new Uint8Array(wav), new Uint8Array(size - wav.length)]);
      },
      [[...someAudio()], SIZE],
    );
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    await emulator?.close();
  });

  test("uploads with bytes that grow to the whole", async () => {
    const { address, seen } = await page.evaluate(async () => {
      const seen = [];
      const address = await globalThis.asr.upload(globalThis.large, { onProgress: (progress) => seen.push(progress) });
      return { address, seen };
    });
    assert.match(address, /^oss:\/\/.*\.wav$/);
    assert.ok(seen.length > 0 && seen.every(({ phase }) => phase === "upload"), JSON.stringify(seen));
    assert.ok(seen.every(({ loaded }, at) => at === 0 || seen[at - 1].loaded <= loaded));
    const { loaded, total } = seen.at(-1);
    assert.ok(loaded === total && total >= SIZE && total < SIZE + 5000, `${loaded} of ${total}`);
    const form = emulator.requests.at(-1);
    assert.deepEqual([form.path, form.body.file.bytes, form.headers.authorization], ["/", SIZE, undefined]);
  });

  test("transcribes long audio with one progress, and gets the result through its relay", async () => {
    const { text, phases } = await page.evaluate(async () => {
      const phases = new Set();
      const onProgress = ({ phase }) => phases.add(phase);
      const { text } = await globalThis.asr.transcribe(globalThis.large, { longAudio: "task", onProgress });
      return { text, phases: [...phases] };
    });
    assert.deepEqual([text, phases], ["Hello there.", ["upload", "queue", "recognise", "download"]]);
  });

  test("stops an upload by a signal", async () => {
    const found = await page.evaluate(async () => {
      const caller = new AbortController();
      const onProgress = () => caller.abort(new Error("closed"));
      const options = { signal: caller.signal, onProgress };
      return globalThis.asr.upload(globalThis.large, options).then(
        () => "uploaded",
        ({ code, cause }) => [code, cause.message],
      );
    });
    assert.deepEqual(found, ["aborted", "closed"]);
  });
});
