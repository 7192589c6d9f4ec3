// The build's short names for what a module imports: the module works as before, and fits no glue but its own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { shortenImports } from "../../scripts/build/import-names.mjs";
import { DIST, PART_NAMES, wasmFile } from "../../scripts/build/paths.mjs";

/** A length and that many bytes, as WebAssembly writes strings and sections. */
const sized = (bytes) => [bytes.length, ...bytes];
const text = (value) => sized([...Buffer.from(value)]);

/** A module that imports functions without parameters and exports the last of them as `f`. @param {string[]} names */
function importing(...names) {
  const imports = names.flatMap((name) => [...text("./glue_bg.js"), ...text(name), 0, 0]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, ...sized([1, 0x60, 0, 0])],
    ...[2, ...sized([names.length, ...imports])],
    ...[7, ...sized([1, ...text("f"), 0, names.length - 1])],
  ]);
}

const importsOf = (module) => WebAssembly.Module.imports(new WebAssembly.Module(module));

test("each name becomes a short one, the same for the same, and the module calls what it called", () => {
  const { module, namespace, names } = shortenImports(importing("__wbg_first", "__wbg_second", "__wbg_first"));
  assert.deepEqual(names, { __wbg_first: "0", __wbg_second: "1" });
  assert.deepEqual(
    importsOf(module).map((entry) => [entry.module, entry.name]),
    [
      [namespace, "0"],
      [namespace, "1"],
      [namespace, "0"],
    ],
  );
  const called = [];
  const imports = { [namespace]: { 0: () => called.push("first"), 1: () => called.push("second") } };
  new WebAssembly.Instance(new WebAssembly.Module(module), imports).exports.f();
  assert.deepEqual(called, ["first"]);
});

test("the namespace tells modules apart that import other things, and only those", () => {
  const namespaces = [["a", "b"], ["a", "b"], ["b", "a"], ["a"]].map(
    (names) => shortenImports(importing(...names)).namespace,
  );
  assert.equal(namespaces[0], namespaces[1]);
  assert.equal(new Set(namespaces).size, 3);
});

test("the published modules have a namespace each, and names of two letters at most", () => {
  const imports = PART_NAMES.map((part) => importsOf(readFileSync(`${DIST}/${wasmFile(part)}`)));
  const namespaces = imports.map((entries) => new Set(entries.map(({ module }) => module)));
  assert.deepEqual(
    namespaces.map(({ size }) => size),
    PART_NAMES.map(() => 1),
  );
  assert.equal(new Set(namespaces.flatMap((names) => [...names])).size, PART_NAMES.length);
  for (const { name } of imports.flat()) assert.match(name, /^[0-9a-z]{1,2}$/);
});
