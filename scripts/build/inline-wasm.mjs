// inline-wasm.mjs — the module as text: compressed, because base64 of the bare bytes is a third larger than they are and
// an inline module travels inside the page's own script.
import { readFileSync, writeFileSync } from "node:fs";
import zopfli from "@gfx/zopfli";
import { DIST, GENERATED, MODULE } from "./paths.mjs";
import { step } from "./step.mjs";

const MODULE_FILE = `${DIST}/${MODULE}_bg.wasm`;

export async function buildInlineWasm() {
  const outputs = [`${GENERATED}/wasm-inline.js`, `${GENERATED}/wasm-inline.d.ts`];
  await step("inline wasm", { inputs: [MODULE_FILE], outputs }, async () => {
    const bytes = readFileSync(MODULE_FILE);
    // The same format as zlib's, 6 % smaller for two seconds of work. What is compressed here no server compresses again.
    const compressed = await zopfli.deflateAsync(bytes, { numiterations: 15 });
    const text = Buffer.from(compressed).toString("base64");
    writeFileSync(outputs[0], `export const compressed = "${text}";\nexport const byteLength = ${bytes.length};\n`);
    writeFileSync(outputs[1], "export declare const compressed: string;\nexport declare const byteLength: number;\n");
  });
}
