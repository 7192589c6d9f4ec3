// paths.mjs — where the build reads and writes.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const project = fileURLToPath(new URL("../../", import.meta.url));

/** @param {string[]} parts @returns {string} an absolute path inside the project */
export const inProject = (...parts) => join(project, ...parts);

/** Name of the wasm file, and of the import namespace that wasm-bindgen gives it. */
export const MODULE = "dashscope_asr";

/** What wasm-bindgen writes: glue, types and the module before optimisation. */
export const BINDGEN = inProject("target", "bindgen");

/** The short names of the module's imports by wasm-bindgen's long ones. */
export const IMPORT_NAMES = `${BINDGEN}/import-names.json`;

/** What the TypeScript face imports: made here, never committed. */
export const GENERATED = inProject("target", "js");

/** The published files. */
export const DIST = inProject("dist");
