// The relay's entry for Node, Deno, Bun and every bundler: the policy's wasm is inside.

import { inflateBase64 } from "../inflate.js";
import { setLoader } from "../instance.js";

let compiled: WebAssembly.Module | undefined;

setLoader((wasm) => {
  const { compressed, byteLength } = wasm as { compressed: string; byteLength: number };
  compiled ??= new WebAssembly.Module(inflateBase64(compressed, byteLength));
  return compiled;
});

export * from "./exports.js";
