// chunks.mjs — what a page loads at once of a bundle in chunks, and what it loads when it needs it.

/**
 * @param {import("esbuild").Metafile} metafile
 * @returns {{ entry: string[], later: string[] }} paths of the only entry and what it imports, and of what is imported later
 */
export function chunks({ outputs }) {
  const [first] = Object.keys(outputs).filter((path) => outputs[path].entryPoint && !imported(outputs, path));
  const entry = new Set([first]);
  // A set visits what is added while it is walked.
  for (const path of entry) for (const next of importsOf(outputs[path], "import-statement")) entry.add(next);
  const all = new Set([first]);
  for (const path of all) for (const next of importsOf(outputs[path])) all.add(next);
  return { entry: [...entry], later: [...all].filter((path) => !entry.has(path)) };
}

/** @param {import("esbuild").Metafile["outputs"][string]} output @param {string} [wanted] kind; default: any */
function importsOf({ imports }, wanted) {
  return imports.filter(({ kind, external }) => !external && (!wanted || kind === wanted)).map(({ path }) => path);
}

/** What is imported dynamically is an entry point to esbuild, too. */
function imported(outputs, path) {
  return Object.values(outputs).some((output) => importsOf(output).includes(path));
}
