// inline-wasm.mjs — the modules as text: compressed, because base64 of the bare bytes is a third larger than they are and
// an inline module travels inside the page's own script.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import zopfli from "@gfx/zopfli";
import { DIST, GENERATED, PART_NAMES, wasmFile } from "./paths.mjs";
import { step } from "./step.mjs";

export async function buildInlineWasm() {
  for (const part of PART_NAMES) {
    const file = `${DIST}/${wasmFile(part)}`;
    const output = `${GENERATED}/${part}-inline.js`;
    await step(`${part}: inline wasm`, { inputs: [file], outputs: [output] }, async () => {
      const bytes = readFileSync(file);
      // The same format as zlib's, 6 % smaller for two seconds of work. What is compressed here no server compresses again.
      const compressed = Buffer.from(await zopfli.deflateAsync(bytes, { numiterations: 15 })).toString("base64");
      mkdirSync(GENERATED, { recursive: true });
      writeFileSync(output, `export const wasm = { compressed: "${compressed}", byteLength: ${bytes.length} };\n`);
    });
  }
}
