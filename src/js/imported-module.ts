// What a runtime makes of `import module from "./x.wasm"`: the compiled module, or a namespace around it.

/** Takes either. */
export function importedModule(imported: WebAssembly.Module | { default: WebAssembly.Module }): WebAssembly.Module {
  return imported instanceof WebAssembly.Module ? imported : imported.default;
}
