// The default entry: browsers, Node, Deno, Bun and every bundler. The wasm is inside, each part's compiled on its first call.

import { inflateBase64 } from "./inflate.js";
import { type PartName, setLoader } from "./instance.js";

/** How the build writes a module into a script. */
interface Inline {
  compressed: string;
  byteLength: number;
}

const compiled: { [name in PartName]?: WebAssembly.Module } = {};

// Synchronous compilation is allowed up to 8 MB on a browser's main thread (4 kB before Chrome 115); the largest part is a
// fortieth of it.
setLoader((wasm, name) => {
  const { compressed, byteLength } = wasm as Inline;
  compiled[name] ??= new WebAssembly.Module(inflateBase64(compressed, byteLength));
  return compiled[name];
});

export * from "./api.js";
