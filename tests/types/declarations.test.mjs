// What the published declarations say, as text.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";
import { DIST } from "../../scripts/build/paths.mjs";
import { approved, published } from "./snapshot.mjs";

const ADVICE = "the API changed; if that is meant: node tests/types/update-snapshot.mjs, and commit the snapshot";

test("they are the approved ones", () => {
  const [now, then] = [published(), approved()].map((text) => text.split("\n"));
  const changes = [
    ...then.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !then.includes(line)).map((line) => `+ ${line}`),
  ];
  if (published() !== approved()) assert.fail([ADVICE, ...changes].join("\n"));
});

const source = (name) =>
  ts.createSourceFile(name, readFileSync(`${DIST}/${name}`, "utf8"), ts.ScriptTarget.Latest, true);

const isExported = (node) =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

const nameOf = (node) => (node.declarationList?.declarations[0] ?? node).name?.getText();

const exportsOf = (name) => source(name).statements.filter(isExported).map(nameOf).sort();

test("the slim entry has everything the main one has, and init", () => {
  const main = exportsOf("index.d.ts");
  assert.ok(main.length > 40);
  assert.deepEqual(exportsOf("slim.d.ts"), [...main, "WasmInput", "init"].sort());
});

const ENTRIES = [
  "index.d.ts",
  "ai-sdk.d.ts",
  "cloudflare-voice.d.ts",
  "microphone.d.ts",
  "speech-recognition.d.ts",
  "recorder.d.ts",
  "voice-note.d.ts",
  "react.d.ts",
];

test("nothing that users see is without a name that they can import", () => {
  const known = ENTRIES.flatMap(exportsOf);
  const hidden = ENTRIES.flatMap((name) =>
    source(name).statements.filter((statement) => !isExported(statement) && !known.includes(nameOf(statement))),
  );
  // The platform's own types are imported by nobody, nor what is added to the modules of others.
  const named = hidden.filter((node) => nameOf(node) && !ts.isModuleDeclaration(node));
  const ours = named.filter((node) => !/[=:] ((typeof )?globalThis\.|Platform)/.test(node.getText()));
  assert.deepEqual(ours.map(nameOf), []);
});

test("everything exported, and every member, says what it is", () => {
  const silent = [];
  const visit = (node, path) => {
    const documented = ts.getJSDocCommentsAndTags(node).some((comment) => comment.getText().length > 8);
    const name = nameOf(node);
    // A constructor is described by its class, a setter by its getter.
    if (
      name &&
      !documented &&
      !ts.isSetAccessor(node) &&
      !ts.isPrivateIdentifier(node.name ?? node) &&
      name !== "#private" &&
      !name.startsWith("[")
    ) {
      silent.push([...path, name].join("."));
    }
    for (const member of node.members ?? []) visit(member, [...path, name]);
  };
  for (const node of ENTRIES.flatMap((name) => source(name).statements.filter(isExported))) visit(node, []);
  assert.deepEqual(silent, []);
});

test("no `any` in what users see", () => {
  const found = [];
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(node.parent.getText());
    ts.forEachChild(node, visit);
  };
  for (const node of ENTRIES.flatMap((name) => source(name).statements.filter(isExported))) visit(node);
  assert.deepEqual(found, []);
});
