// cargo.mjs — Rust programs that depend on the library, built as their authors do it: cargo, then wasm-bindgen.
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { inProject } from "../../scripts/build/paths.mjs";
import { wasmToolchain } from "../../scripts/test/command.mjs";

const run = promisify(execFile);

/** What they compile is the same for all of them, and nobody wants it in the library's own folder. */
const TARGET_FOLDER = inProject("target", "rust-apps");

/** Nobody debugs them, and 70 MB of what a debugger would want take a fifth of the time in which the page is made. */
const ENVIRONMENT = { CARGO_TARGET_DIR: TARGET_FOLDER, CARGO_PROFILE_DEV_DEBUG: "0" };

const WASM = "wasm32-unknown-unknown";

/**
 * @param {string} folder with the program's Cargo.toml
 * @param {string} name of the program, as the file that cargo writes has it
 * @param {"nodejs" | "web" | "bundler"} kind what wasm-bindgen makes of it
 * @param {string[]} [options] for cargo
 * @returns {Promise<string>} the folder with glue, types and module
 */
export async function buildProgram(folder, name, kind, options = []) {
  await compileProgram(folder, options);
  const out = join(TARGET_FOLDER, "out", `${name}-${kind}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const made = join(TARGET_FOLDER, WASM, "debug", `${name}.wasm`);
  const bindgen = inProject("target", "tools", "bin", "wasm-bindgen");
  await run(bindgen, ["--target", kind, "--out-dir", out, "--out-name", "app", made]);
  // The glue for Node is CommonJS, whatever the folders above it are.
  writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }');
  return out;
}

/**
 * Compiles a program for wasm32. What is wrong is told as cargo tells it.
 * @param {string} folder with the program's Cargo.toml
 * @param {string[]} [options] for cargo
 */
export async function compileProgram(folder, options = []) {
  const environment = { ...process.env, ...ENVIRONMENT };
  const parameters = [...wasmToolchain(), "build", "--target", WASM, ...options];
  await run("cargo", parameters, { cwd: folder, env: environment, maxBuffer: 1 << 26 });
}
