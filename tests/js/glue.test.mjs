// The build's rewriting of wasm-bindgen's glue: fresh state for each call, and a refusal of everything unforeseen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptUndefined, asFactory } from "../../scripts/build/glue.mjs";

const SETTER = "let wasm;\nexport function __wbg_set_wasm(val) {\n    wasm = val;\n}\n";

/** Runs the text as a module. */
async function evaluate(source) {
  return import(`data:text/javascript,${encodeURIComponent(asFactory(source, "glue.js"))}`);
}

test("each call makes state of its own", async () => {
  const { createGlue } = await evaluate(`
let count = 0;
export function next() { count += 1; return wasm.base + count; }
${SETTER}`);
  const [first, second] = [createGlue(), createGlue()];
  first.__wbg_set_wasm({ base: 10 });
  second.__wbg_set_wasm({ base: 20 });
  assert.deepEqual([first.next(), first.next(), second.next(), first.next()], [11, 12, 21, 13]);
});

test("exports functions, classes, constants and lists under their public names", async () => {
  const { createGlue } = await evaluate(`
export class Parser { static of() { return new Parser(); } }
export async function later() { return 1; }
export const Kind = Object.freeze({ A: 0 }), other = 2;
function hidden() { return 3; }
export { hidden as shown, hidden, hidden as "any name" };
${SETTER}`);
  const glue = createGlue();
  assert.deepEqual(Object.keys(glue).sort(), [
    ...["Kind", "Parser", "__wbg_set_wasm", "any name", "hidden", "later", "other", "shown"],
  ]);
  assert.ok(glue.Parser.of() instanceof glue.Parser);
  assert.equal(await glue.later(), 1);
  assert.deepEqual([glue.Kind.A, glue.other, glue.shown(), glue["any name"]()], [0, 2, 3, 3]);
});

test("leaves the word export alone where it is text", async () => {
  const { createGlue } = await evaluate(`// export function no() {}
export function text() { return \`export function x() {}\`; }
${SETTER}`);
  assert.equal(createGlue().text(), "export function x() {}");
});

for (const [what, statement] of Object.entries({
  "imports another module": 'import { hi } from "./snippets/x.js";',
  "has a default export": "export default 1;",
  "re-exports another module": 'export * from "./x.js";',
  "exports something that is neither": "export let changing = 1;",
  "exports a destructured constant": "export const { a } = { a: 1 };",
})) {
  test(`refuses glue that ${what}, with the line`, () => {
    assert.throws(
      () => asFactory(`\n${statement}\n${SETTER}`, "glue.js"),
      (error) => {
        assert.ok(error.message.startsWith("glue.js:2: "), error.message);
        assert.ok(error.message.includes(what), error.message);
        return true;
      },
    );
  });
}

test("refuses glue without the setter", () => {
  assert.throws(() => asFactory("export function x() {}", "glue.js"), /does not export __wbg_set_wasm/);
});

test("what callers write may be undefined where it may be left out, and nothing else may", () => {
  const declarations = `
export interface CallOptions {
  needed: string;
  spared?: Record<string, unknown>;
  known?: string | undefined;
}
export interface Transcript { language?: string; }
`;
  assert.equal(
    acceptUndefined(declarations),
    declarations.replace("Record<string, unknown>;", "Record<string, unknown> | undefined;"),
  );
});
