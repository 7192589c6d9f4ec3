// The package through bundlers without any configuration for it, then in Chromium: in a page and in a Web Worker.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";
import { browserMissing, launchBrowser, outcomeOf, SETTLE } from "./chromium.mjs";
import { EXPECTED } from "./consumer/expected.mjs";
import { createProject, packed } from "./packed.mjs";
import { recording, startService, WALK } from "./service.mjs";
import { startSite } from "./site.mjs";

const WORK = `
import * as dashscope from "dashscope-asr";
import { settle } from "./settle.js";
import { walk } from "./walk.js";

export const work = () => settle(async () => {
  const audio = new Uint8Array(await (await fetch("/recording.wav")).arrayBuffer());
  return walk(dashscope, { settings: { baseURL: "/relay" }, audio });
});
`;

const MAIN = `
import { work } from "./work.js";
work().then((outcome) => { globalThis.outcome = outcome; });
`;

const WORKER = `
import { work } from "./work.js";
work().then((outcome) => postMessage(outcome));
`;

/** For bundlers that understand `new Worker(new URL(…))`. */
const MAIN_WITH_WORKER = `
import { work } from "./work.js";
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const inWorker = new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data)));
Promise.all([work(), inWorker]).then(([page, worker]) => {
  const failed = page.failed ?? worker.failed;
  globalThis.outcome = failed ? { failed } : { found: { page: page.found, worker: worker.found } };
});
`;

const PAGE = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">';

/** @param {string} name @param {string} script of the page @param {Record<string, string>} [files] */
function createPage(name, script, files) {
  return createProject(name, {
    "index.html": `${PAGE}${script}`,
    "main.js": MAIN,
    "worker.js": WORKER,
    "work.js": WORK,
    "walk.js": WALK,
    "settle.js": SETTLE,
    "recording.wav": recording.read(),
    ...files,
  });
}

describe("bundled", { skip: browserMissing }, () => {
  let service;
  let browser;

  before(async () => {
    service = await startService();
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
  });

  /** @param {string} folder @param {Parameters<typeof startSite>[0]["serve"]} [serve] */
  async function visit(folder, serve) {
    const site = await startSite({ folder, upstream: service.url, serve });
    try {
      return await outcomeOf(browser, `${site.url}/`);
    } finally {
      await site.close();
    }
  }

  test("esbuild, as an ES module", async () => {
    const folder = await createPage("esbuild-esm", '<script type="module" src="bundle.js"></script>');
    await buildWithEsbuild(folder, { format: "esm" });
    assert.deepEqual(await visit(folder), { found: EXPECTED });
  });

  test("esbuild, as a classic script, minified, for the first browsers with SIMD", async () => {
    const folder = await createPage("esbuild-iife", '<script src="bundle.js"></script>');
    // Some of these lack private methods, so esbuild rewrites the classes; they must still work.
    await buildWithEsbuild(folder, { format: "iife", minify: true, target: ["chrome91", "safari16.4", "firefox89"] });
    assert.deepEqual(await visit(folder), { found: EXPECTED });
  });

  test("esbuild, as a classic Web Worker", async () => {
    const page = `<script>
      new Worker("bundle.js").addEventListener("message", ({ data }) => { globalThis.outcome = data; });
    </script>`;
    const folder = await createPage("esbuild-worker", page);
    await buildWithEsbuild(folder, { format: "iife", entryPoints: [join(folder, "worker.js")] });
    assert.deepEqual(await visit(folder), { found: EXPECTED });
  });

  test("Rollup", async () => {
    const folder = await createPage("rollup", '<script type="module" src="bundle.js"></script>');
    const { root } = await packed();
    const bundle = await rollup({
      input: join(folder, "main.js"),
      // What Rollup's own plug-in for packages does for this one: the "import" branch of its exports.
      plugins: [{ name: "resolve", resolveId: (name) => (name === "dashscope-asr" ? importEntry(root) : null) }],
      onwarn: (warning) => assert.fail(warning.message),
    });
    await bundle.write({ file: join(folder, "bundle.js"), format: "es" });
    await bundle.close();
    assert.deepEqual(await visit(folder), { found: EXPECTED });
  });

  test("webpack, with a Web Worker", async () => {
    const folder = await createPage("webpack", '<script src="dist/main.js"></script>', { "main.js": MAIN_WITH_WORKER });
    await buildWithWebpack(folder);
    assert.deepEqual(await visit(folder), { found: { page: EXPECTED, worker: EXPECTED } });
  });

  test("Vite, built, with a Web Worker", async () => {
    const folder = await createPage("vite-build", '<script type="module" src="/main.js"></script>', {
      "main.js": MAIN_WITH_WORKER,
      "public/recording.wav": recording.read(),
    });
    await vite.build({ root: folder, configFile: false, logLevel: "warn", worker: { format: "es" } });
    assert.deepEqual(globSync(join(folder, "dist", "**", "*.wasm")), [], "the module must not be shipped twice");
    assert.deepEqual(await visit(join(folder, "dist")), { found: { page: EXPECTED, worker: EXPECTED } });
  });

  test("Vite, in development, with a Web Worker", async () => {
    const folder = await createPage("vite-dev", '<script type="module" src="/main.js"></script>', {
      "main.js": MAIN_WITH_WORKER,
    });
    const server = await vite.createServer({
      root: folder,
      configFile: false,
      logLevel: "warn",
      cacheDir: join(folder, ".vite"),
      server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    });
    try {
      const serve = (request, response) => {
        if (request.url.startsWith("/relay/")) return false;
        server.middlewares(request, response);
        return true;
      };
      assert.deepEqual(await visit(folder, serve), { found: { page: EXPECTED, worker: EXPECTED } });
    } finally {
      await server.close();
    }
  });
});

describe("what a bundle contains", () => {
  test("only types were used: nothing", async () => {
    const folder = await createProject("unused", { "main.js": 'import "dashscope-asr";\nconsole.log("hello");\n' });
    const code = await buildWithEsbuild(folder, { format: "esm" });
    assert.ok(code.length < 500, `${code.length} bytes`);
  });

  test("no Node built-in, no dynamic import, no eval, no URL of a file", async () => {
    const folder = await createPage("contents", "");
    const code = await buildWithEsbuild(folder, { format: "esm" });
    for (const forbidden of [/\bimport\s*\(/, /\brequire\s*\(/, /\beval\s*\(/, /\bnew Function\b/, /import\.meta/]) {
      assert.doesNotMatch(code, forbidden);
    }
  });
});

async function buildWithEsbuild(folder, options) {
  const { warnings } = await esbuild.build({
    entryPoints: [join(folder, "main.js")],
    outfile: join(folder, "bundle.js"),
    absWorkingDir: folder,
    bundle: true,
    logLevel: "silent",
    ...options,
  });
  // An import that sideEffects: false made superfluous is worth a word to esbuild, and to us the point.
  assert.deepEqual(
    warnings.filter(({ id }) => id !== "ignored-bare-import").map(({ text }) => text),
    [],
  );
  return readFileSync(join(folder, "bundle.js"), "utf8");
}

function importEntry(root) {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return join(root, exports["."].import.default);
}

async function buildWithWebpack(folder) {
  const compiler = webpack({
    context: folder,
    mode: "production",
    entry: "./main.js",
    output: { path: join(folder, "dist") },
    // Its advice on the size of every file, ours or not, is no warning about the package.
    performance: false,
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  await new Promise((resolve) => compiler.close(resolve));
  assert.equal(stats.hasErrors() || stats.hasWarnings(), false, stats.toString("errors-warnings"));
}
