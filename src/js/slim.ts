// The package without its wasm, for those who serve the files themselves: `await init(…)` once before the first call.

import { ConnectionError, InternalError } from "./errors.js";
import { type ImportedModule, importedModule } from "./imported-module.js";
import { type PartName, setLoader, uncompilable } from "./instance.js";

/** Everything the wasm can come from. */
export type WasmInput =
  | WebAssembly.Module
  | { default: WebAssembly.Module }
  | Response
  | ArrayBuffer
  | Uint8Array<ArrayBuffer>
  | URL
  | string;

/** Where the package has the module of each part, and the call that hands it over. */
const PARTS: { [name in Exclude<PartName, "relay">]: string } = {
  core: "await init(module) with that of dashscope-asr/wasm before the first call",
  files:
    'await init(module, "files") with that of dashscope-asr/wasm/files before the first task, upload, token or hot-word list',
  formats:
    'await init(module, "formats") with that of dashscope-asr/wasm/formats before the first toSrt, toVtt, toText, toJson or encodeWav',
  live: 'await init(module, "live") with that of dashscope-asr/wasm/live before the first live transcription',
  long: 'await init(module, "long") with that of dashscope-asr/wasm/long before the first recording in pieces',
  sound:
    'await init(module, "sound") with that of dashscope-asr/wasm/sound before the first probe, crop, toWav or segments',
};

const modules: { [name in PartName]?: WebAssembly.Module } = {};

setLoader((_, name) => {
  const module = modules[name];
  if (module) return module;
  const message = `dashscope-asr/slim has no WebAssembly inside: ${PARTS[name as keyof typeof PARTS]}`;
  throw new InternalError({ code: "internal_error", message, retryable: false });
});

/**
 * Loads the wasm (`dashscope-asr/wasm`): a compiled module, its bytes, a Response, or its URL; also as a promise of one.
 * Calling it again is harmless; the last module counts for instances that are still to be made.
 *
 * @param part `"files"` (`dashscope-asr/wasm/files`) before tasks, batches, uploads, tokens, hot-word lists and
 *   `longAudio`; `"formats"` (`dashscope-asr/wasm/formats`) before subtitles, text, JSON and WAV; `"live"`
 *   (`dashscope-asr/wasm/live`) before `live`; `"sound"` (`dashscope-asr/wasm/sound`) before `probe`, `crop`, `toWav` and
 *   `segments`; both that and `"long"` (`dashscope-asr/wasm/long`) before `longAudio: "split"` and `"auto"`. Default: what everything else needs.
 */
export async function init(
  input: WasmInput | Promise<WasmInput>,
  part: "core" | "files" | "formats" | "live" | "long" | "sound" = "core",
): Promise<void> {
  if (!Object.keys(PARTS).includes(part))
    throw new TypeError(`init knows no part "${part}"; there are core, files, formats, live, long and sound`);
  modules[part] = await compile(await input);
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
  const module = input && importedModule(input as ImportedModule);
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
