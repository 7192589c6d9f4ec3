// The blocks of README.md in Rust, each a module of one crate, compiled for wasm32 with the dependencies that README.md names.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inProject } from "../../scripts/build/paths.mjs";
import { block, blocks } from "../readme/blocks.mjs";
import { compileProgram } from "./cargo.mjs";

const all = blocks().filter(({ language }) => language === "rust");

/** The block's own words, but for where the library is. */
const dependencies = () => {
  const { code } = block("toml");
  const clone = 'path = "../dashscope-asr"';
  assert.ok(code.includes(clone));
  return code.replace(clone, `path = ${JSON.stringify(inProject())}`);
};

const MANIFEST = `
[package]
name = "readme"
version = "0.0.0"
edition = "2024"

[workspace]
`;

describe("README.md", { timeout: 600_000 }, () => {
  let folder;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "readme-rust-"));
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "Cargo.toml"), `${MANIFEST}\n${dependencies()}`);
    copyFileSync(inProject("examples", "rust-worker", "Cargo.lock"), join(folder, "Cargo.lock"));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  test("its blocks in Rust compile, without a warning beyond unused functions", async () => {
    assert.ok(all.length >= 6, `${all.length} blocks`);
    const modules = all.map(({ line, code }) => {
      writeFileSync(join(folder, "src", `line_${line}.rs`), code);
      return `mod line_${line};\n`;
    });
    writeFileSync(
      join(folder, "src", "lib.rs"),
      `#![deny(warnings)]\n#![allow(dead_code, reason = "they are shown, not called")]\n${modules.join("")}`,
    );
    await compileProgram(folder);
  });
});
