// What a runtime makes of `import module from "./x.wasm"`: the compiled module, or a namespace around it.

/** Either. */
export type ImportedModule = WebAssembly.Module | { default: WebAssembly.Module };

/** Takes either. */
export function importedModule(imported: ImportedModule): WebAssembly.Module {
  return imported instanceof WebAssembly.Module ? imported : imported.default;
}
