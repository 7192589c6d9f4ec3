// entries.mjs — one file for each way into the package, and beside it one for each part that it does not carry itself.
//
// All logic is in the entries, once in each. A part's file has only what is the part's own: its glue and, in the form that
// the kind of runtime can load, its module. The core's is bundled into the entry; `formats` is imported, in a way that
// bundlers drop where nobody uses it; `files`, `live`, `long` and `sound` are imported when they are first needed. The edge function has an entry of its own,
// with the part `relay` in it, and imports the package as anybody would.
import { globSync, mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import * as esbuild from "esbuild";
import { glueName } from "./glue.mjs";
import { BESIDE, DIST, GENERATED, inProject, PART_NAMES, wasmFile } from "./paths.mjs";
import { step } from "./step.mjs";
import { WORKLET } from "./worklet.mjs";

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
 * A file that ends in .cjs is CommonJS. `carries`: the part whose module is in the file itself. `main`, `microphone`, `recorder`: the entries that it
 * imports as the package, its microphone and its recorder. `remote`: pages load it, so what it imports later may get lost on the way.
 */
const ENTRIES = {
  "index.js": { source: "index.ts", modules: "inline", beside: ".js", remote: true },
  "index.cjs": { source: "index.ts", modules: "inline", beside: ".cjs" },
  "index.workerd.js": { source: "edge.ts", modules: "workerd", beside: ".workerd.js" },
  "index.edge-light.js": { source: "edge.ts", modules: "edge-light", beside: ".edge-light.js" },
  "slim.js": { source: "slim.ts", modules: "slim", beside: ".slim.js", remote: true },
  "slim.cjs": { source: "slim.ts", modules: "slim", beside: ".slim.cjs" },
  "edge.js": { source: "edge/inline.ts", modules: "inline", carries: "relay", main: "./index.js" },
  "edge.cjs": { source: "edge/inline.ts", modules: "inline", carries: "relay", main: "./index.cjs" },
  "edge.workerd.js": { source: "edge/imported.ts", modules: "workerd", carries: "relay", main: "./index.workerd.js" },
  "edge.edge-light.js": {
    source: "edge/imported.ts",
    modules: "edge-light",
    carries: "relay",
    main: "./index.edge-light.js",
  },
  // By the package's name, the runtime chooses.
  "ai-sdk.js": { source: "ai-sdk.ts", main: "dashscope-asr" },
  "ai-sdk.cjs": { source: "ai-sdk.ts", main: "dashscope-asr" },
  // Callers bring their client with them.
  "cloudflare-voice.js": { source: "cloudflare-voice.ts" },
  "cloudflare-voice.cjs": { source: "cloudflare-voice.ts" },
  "microphone.js": { source: "microphone.ts" },
  "microphone.cjs": { source: "microphone.ts" },
  "speech-recognition.js": { source: "speech-recognition.ts", microphone: "./microphone.js" },
  "speech-recognition.cjs": { source: "speech-recognition.ts", microphone: "./microphone.cjs" },
  "recorder.js": { source: "recorder.ts", main: "./index.js", microphone: "./microphone.js" },
  "recorder.cjs": { source: "recorder.ts", main: "./index.cjs", microphone: "./microphone.cjs" },
  "voice-note.js": { source: "voice-note.ts", recorder: "./recorder.js" },
  "voice-note.cjs": { source: "voice-note.ts", recorder: "./recorder.cjs" },
  "react.js": { source: "react.ts", recorder: "./recorder.js", microphone: "./microphone.js" },
  "react.cjs": { source: "react.ts", recorder: "./recorder.cjs", microphone: "./microphone.cjs" },
};

/** @typedef {{ source: string, modules?: string, beside?: string, remote?: boolean, carries?: Part, main?: string, microphone?: string, recorder?: string }} Entry */

/**
 * What of src/js goes with a part, because nobody needs it without: it imports nothing but
 * types, as the entry's classes must not be there twice, and gets what it needs handed over.
 */
const OWN_SCRIPTS = {
  live: inProject("src", "js", "live", "effects.ts"),
  long: inProject("src", "js", "long", "split.ts"),
  sound: inProject("src", "js", "sound", "scripts.ts"),
};

/** The published scripts. */
export const SCRIPTS = Object.entries(ENTRIES).flatMap(([name, { beside }]) => [
  name,
  ...(beside ? BESIDE.map((part) => part + beside) : []),
]);

const SOURCES = [inProject("src", "js", "**", "*.ts"), inProject("package.json"), `${GENERATED}/*.js`];

export async function buildEntries() {
  const outputs = SCRIPTS.map((name) => `${DIST}/${name}`);
  await step("entries", { inputs: SOURCES, outputs }, async () => {
    mkdirSync(DIST, { recursive: true });
    const stale = globSync(`${DIST}/*.{js,cjs}`).filter((path) => ![...SCRIPTS, WORKLET].includes(basename(path)));
    for (const path of stale) rmSync(path);
    await Promise.all(
      Object.entries(ENTRIES).flatMap(([name, entry]) => {
        const start = { entryPoints: [inProject("src", "js", entry.source)] };
        const { beside } = entry;
        const parted = beside
          ? BESIDE.map((part) => bundle(part + beside, { stdin: contentsOf(part, entry), plugins: [decoders(entry)] }))
          : [];
        return [bundle(name, { ...start, plugins: [parts(entry)] }), ...parted];
      }),
    );
  });
}

/** What belongs to a part alone. @param {Part} part @param {Entry} entry */
function contentsOf(part, { modules }) {
  // What is exported by name hides what the star brings.
  const more = OWN_SCRIPTS[part] ? `export * from ${JSON.stringify(OWN_SCRIPTS[part])};\n` : "";
  const contents = `export * from "./${glueName(part)}.js";\n${more}${MODULE_OF[modules](part)}\n`;
  return { contents, resolveDir: GENERATED };
}

/** Leaves out what only pages can do, where no page loads the file. @param {Entry} entry @returns {import("esbuild").Plugin} */
function decoders({ remote }) {
  const none = inProject("src", "js", "sound", "no-page-decoders.ts");
  return {
    name: "decoders",
    setup(build) {
      if (!remote) build.onResolve({ filter: /\/page-decoders\.js$/ }, () => ({ path: none }));
    },
  };
}

/** Puts the file of a part where src/js imports its glue. @param {Entry} entry @returns {import("esbuild").Plugin} */
function parts(entry) {
  return {
    name: "parts",
    setup(build) {
      for (const part of PART_NAMES) {
        const filter = new RegExp(`/target/js/${glueName(part)}\\.js$`);
        build.onResolve({ filter }, () =>
          part === (entry.carries ?? "core")
            ? { path: part, namespace: "part", sideEffects: false }
            : { path: `./${part}${entry.beside}`, external: true, sideEffects: false },
        );
      }
      const once = inProject("src", "js", "import-once.ts");
      if (!entry.remote) build.onResolve({ filter: /\/import-again\.js$/ }, () => ({ path: once }));
      const { main, microphone, recorder } = entry;
      if (main) build.onResolve({ filter: /^\.\.\/api\.js$/ }, () => ({ path: main, external: true }));
      if (microphone)
        build.onResolve({ filter: /^\.\.\/microphone\.js$/ }, () => ({ path: microphone, external: true }));
      if (recorder) build.onResolve({ filter: /^\.\.\/recorder\.js$/ }, () => ({ path: recorder, external: true }));
      build.onLoad({ filter: /./, namespace: "part" }, ({ path }) => contentsOf(/** @type {Part} */ (path), entry));
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
    // There is none in CommonJS, and nothing in its place that a browser would know.
    define: name.endsWith(".cjs") ? { "import.meta.url": "undefined" } : {},
    charset: "utf8",
    legalComments: "none",
    // Nobody bundles an edge function for Node, so the file is what is loaded: 93 kB become 88 (gzip). Names stay, for stack traces.
    minifyWhitespace: name.startsWith("edge."),
    // Left to the runtime, which alone can turn them into a compiled module.
    external: ["*.wasm", "*.wasm?module", "mediabunny", "react"],
    logLevel: "silent",
  });
  if (warnings.length > 0) {
    const text = await esbuild.formatMessages(warnings, { kind: "warning" });
    throw new Error(`esbuild warns about ${name}:\n${text.join("")}`);
  }
}
