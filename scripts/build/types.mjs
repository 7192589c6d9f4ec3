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
const ENTRIES = {
  index: inProject("src", "js", "index.ts"),
  slim: inProject("src", "js", "slim.ts"),
  edge: inProject("src", "js", "edge", "inline.ts"),
  "ai-sdk": inProject("src", "js", "ai-sdk.ts"),
  "cloudflare-voice": inProject("src", "js", "cloudflare-voice.ts"),
  microphone: inProject("src", "js", "microphone.ts"),
  recorder: inProject("src", "js", "recorder.ts"),
  "voice-note": inProject("src", "js", "voice-note.ts"),
  react: inProject("src", "js", "react.ts"),
  "speech-recognition": inProject("src", "js", "speech-recognition.ts"),
};

/** What an entry adds to the types of others. In a module that is augmented, its own names are at hand, so nothing is imported. */
const GLOBALS = {
  "voice-note": `
declare global {
  interface HTMLElementTagNameMap {
    "voice-note": VoiceNoteElement;
  }
}
`,
  react: `
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "voice-note": VoiceNoteProps & DetailedHTMLProps<HTMLAttributes<VoiceNoteInPages>, VoiceNoteInPages>;
    }
  }
  type VoiceNoteInPages = HTMLElementTagNameMap extends { "voice-note": infer VoiceNote } ? VoiceNote : HTMLElement;
}
`,
};

const WASM_TYPES = `${platformAliases(new Map([["Module", "globalThis.WebAssembly.Module"]]))}declare const module: Module;
export default module;
`;

export async function buildTypes() {
  const inputs = [inProject("src", "js", "**", "*.ts"), `${GENERATED}/*.d.ts`, inProject("tsconfig.json")];
  const declared = Object.keys(ENTRIES).flatMap((name) => [`${name}.d.ts`, `${name}.d.cts`]);
  const outputs = [...declared, "wasm.d.ts"].map((name) => `${DIST}/${name}`);
  await step("types", { inputs, outputs }, () => {
    const { options, declarations } = emitDeclarations();
    for (const [name, source] of Object.entries(ENTRIES)) {
      const text = flatten(declarationOf(source), declarations, options) + (GLOBALS[name] ?? "");
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
