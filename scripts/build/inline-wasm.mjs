// inline-wasm.mjs — the module as text: compressed, because base64 of the bare bytes is a third larger than they are and
// an inline module travels inside the page's own script.
import { readFileSync, writeFileSync } from "node:fs";
import { constants, deflateRawSync } from "node:zlib";
import { DIST, GENERATED, MODULE } from "./paths.mjs";
import { step } from "./step.mjs";

const MODULE_FILE = `${DIST}/${MODULE}_bg.wasm`;

export async function buildInlineWasm() {
  const outputs = [`${GENERATED}/wasm-inline.js`, `${GENERATED}/wasm-inline.d.ts`];
  await step("inline wasm", { inputs: [MODULE_FILE], outputs }, () => {
    const bytes = readFileSync(MODULE_FILE);
    const compressed = deflateRawSync(bytes, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 });
    const text = compressed.toString("base64");
    writeFileSync(outputs[0], `export const compressed = "${text}";\nexport const byteLength = ${bytes.length};\n`);
    writeFileSync(outputs[1], "export declare const compressed: string;\nexport declare const byteLength: number;\n");
  });
}
