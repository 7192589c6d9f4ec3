// The build's gathering of type declarations, and what a user's compiler says to the result, with and without DOM types.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { flatten } from "../../scripts/build/flat-declarations.mjs";

const OPTIONS = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
};
const FOLDER = join(import.meta.dirname, "invented");

/** @param {Record<string, string>} files name → declarations; index.d.ts is the entry */
function flattened(files) {
  const declarations = new Map(Object.entries(files).map(([name, text]) => [join(FOLDER, name), text]));
  return flatten(join(FOLDER, "index.d.ts"), declarations, OPTIONS);
}

/** Compiles the published text as a library file of a user with these libraries. */
function complaints(text, libraries) {
  const path = join(FOLDER, "published.d.ts");
  const options = { ...OPTIONS, skipLibCheck: false, noEmit: true, lib: libraries.map((name) => `lib.${name}.d.ts`) };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists.call(host, name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, text, ts.ScriptTarget.Latest) : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram([path], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

const REALISTIC = {
  "index.d.ts": `export * from "./client.js";
export { Failure as PublicFailure } from "./failure.js";
`,
  "client.d.ts": `import { Inner as Renamed } from "./inner.js";
/** Where audio comes from. */
export type Source = Blob | ReadableStream<Uint8Array> | Request;
/** The client. */
export declare class Client<Blob_ = string> {
    #private;
    /** Sends. */
    send(source: Source, options?: Renamed): Promise<import("./inner.js").Answer>;
    own: Blob_;
}
export declare const version: string;
export declare function load(module: WebAssembly.Module, how?: typeof fetch): void;
export declare function load(nothing: undefined): void;
export declare class Events extends TransformStream<Uint8Array, string> { constructor(size?: number); }
`,
  "inner.d.ts": `export interface Inner { signal?: AbortSignal; }
export interface Answer { text: string; }
export interface Unused { never: true; }
`,
  "failure.d.ts": `export declare class Failure extends Error { readonly code: "a" | "b"; }
`,
};

test("publishes what the entry exports and what that reaches, and nothing else", () => {
  const text = flattened(REALISTIC);
  for (const line of ["export declare class Client", "export type Source", "export declare const version"]) {
    assert.ok(text.includes(line), line);
  }
  assert.match(text, /^interface Inner \{/m);
  assert.match(text, /^interface Answer \{/m);
  assert.match(text, /^declare class Failure extends Error/m);
  assert.match(text, /^export \{ Failure as PublicFailure \};$/m);
  assert.equal(text.match(/export declare function load/g).length, 2);
  assert.doesNotMatch(text, /Unused|import\(|from "|Renamed/);
});

test("keeps doc comments", () => {
  const text = flattened(REALISTIC);
  for (const comment of ["/** Where audio comes from. */", "/** The client. */", "/** Sends. */"]) {
    assert.ok(text.includes(comment), comment);
  }
});

for (const libraries of [["es2022"], ["es2022", "dom"], ["es2022", "webworker"]]) {
  test(`compiles strictly with ${libraries.join(" and ")}`, () => {
    assert.deepEqual(complaints(flattened(REALISTIC), libraries), []);
  });
}

test("keeps the platform's types exact where they exist", () => {
  const use = `${flattened(REALISTIC)}
type Wrong<Value extends Source> = Value;
export type Five = Wrong<5>;
export type Chunk = Wrong<Events["readable"] extends ReadableStream<infer Item> ? Item : never>;`;
  const found = complaints(use, ["es2022", "dom"]).join("\n");
  assert.match(found, /Type 'number' does not satisfy the constraint 'Source'/);
  assert.match(found, /Type 'string' does not satisfy the constraint 'Source'/, "a stream of strings stays one");
});

test("refuses two published declarations of one name", () => {
  const files = {
    "index.d.ts": 'export { A } from "./a.js";\nexport { B } from "./b.js";\n',
    "a.d.ts": "interface Inner { a: 1 }\nexport interface A extends Inner {}\n",
    "b.d.ts": "interface Inner { b: 1 }\nexport interface B extends Inner {}\n",
  };
  assert.throws(() => flattened(files), /two published declarations are called Inner/);
});
