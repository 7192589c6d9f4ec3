// build.mjs — from the Rust crate and src/js to dist/, the files of the npm package. `npm run build`.
// Every step is skipped while its inputs are what they were, so a build without changes takes about a second.
//   --sizes   prints the table of sizes even if nothing was built

import { buildEntries } from "./build/entries.mjs";
import { buildGlue } from "./build/glue.mjs";
import { buildInlineWasm } from "./build/inline-wasm.mjs";
import { finishSteps } from "./build/step.mjs";
import { buildTypes } from "./build/types.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { buildWorklet } from "./build/worklet.mjs";
import { printSizes } from "./size.mjs";

try {
  await buildWasm();
  await buildGlue();
  await buildInlineWasm();
  await buildWorklet();
  await buildEntries();
  await buildTypes();
  const changed = finishSteps();
  if (changed || process.argv.includes("--sizes")) await printSizes();
} catch (error) {
  // What went wrong is in the message; where in these scripts it was noticed helps nobody who builds the package.
  console.error(`[build] FAILED: ${error instanceof Error ? error.message : error}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
}
