// entries.mjs — one file for each way into the package.
import { globSync, mkdirSync, rmSync } from "node:fs";
import { basename } from "node:path";
import * as esbuild from "esbuild";
import { DIST, GENERATED, inProject } from "./paths.mjs";
import { step } from "./step.mjs";

/** Published file → where it starts. A file that ends in .cjs is CommonJS. */
const ENTRIES = {
  "index.js": "index.ts",
  "index.cjs": "index.ts",
  "index.workerd.js": "workerd.ts",
  "index.edge-light.js": "edge-light.ts",
  "slim.js": "slim.ts",
  "slim.cjs": "slim.ts",
};

const SOURCES = [inProject("src", "js", "*.ts"), `${GENERATED}/*.js`];

export async function buildEntries() {
  const outputs = Object.keys(ENTRIES).map((name) => `${DIST}/${name}`);
  await step("entries", { inputs: SOURCES, outputs, settings: ENTRIES }, async () => {
    mkdirSync(DIST, { recursive: true });
    const stale = globSync(`${DIST}/*.{js,cjs}`).filter((path) => !(basename(path) in ENTRIES));
    for (const path of stale) rmSync(path);
    await Promise.all(Object.entries(ENTRIES).map(([name, source]) => bundle(name, source)));
  });
}

/** @param {string} name @param {string} source */
async function bundle(name, source) {
  const { warnings } = await esbuild.build({
    entryPoints: [inProject("src", "js", source)],
    outfile: `${DIST}/${name}`,
    bundle: true,
    format: name.endsWith(".cjs") ? "cjs" : "esm",
    platform: "neutral",
    // Node 20 and the browsers of 2023, which is what SIMD asks for anyway.
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    // Left to the runtime, which alone can turn them into a compiled module.
    external: ["*.wasm", "*.wasm?module"],
    logLevel: "silent",
  });
  if (warnings.length > 0) {
    const text = await esbuild.formatMessages(warnings, { kind: "warning" });
    throw new Error(`esbuild warns about ${source}:\n${text.join("")}`);
  }
}
