// worklet.mjs — the script of the audio thread: as a file of the package, and as text in the entry that loads it.
//
// A page's policy may forbid the text, and a bundler may lose the file.
import { mkdirSync, writeFileSync } from "node:fs";
import * as esbuild from "esbuild";
import { DIST, GENERATED, inProject } from "./paths.mjs";
import { step } from "./step.mjs";

export const WORKLET = "microphone-worklet.js";

export async function buildWorklet() {
  const inputs = ["worklet.ts", "resampler.ts"].map((name) => inProject("src", "js", "microphone", name));
  const text = `${GENERATED}/worklet-source`;
  await step("worklet", { inputs, outputs: [`${DIST}/${WORKLET}`, `${text}.js`, `${text}.d.ts`] }, async () => {
    for (const folder of [DIST, GENERATED]) mkdirSync(folder, { recursive: true });
    writeFileSync(`${DIST}/${WORKLET}`, await bundled({}));
    writeFileSync(`${text}.js`, `export const workletSource = ${JSON.stringify(await bundled({ minify: true }))};\n`);
    writeFileSync(`${text}.d.ts`, "export declare const workletSource: string;\n");
  });
}

/** One script without imports and exports. @param {import("esbuild").BuildOptions} more */
async function bundled(more) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [inProject("src", "js", "microphone", "worklet.ts")],
    ...{ bundle: true, write: false, format: "iife", target: "es2022", charset: "utf8", logLevel: "silent" },
    ...more,
  });
  return outputFiles[0].text;
}
