// entries.mjs — one file for each way into the package, and beside it one for each part that it does not carry itself.
//
// All logic is in the entries, once in each. A part's file has only what is the part's own: its glue and, in the form that
// the kind of runtime can load, its module. The core's is bundled into the entry; `formats` is imported, in a way that
// bundlers drop where nobody uses it; `files` is imported when it is first needed.
import { globSync, mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import * as esbuild from "esbuild";
import { glueName } from "./glue.mjs";
import { DIST, GENERATED, inProject, PART_NAMES, wasmFile } from "./paths.mjs";
import { step } from "./step.mjs";

/** @typedef {import("./paths.mjs").Part} Part */

/** How a part's file gets its module, as source text. @type {Record<string, (part: Part) => string>} */
const MODULE_OF = {
  inline: (part) => `export { wasm } from "./${part}-inline.js";`,
  workerd: (part) => `import wasm from "./${wasmFile(part)}"; export { wasm };`,
  // The question says that a compiled module is wanted.
  "edge-light": (part) => `import wasm from "./${wasmFile(part)}?module"; export { wasm };`,
  // Handed over at run time.
  slim: () => "",
};

/**
 * Published file → where it starts, how it gets its modules and, behind the part's name, how the files beside it end.
 * A file that ends in .cjs is CommonJS. `remote`: pages load it, so what it imports later may get lost on the way.
 */
const ENTRIES = {
  "index.js": { source: "index.ts", modules: "inline", beside: ".js", remote: true },
  "index.cjs": { source: "index.ts", modules: "inline", beside: ".cjs" },
  "index.workerd.js": { source: "edge.ts", modules: "workerd", beside: ".workerd.js" },
  "index.edge-light.js": { source: "edge.ts", modules: "edge-light", beside: ".edge-light.js" },
  "slim.js": { source: "slim.ts", modules: "slim", beside: ".slim.js", remote: true },
  "slim.cjs": { source: "slim.ts", modules: "slim", beside: ".slim.cjs" },
};

/** @typedef {{ source: string, modules: string, beside: string, remote?: boolean }} Entry */

/** The published scripts. */
export const SCRIPTS = Object.entries(ENTRIES).flatMap(([name, { beside }]) => [
  name,
  ...PART_NAMES.filter((part) => part !== "core").map((part) => part + beside),
]);

const SOURCES = [inProject("src", "js", "*.ts"), inProject("package.json"), `${GENERATED}/*.js`];

export async function buildEntries() {
  const outputs = SCRIPTS.map((name) => `${DIST}/${name}`);
  await step("entries", { inputs: SOURCES, outputs }, async () => {
    mkdirSync(DIST, { recursive: true });
    const stale = globSync(`${DIST}/*.{js,cjs}`).filter((path) => !SCRIPTS.includes(basename(path)));
    for (const path of stale) rmSync(path);
    await Promise.all(
      Object.entries(ENTRIES).flatMap(([name, entry]) => {
        const start = { entryPoints: [inProject("src", "js", entry.source)] };
        const beside = PART_NAMES.filter((part) => part !== "core").map((part) =>
          bundle(part + entry.beside, { stdin: contentsOf(part, entry) }),
        );
        return [bundle(name, { ...start, plugins: [parts(entry)] }), ...beside];
      }),
    );
  });
}

/** What belongs to a part alone. @param {Part} part @param {Entry} entry */
function contentsOf(part, { modules }) {
  // What is exported by name hides what the star brings.
  const contents = `export * from "./${glueName(part)}.js";\n${MODULE_OF[modules](part)}\n`;
  return { contents, resolveDir: GENERATED };
}

/** Puts the file of a part where src/js imports its glue. @param {Entry} entry @returns {import("esbuild").Plugin} */
function parts(entry) {
  return {
    name: "parts",
    setup(build) {
      for (const part of PART_NAMES) {
        const filter = new RegExp(`/target/js/${glueName(part)}\\.js$`);
        build.onResolve({ filter }, () =>
          part === "core"
            ? { path: part, namespace: "part", sideEffects: false }
            : { path: `./${part}${entry.beside}`, external: true, sideEffects: false },
        );
      }
      const once = inProject("src", "js", "import-once.ts");
      if (!entry.remote) build.onResolve({ filter: /\/import-again\.js$/ }, () => ({ path: once }));
      build.onLoad({ filter: /^core$/, namespace: "part" }, () => contentsOf("core", entry));
    },
  };
}

/** @param {string} name @param {import("esbuild").BuildOptions} start */
async function bundle(name, start) {
  const { warnings } = await esbuild.build({
    ...start,
    outfile: `${DIST}/${name}`,
    bundle: true,
    format: name.endsWith(".cjs") ? "cjs" : "esm",
    platform: "neutral",
    // Node 20 and the browsers of 2023, which is what SIMD asks for anyway.
    target: "es2022",
    // CommonJS requires what ES modules import later: bundlers and old tools know only that there.
    supported: { "dynamic-import": !name.endsWith(".cjs") },
    charset: "utf8",
    legalComments: "none",
    // Left to the runtime, which alone can turn them into a compiled module.
    external: ["*.wasm", "*.wasm?module"],
    logLevel: "silent",
  });
  if (warnings.length > 0) {
    const text = await esbuild.formatMessages(warnings, { kind: "warning" });
    throw new Error(`esbuild warns about ${name}:\n${text.join("")}`);
  }
}
