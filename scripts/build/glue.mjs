// glue.mjs — turns wasm-bindgen's glue into a function that makes a fresh copy of it.
//
// The glue keeps the instance, views of its memory and a string decoder in variables of its module, so one module serves
// one instance for ever. A trapped instance must be replaceable, and the module cannot be imported twice: hence the same
// text as the body of a function, called once for each instance.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import ts from "typescript";
import { bindgen, GENERATED, importNames, PART_NAMES } from "./paths.mjs";
import { step } from "./step.mjs";

/** What src/js calls the glue of a part. The core's types have all data types too. @param {import("./paths.mjs").Part} part */
export const glueName = (part) => (part === "core" ? "glue" : `${part}-glue`);

export async function buildGlue() {
  for (const part of PART_NAMES) {
    const glue = bindgen(part, "_bg.js");
    const types = bindgen(part, ".d.ts");
    const name = glueName(part);
    const outputs = [`${name}.js`, `${name}.d.ts`, `${name}-exports.d.ts`].map((file) => `${GENERATED}/${file}`);
    await step(`${part}: glue`, { inputs: [glue, types, importNames(part)], outputs }, () => {
      mkdirSync(GENERATED, { recursive: true });
      const { namespace, names } = JSON.parse(readFileSync(importNames(part), "utf8"));
      const code = asFactory(readFileSync(glue, "utf8"), basename(glue), names);
      // Without a module: the entries add it (entries.mjs).
      const constants = `export const namespace = ${JSON.stringify(namespace)};\nexport const wasm = undefined;\n`;
      writeFileSync(outputs[0], `${code}\n${constants}`);
      writeFileSync(outputs[1], declarations(name));
      writeFileSync(outputs[2], acceptUndefined(readFileSync(types, "utf8")));
    });
  }
}

// The types of the exports are wasm-bindgen's own; only the way to reach them is new.
const declarations = (name) => `import type * as exports from "./${name}-exports.js";
export type * from "./${name}-exports.js";
export type Glue = typeof exports & { __wbg_set_wasm(exports: WebAssembly.Exports): void };
export declare function createGlue(): Glue;
/** Where the module expects its imports; tells which module this glue belongs to. */
export declare const namespace: string;
/** The module, as this kind of runtime has it; see scripts/build/entries.mjs. */
export declare const wasm: unknown;
`;

/** What callers write, as opposed to what they get. */
const WRITTEN_BY_CALLERS = /(Options|Settings)$/;

/**
 * Lets every optional member of what callers write be `undefined` too: options travel through programs that way, and
 * under exactOptionalPropertyTypes leaving a member out is another thing.
 * @param {string} source declarations
 * @returns {string}
 */
export function acceptUndefined(source) {
  const file = ts.createSourceFile("glue.d.ts", source, ts.ScriptTarget.Latest, true);
  const ends = file.statements
    .filter((statement) => ts.isInterfaceDeclaration(statement) && WRITTEN_BY_CALLERS.test(statement.name.text))
    .flatMap((statement) => statement.members)
    .filter((member) => member.questionToken && !/\bundefined$/.test(member.type.getText()))
    .map((member) => member.type.end);
  return ends.reduceRight((text, end) => `${text.slice(0, end)} | undefined${text.slice(end)}`, source);
}

/**
 * Puts the module's text into `function createGlue()` and its exports into the object that this returns.
 * Anything of a form that was not thought of is an error: a silent mistake here would show up as a crash in wasm.
 * @param {string} source
 * @param {string} name for messages
 * @param {Record<string, string>} [importNames] short names for what the module imports
 * @returns {string}
 */
export function asFactory(source, name, importNames = {}) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const refuse = (node, problem) => {
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    throw new Error(`${name}:${line}: ${problem}; scripts/build/glue.mjs has to learn what to do with it`);
  };

  /** @type {string[]} */
  const exported = [];
  /** @type {[number, number][]} */
  const cuts = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) refuse(statement, "the glue imports another module (a JS snippet?)");
    if (ts.isExportAssignment(statement)) refuse(statement, "the glue has a default export");
    if (ts.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier || !statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
        refuse(statement, "the glue re-exports another module");
      }
      for (const element of statement.exportClause.elements) {
        const local = (element.propertyName ?? element.name).text;
        exported.push(local === element.name.text ? local : `${JSON.stringify(element.name.text)}: ${local}`);
      }
      cuts.push([statement.getStart(), statement.end]);
      continue;
    }
    const keyword = ts.canHaveModifiers(statement)
      ? ts.getModifiers(statement)?.find((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
      : undefined;
    if (!keyword) continue;
    cuts.push([keyword.getStart(), keyword.end + 1]);
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (!statement.name) refuse(statement, "the glue exports something without a name");
      exported.push(statement.name.text);
    } else if (ts.isVariableStatement(statement) && statement.declarationList.flags & ts.NodeFlags.Const) {
      for (const { name: variable } of statement.declarationList.declarations) {
        if (!ts.isIdentifier(variable)) refuse(variable, "the glue exports a destructured constant");
        exported.push(variable.text);
      }
    } else {
      // A variable that changes later would be copied at its first value.
      refuse(statement, "the glue exports something that is neither function, class nor constant");
    }
  }
  if (!exported.includes("__wbg_set_wasm")) throw new Error(`${name} does not export __wbg_set_wasm`);

  let body = source;
  for (const [start, end] of cuts.sort((a, b) => b[0] - a[0])) body = body.slice(0, start) + body.slice(end);
  const members = exported.map((member) =>
    member in importNames ? `${JSON.stringify(importNames[member])}: ${member}` : member,
  );
  return `export function createGlue() {\n${body}\nreturn {\n  ${members.join(",\n  ")},\n};\n}\n`;
}
