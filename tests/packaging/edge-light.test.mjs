// The entry for edge-light runtimes: found by its condition, and satisfied with a module that somebody else compiled.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { EXPECTED } from "./consumer/expected.mjs";
import { createProject } from "./packed.mjs";
import { recording, startService, WALK } from "./service.mjs";

const HANDLER = `
import * as dashscope from "dashscope-asr";
import { walk } from "./walk.js";
export const handle = (settings, audio) => walk(dashscope, { settings, audio });
`;

let service;

before(async () => {
  service = await startService();
  // Node's own fetch compiles its parser at its first request, which must not be the one under test.
  await (await fetch(service.url)).arrayBuffer();
});

after(() => service?.close());

/** What such a runtime's own bundler does with `?module`: the import becomes a compiled module. */
function compiledModules(imports, asNamespace) {
  return {
    name: "compiled-modules",
    setup(build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
        imports.push(path);
        return { path: join(resolveDir, path.replace("?module", "")), namespace: "compiled" };
      });
      build.onLoad({ filter: /.*/, namespace: "compiled" }, ({ path }) => {
        const module = `compileForEdge(${JSON.stringify(readFileSync(path).toString("base64"))})`;
        return { contents: `export default ${asNamespace ? `{ default: ${module} }` : module};`, loader: "js" };
      });
    },
  };
}

for (const asNamespace of [false, true]) {
  test(`?module gives ${asNamespace ? "a namespace around the module" : "the module"}`, async () => {
    const folder = await createProject(`edge-light-${asNamespace}`, { "handler.js": HANDLER, "walk.js": WALK });
    const imports = [];
    const outfile = join(folder, "out.mjs");
    const { metafile } = await esbuild.build({
      entryPoints: [join(folder, "handler.js")],
      outfile,
      absWorkingDir: folder,
      bundle: true,
      format: "esm",
      conditions: ["edge-light"],
      metafile: true,
      plugins: [compiledModules(imports, asNamespace)],
      logLevel: "silent",
    });
    assert.deepEqual(imports.sort(), [
      "./dashscope_asr_bg.wasm?module",
      "./dashscope_asr_files_bg.wasm?module",
      "./dashscope_asr_formats_bg.wasm?module",
      "./dashscope_asr_live_bg.wasm?module",
      "./dashscope_asr_long_bg.wasm?module",
      "./dashscope_asr_sound_bg.wasm?module",
    ]);
    const scripts = Object.keys(metafile.inputs).filter((path) => /dashscope-asr\/dist\/[^/]*\.js$/.test(path));
    assert.deepEqual(scripts.map((path) => path.split("/").at(-1)).sort(), [
      "files.edge-light.js",
      "formats.edge-light.js",
      "index.edge-light.js",
      "live.edge-light.js",
      "long.edge-light.js",
      "sound.edge-light.js",
    ]);

    const { Module } = WebAssembly;
    globalThis.compileForEdge = (base64) => new Module(Buffer.from(base64, "base64"));
    const { handle } = await import(pathToFileURL(outfile).href);
    // As these runtimes do it: whatever is compiled, is compiled at build time.
    WebAssembly.Module = class extends Module {
      constructor(bytes) {
        super(bytes);
        throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder");
      }
    };
    Object.defineProperty(WebAssembly.Module, Symbol.hasInstance, { value: (value) => value instanceof Module });
    try {
      const settings = { baseURL: service.url, apiKey: "sk-packaging" };
      assert.deepEqual(await handle(settings, new Uint8Array(recording.read())), EXPECTED);
    } finally {
      WebAssembly.Module = Module;
      delete globalThis.compileForEdge;
    }
  });
}
