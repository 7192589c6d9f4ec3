// The package without its wasm, for those who serve the file themselves: `await init(…)` once before the first call.

import { importedModule } from "./imported-module.js";
import { setModuleSource } from "./instance.js";

/** Everything the wasm can come from. */
export type WasmInput =
  | WebAssembly.Module
  | { default: WebAssembly.Module }
  | Response
  | ArrayBuffer
  | Uint8Array<ArrayBuffer>
  | URL
  | string;

/**
 * Loads the wasm (`dashscope-asr/wasm`): a compiled module, its bytes, a Response, or its URL; also as a promise of one.
 * Calling it again is harmless; the last module counts for instances that are still to be made.
 */
export async function init(input: WasmInput | Promise<WasmInput>): Promise<void> {
  const module = await compile(await input);
  setModuleSource(() => module);
}

async function compile(input: WasmInput): Promise<WebAssembly.Module> {
  if (typeof input === "string" || input instanceof URL) return compile(await fetch(input));
  if (input instanceof Response) {
    if (!input.ok) throw new Error(`the wasm cannot be loaded: HTTP ${input.status} for ${input.url}`);
    // Servers that do not know .wasm send another type; compileStreaming would refuse that.
    return WebAssembly.compile(await input.arrayBuffer());
  }
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) return WebAssembly.compile(input as BufferSource);
  return importedModule(input);
}

export * from "./api.js";
