// The default entry: browsers, Node, Deno, Bun and every bundler. The wasm is inside, compiled on the first call.

import { byteLength, compressed } from "../../target/js/wasm-inline.js";
import { inflateBase64 } from "./inflate.js";
import { setModuleSource } from "./instance.js";

let compiled: WebAssembly.Module | undefined;
// Synchronous compilation is allowed up to 8 MB on a browser's main thread; this is a fiftieth of it.
setModuleSource(() => (compiled ??= new WebAssembly.Module(inflateBase64(compressed, byteLength))));

export * from "./api.js";
