// The package through bundlers without any configuration for it, then in Chromium: in a page and in a Web Worker.
import assert from "node:assert/strict";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as vite from "vite";
import { buildWithEsbuild, buildWithRollup, buildWithWebpack, CHUNKS, PAGE, serveWithVite } from "./bundling.mjs";
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

  test("esbuild, in chunks", async () => {
    const folder = await createPage("esbuild-chunks", '<script type="module" src="dist/main.js"></script>');
    await buildWithEsbuild(folder, CHUNKS(folder));
    assert.deepEqual(await visit(folder), { found: EXPECTED });
  });

  test("who cancels does not wait for a chunk, and the next call has it", async () => {
    const script = `
import { Transcriber } from "dashscope-asr";
import { settle } from "./settle.js";
const asr = new Transcriber({ baseURL: "/relay" });
const outcome = (options) => asr.createToken(options).then(
  ({ token }) => typeof token,
  ({ name, code, retryable, cause }) => [name, code, retryable, cause],
);
settle(async () => {
  const controller = new AbortController();
  const waiting = outcome({ signal: controller.signal });
  setTimeout(() => controller.abort("enough"), 50);
  const cancelled = [await waiting, await outcome({ signal: controller.signal })];
  await fetch("/release");
  return [...cancelled, await outcome({ signal: new AbortController().signal })];
}).then((outcome) => { globalThis.outcome = outcome; });
`;
    const page = '<script type="module" src="dist/main.js"></script>';
    const folder = await createPage("esbuild-held-chunk", page, { "main.js": script });
    await buildWithEsbuild(folder, CHUNKS(folder));
    let release;
    const released = new Promise((resolve) => {
      release = resolve;
    });
    const serve = (request, response) => {
      if (request.url === "/release") {
        release();
        response.end();
        return true;
      }
      if (!/\/files-/.test(request.url)) return false;
      released.then(() => {
        response.writeHead(200, { "content-type": "text/javascript" });
        response.end(readFileSync(join(folder, request.url)));
      });
      return true;
    };
    const cancelled = ["AbortError", "aborted", false, "enough"];
    assert.deepEqual(await visit(folder, serve), { found: [cancelled, cancelled, "string"] });
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
    await buildWithRollup(folder, { dir: folder, format: "es", entryFileNames: "bundle.js" });
    assert.deepEqual(await visit(folder), { found: EXPECTED });
  });

  test("Rollup, as one classic script", async () => {
    const folder = await createPage("rollup-iife", '<script src="bundle.js"></script>');
    // Rollup asks for the last option wherever a program has a dynamic import.
    const file = join(folder, "bundle.js");
    await buildWithRollup(folder, { file, format: "iife", inlineDynamicImports: true });
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
    const server = await serveWithVite(folder);
    try {
      assert.deepEqual(await visit(folder, server.serve), { found: { page: EXPECTED, worker: EXPECTED } });
    } finally {
      await server.close();
    }
  });
});

/** A program that transcribes, one that also writes subtitles, and one that does nothing but write them. */
const PROGRAMS = {
  transcribe: `import { Transcriber } from "dashscope-asr";
globalThis.work = async (file) => (await new Transcriber({ baseURL: "/relay" }).transcribe(file)).text;`,
  subtitles: `import { toVtt, Transcriber } from "dashscope-asr";
globalThis.work = async (file) => toVtt(await new Transcriber({ baseURL: "/relay" }).transcribe(file));`,
  write: `import { toVtt } from "dashscope-asr";
globalThis.work = toVtt;`,
};

/** How a program, main.js, becomes dist/main.js and the chunks beside it. */
const BUNDLERS = {
  esbuild: (folder) => buildWithEsbuild(folder, CHUNKS(folder)),
  Rollup: (folder) => buildWithRollup(folder, { dir: join(folder, "dist"), format: "es" }),
  webpack: (folder) => buildWithWebpack(folder),
  Vite: async (folder) => {
    const rollupOptions = { input: join(folder, "main.js"), output: { entryFileNames: "[name].js" } };
    await vite.build({ root: folder, configFile: false, logLevel: "warn", build: { rollupOptions } });
  },
};

describe("what a page loads at once", () => {
  let marks;

  before(async () => {
    const { root } = await packed();
    // Bundlers change everything but the text of the modules.
    const files = { core: "index.js", files: "files.js", formats: "formats.js" };
    marks = Object.entries(files).map(([part, file]) => {
      const [, text] = /compressed: "([^"]+)"/.exec(readFileSync(join(root, "dist", file), "utf8"));
      return [part, text.slice(1000, 1100)];
    });
  });

  /** The parts in a script and in those that it imports before it runs. */
  function partsIn(path) {
    const code = readFileSync(path, "utf8");
    const own = marks.filter(([, mark]) => code.includes(mark)).map(([part]) => part);
    const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g)].map(([, name]) =>
      join(dirname(path), name),
    );
    return [...new Set([...own, ...imports.flatMap(partsIn)])].sort();
  }

  const expected = { transcribe: ["core"], subtitles: ["core", "formats"], write: ["formats"] };
  for (const [name, build] of Object.entries(BUNDLERS)) {
    for (const [program, code] of Object.entries(PROGRAMS)) {
      test(`${name}, to ${program}: ${expected[program].join(" and ")}`, async () => {
        const folder = await createProject(`parts-${name}-${program}`, { "main.js": code });
        await build(folder);
        assert.deepEqual(partsIn(join(folder, "dist", "main.js")), expected[program]);
        if (program === "write") return;
        const all = globSync(join(folder, "dist", "**", "*.js")).map((path) => readFileSync(path, "utf8"));
        const [, mark] = marks.find(([part]) => part === "files");
        assert.equal(all.filter((text) => text.includes(mark)).length, 1, "the chunk that is loaded later");
      });
    }
  }
});

describe("what a bundle contains", () => {
  test("only types were used: nothing", async () => {
    const folder = await createProject("unused", { "main.js": 'import "dashscope-asr";\nconsole.log("hello");\n' });
    const code = await buildWithEsbuild(folder, { format: "esm" });
    assert.ok(code.length < 500, `${code.length} bytes`);
  });

  test("no Node built-in, no other file, no eval", async () => {
    const folder = await createPage("contents", "");
    const code = await buildWithEsbuild(folder, { format: "esm" });
    // What names a file; that import-again.ts stays, which has nothing to ask for here, is known.
    for (const forbidden of [
      /\bimport\s*\(\s*["'`]/,
      /\brequire\s*\(/,
      /\beval\s*\(/,
      /\bnew Function\b/,
      /import\.meta/,
    ]) {
      assert.doesNotMatch(code, forbidden);
    }
  });
});

test("where mediabunny is not installed, webpack says so in a warning, and others nothing", async () => {
  const { root } = await packed();
  // Beside this repository it would be found in ours.
  const folder = mkdtempSync(join(tmpdir(), "without-mediabunny-"));
  try {
    cpSync(root, join(folder, "node_modules", "dashscope-asr"), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "main.js"), 'import { toWav } from "dashscope-asr";\nglobalThis.toWav = toWav;\n');
    await buildWithEsbuild(folder, CHUNKS(folder));
    await buildWithWebpack(folder, /Can't resolve 'mediabunny'/);
    const build = { rollupOptions: { input: join(folder, "main.js") }, chunkSizeWarningLimit: 1_000 };
    await vite.build({ root: folder, configFile: false, logLevel: "error", build });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
