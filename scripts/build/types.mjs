// types.mjs — the published type declarations: everything that an entry exports, in one file without imports.
//
// One flat file is what every resolution mode understands in the same way, what a reader can search, and what a snapshot
// can show the changes of. TypeScript emits the declarations; flat-declarations.mjs gathers what the exports reach.
import { writeFileSync } from "node:fs";
import ts from "typescript";
import { flatten, platformAliases } from "./flat-declarations.mjs";
import { DIST, GENERATED, inProject, project } from "./paths.mjs";
import { step } from "./step.mjs";

/** Published file (without ending) → its source. */
const ENTRIES = { index: inProject("src", "js", "index.ts"), slim: inProject("src", "js", "slim.ts") };

const WASM_TYPES = `${platformAliases(new Map([["Module", "globalThis.WebAssembly.Module"]]))}declare const module: Module;
export default module;
`;

export async function buildTypes() {
  const inputs = [inProject("src", "js", "*.ts"), `${GENERATED}/*.d.ts`, inProject("tsconfig.json")];
  const outputs = ["index.d.ts", "index.d.cts", "slim.d.ts", "slim.d.cts", "wasm.d.ts"].map(
    (name) => `${DIST}/${name}`,
  );
  await step("types", { inputs, outputs }, () => {
    const { options, declarations } = emitDeclarations();
    for (const [name, source] of Object.entries(ENTRIES)) {
      const text = flatten(declarationOf(source), declarations, options);
      // The same text twice: TypeScript judges a module's format by the ending of the file that describes it.
      writeFileSync(`${DIST}/${name}.d.ts`, text);
      writeFileSync(`${DIST}/${name}.d.cts`, text);
    }
    writeFileSync(`${DIST}/wasm.d.ts`, WASM_TYPES);
  });
}

/** Checks src/js and returns the text of its declaration files by path. */
function emitDeclarations() {
  const { config } = ts.readConfigFile(inProject("tsconfig.json"), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, project);
  const program = ts.createProgram(fileNames, {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
  });
  const declarations = new Map();
  const { diagnostics } = program.emit(undefined, (path, text) => declarations.set(path, text), undefined, true);
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length > 0) {
    throw new Error(`src/js does not type-check:\n${ts.formatDiagnosticsWithColorAndContext(problems, messages)}`);
  }
  return { options, declarations };
}

/** @param {string} source */
function declarationOf(source) {
  return source.replace(/\.ts$/, ".d.ts");
}

const messages = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => project,
  getNewLine: () => "\n",
};
