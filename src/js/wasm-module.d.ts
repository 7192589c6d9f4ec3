// What the edge runtimes make of an imported .wasm file: some hand out the module itself, some a namespace around it.

declare module "*.wasm" {
  const module: WebAssembly.Module | { default: WebAssembly.Module };
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module | { default: WebAssembly.Module };
  export default module;
}
