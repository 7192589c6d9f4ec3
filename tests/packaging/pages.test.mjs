// The package in Chromium without any tool: an import map, Content Security Policies, Web Workers, the slim entry.
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { browserMissing, launchBrowser, outcomeOf, SETTLE } from "./chromium.mjs";
import { EXPECTED } from "./consumer/expected.mjs";
import { createProject, packed } from "./packed.mjs";
import { recording, startService, WALK } from "./service.mjs";
import { startSite } from "./site.mjs";

/** The inline import map needs a nonce where there is a policy. */
const page = (main) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="importmap" nonce="map">
  { "imports": { "dashscope-asr": "/package/dist/index.js", "dashscope-asr/slim": "/package/dist/slim.js" } }
</script>
<script type="module" src="/${main}"></script>`;

const WHOLE = `
import * as dashscope from "dashscope-asr";
import { settle } from "./settle.js";
import { walk } from "./walk.js";

globalThis.outcome = await settle(async () => {
  const audio = new Uint8Array(await (await fetch("/recording.wav")).arrayBuffer());
  return walk(dashscope, { settings: { baseURL: "/relay" }, audio });
});
`;

// Import maps do not reach into workers, so this one names the file.
const MODULE_WORKER = WHOLE.replace('"dashscope-asr"', '"/package/dist/index.js"')
  .replace("globalThis.outcome = await settle(", "postMessage(await settle(")
  .replace(/;\n$/, ");\n");

const STARTS_WORKER = `
new Worker("/worker.js", { type: "module" }).addEventListener("message", ({ data }) => { globalThis.outcome = data; });
`;

/** @param {string} load how the wasm is handed over */
const SLIM = (load) => `
import * as dashscope from "dashscope-asr/slim";
import { settle } from "./settle.js";
import { walk } from "./walk.js";

globalThis.outcome = await settle(async () => {
  ${load}
  await dashscope.init("/package/dist/dashscope_asr_files_bg.wasm", "files");
  await dashscope.init("/package/dist/dashscope_asr_formats_bg.wasm", "formats");
  const audio = new Uint8Array(await (await fetch("/recording.wav")).arrayBuffer());
  return walk(dashscope, { settings: { baseURL: "/relay" }, audio });
});
`;

const FILE = '"/package/dist/dashscope_asr_bg.wasm"';

const WAYS = {
  "a URL as text": `await dashscope.init(${FILE});`,
  "a URL object": `await dashscope.init(new URL(${FILE}, location.href));`,
  "a response": `await dashscope.init(fetch(${FILE}));`,
  "a server that does not know the type": `await dashscope.init("/untyped.wasm");`,
  bytes: `await dashscope.init(await (await fetch(${FILE})).arrayBuffer());`,
  "a compiled module": `await dashscope.init(WebAssembly.compileStreaming(fetch(${FILE})));`,
  "two calls at once and one later": `
    await Promise.all([dashscope.init(${FILE}), dashscope.init(${FILE})]);
    dashscope.sniffMediaType(new Uint8Array(4));
    await dashscope.init(${FILE});`,
};

describe("in a page", { skip: browserMissing }, () => {
  let service;
  let browser;
  let folder;

  before(async () => {
    service = await startService();
    browser = await launchBrowser();
    folder = await createProject("pages", {
      "index.html": page("main.js"),
      "main.js": WHOLE,
      "with-worker.html": page("with-worker.js"),
      "with-worker.js": STARTS_WORKER,
      "worker.js": MODULE_WORKER,
      "walk.js": WALK,
      "settle.js": SETTLE,
      "recording.wav": recording.read(),
    });
    const { root } = await packed();
    cpSync(root, join(folder, "package"), { recursive: true });
    cpSync(join(root, "dist", "dashscope_asr_bg.wasm"), join(folder, "untyped.wasm"));
  });

  after(async () => {
    await browser?.close();
    await service?.close();
  });

  async function visit(path, headers) {
    const site = await startSite({ folder, upstream: service.url, headers });
    try {
      return await outcomeOf(browser, `${site.url}${path}`);
    } finally {
      await site.close();
    }
  }

  const policy = (scripts) => () => ({
    "content-security-policy": `default-src 'self'; img-src data:; script-src 'self' 'nonce-map' ${scripts}`,
  });

  test("with an import map and no tool at all", async () => {
    assert.deepEqual(await visit("/"), { found: EXPECTED });
  });

  test("in a Web Worker that is a module", async () => {
    assert.deepEqual(await visit("/with-worker.html"), { found: EXPECTED });
  });

  test("under a strict policy that allows WebAssembly", async () => {
    assert.deepEqual(await visit("/", policy("'wasm-unsafe-eval'")), { found: EXPECTED });
  });

  test("under a policy that forbids WebAssembly, the error names the remedy", async () => {
    const { failed } = await visit("/", policy(""));
    assert.match(failed?.message, /Content Security Policy/);
    assert.match(failed?.message, /'wasm-unsafe-eval'/);
    assert.equal(failed.code, "internal_error");
    assert.match(failed.cause, /CompileError/);
  });

  describe("with the slim entry and", () => {
    for (const [way, load] of Object.entries(WAYS)) {
      test(way, async () => {
        writeFileSync(join(folder, "slim.html"), page("slim-main.js"));
        writeFileSync(join(folder, "slim-main.js"), SLIM(load));
        const typed = (path) => (path === "/untyped.wasm" ? { "content-type": "application/octet-stream" } : {});
        assert.deepEqual(await visit("/slim.html", typed), { found: EXPECTED });
      });
    }
  });
});
