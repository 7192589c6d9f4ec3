// Bundlers as the tests of the package use them: with no configuration for it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";
import { packed } from "./packed.mjs";

export const PAGE = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">';

/** A bundle in chunks, that of the files part under its own name. */
export const CHUNKS = (folder) => ({
  ...{ format: "esm", splitting: true, minify: true, outfile: undefined, outdir: join(folder, "dist") },
  chunkNames: "[name]-[hash]",
});

export async function buildWithEsbuild(folder, options) {
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
  return options.outdir ? undefined : readFileSync(join(folder, "bundle.js"), "utf8");
}

export async function buildWithRollup(folder, output) {
  const { root } = await packed();
  const bundle = await rollup({
    input: join(folder, "main.js"),
    // What Rollup's own plug-in for packages does for this one: the "import" branch of its exports, and its sideEffects.
    plugins: [
      {
        name: "resolve",
        resolveId(name, importer) {
          const [, path] = /^dashscope-asr(\/.*)?$/.exec(name) ?? [];
          if (name.startsWith("dashscope-asr"))
            return { id: importEntry(root, `.${path ?? ""}`), moduleSideEffects: false };
          if (!importer?.startsWith(root)) return null;
          if (!name.startsWith(".")) return { id: name, external: true }; // mediabunny, which nobody need install
          return { id: join(dirname(importer), name), moduleSideEffects: false };
        },
      },
    ],
    onwarn: (warning) => assert.fail(warning.message),
  });
  await bundle.write(output);
  await bundle.close();
}

/** @param {string} root @param {string} path as in its exports */
function importEntry(root, path) {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return join(root, exports[path].import.default);
}

/** @param {string} folder @param {RegExp} [expected] the only warning that there may be */
export async function buildWithWebpack(folder, expected) {
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
  const words = stats.toString("errors-warnings");
  assert.equal(stats.hasErrors(), false, words);
  const { warnings = [] } = stats.toJson({ all: false, warnings: true });
  assert.equal(warnings.length, expected ? 1 : 0, words);
  if (expected) assert.match(warnings[0].message, expected);
}

/**
 * Vite's own server, without what watches files and reloads pages.
 * @param {string} folder @param {import("vite").ServerOptions} [options]
 */
export async function serveWithVite(folder, options) {
  const server = await vite.createServer({
    root: folder,
    configFile: false,
    logLevel: "warn",
    cacheDir: join(folder, ".vite"),
    server: { middlewareMode: true, hmr: false, ws: false, watch: null, ...options },
  });
  return {
    /** For startSite. */
    serve(request, response) {
      if (request.url.startsWith("/relay/")) return false;
      server.middlewares(request, response);
      return true;
    },
    close: () => server.close(),
  };
}
