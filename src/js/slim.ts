// The package without its wasm, for those who serve the file themselves: `await init(…)` once before the first call.

import { ConnectionError } from "./errors.js";
import { importedModule } from "./imported-module.js";
import { setModuleSource, uncompilable } from "./instance.js";

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
  if (typeof input === "string" || input instanceof URL) return compile(await download(input));
  if (input instanceof Response) {
    if (!input.ok) throw unloadable(`HTTP ${input.status} for ${input.url || "the Response"}`);
    // Servers that do not know .wasm send another type; compileStreaming would refuse that.
    return compile(await input.arrayBuffer());
  }
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) {
    return WebAssembly.compile(input as BufferSource).catch((cause) => Promise.reject(uncompilable(cause)));
  }
  const module = input && importedModule(input);
  if (module instanceof WebAssembly.Module) return module;
  throw new TypeError("init takes a WebAssembly.Module, the bytes of one, a Response or a URL");
}

function download(url: URL | string): Promise<Response> {
  return fetch(url).catch((cause) => Promise.reject(unloadable(`${url} cannot be reached`, cause)));
}

function unloadable(problem: string, cause?: unknown): ConnectionError {
  const message = `the wasm cannot be loaded: ${problem}`;
  return new ConnectionError({ code: "connection_error", message, retryable: true, cause });
}

export * from "./api.js";
