// paths.mjs — where the build reads and writes.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const project = fileURLToPath(new URL("../../", import.meta.url));

/** @param {string[]} parts @returns {string} an absolute path inside the project */
export const inProject = (...parts) => join(project, ...parts);

/**
 * The parts of the package's WebAssembly, each a module of its own: its name, with `npm-` before it the cargo feature that makes it → the name of its file.
 * `core` is what every page loads, `files`, `formats`, `live`, `long` and `sound` come when they are asked for, `relay` is the edge function's.
 */
export const PARTS = {
  core: "dashscope_asr",
  files: "dashscope_asr_files",
  formats: "dashscope_asr_formats",
  live: "dashscope_asr_live",
  long: "dashscope_asr_long",
  relay: "dashscope_asr_relay",
  sound: "dashscope_asr_sound",
};

/** @typedef {keyof typeof PARTS} Part */

/** @type {Part[]} */
export const PART_NAMES = Object.keys(PARTS);

/** Parts with a file of their own beside the entries that use them. @type {Part[]} */
export const BESIDE = PART_NAMES.filter((part) => part !== "core" && part !== "relay");

/** The cargo features of all parts. @type {string} */
export const NPM_FEATURES = PART_NAMES.map((part) => `npm-${part}`).join();

/** What cargo writes, whatever the features. */
export const CRATE = "dashscope_asr";

/** @param {Part} part @returns {string} name of the published module */
export const wasmFile = (part) => `${PARTS[part]}_bg.wasm`;

/** What wasm-bindgen writes for a part: glue, types and the module before optimisation. @param {Part} part */
export const bindgen = (part, ending = "") =>
  `${inProject("target", "bindgen", part)}/${ending && PARTS[part] + ending}`;

/** What a part's module imports: its namespace, and the short names by wasm-bindgen's long ones. @param {Part} part */
export const importNames = (part) => bindgen(part, "_imports.json");

/** What the TypeScript face imports: made here, never committed. */
export const GENERATED = inProject("target", "js");

/** The published files. */
export const DIST = inProject("dist");
