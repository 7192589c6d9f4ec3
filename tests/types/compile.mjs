// Compiles files of consumers/ in a project that has the packed package, with options as users have them.
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { inProject } from "../../scripts/build/paths.mjs";
import { createProject } from "../packaging/packed.mjs";

const CONSUMERS = inProject("tests", "types", "consumers");

/** What every project here has: nothing is forgiven, least of all in declarations. */
const STRICT = {
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  types: [],
};

export const PLATFORM = ["es2022", "dom", "dom.iterable", "dom.asynciterable"];

/** @param {"module" | "commonjs"} type of the project's package.json */
export function createConsumers(type) {
  const files = globSync(join(CONSUMERS, "*")).map((path) => [basename(path), readFileSync(path, "utf8")]);
  return createProject(`types-${type}`, Object.fromEntries(files), { type });
}

/** The libraries are the same for everybody; reading them is most of the work. */
const libraries = new Map();

/**
 * @param {string} folder
 * @param {string[]} files
 * @param {Record<string, unknown>} options as in tsconfig.json
 * @returns {string} what TypeScript has against it, "" for nothing
 */
export function compile(folder, files, options) {
  const { options: parsed, errors } = ts.convertCompilerOptionsFromJson({ ...STRICT, ...options }, folder);
  const host = ts.createCompilerHost(parsed);
  const read = host.getSourceFile;
  host.getSourceFile = (path, versionOptions, ...rest) => {
    if (!/\/lib\.[^/]*\.d\.ts$/.test(path)) return read(path, versionOptions, ...rest);
    const key = `${path} ${JSON.stringify(versionOptions)}`;
    if (!libraries.has(key)) libraries.set(key, read(path, versionOptions, ...rest));
    return libraries.get(key);
  };
  const program = ts.createProgram(
    files.map((name) => join(folder, name)),
    parsed,
    host,
  );
  const found = [...errors, ...ts.getPreEmitDiagnostics(program)];
  return ts.formatDiagnostics(found, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => folder,
    getNewLine: () => "\n",
  });
}
