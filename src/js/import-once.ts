// What stands in the place of import-again.ts where nothing comes over a network: a program's own files, and Workers.

/** @param load a function with nothing but the `import()` in it */
export function importAgain<Module>(load: () => Promise<Module>): Promise<Module> {
  return load();
}
