// lint.mjs — everything that judges without running the product. All checks run, so that one round shows all mistakes.
import { existsSync, globSync, mkdirSync, rmSync } from "node:fs";
import { BESIDE, inProject, NPM_FEATURES } from "../build/paths.mjs";
import { runCommand, say, wasmToolchain } from "./command.mjs";
import { crateProblems } from "./crate.mjs";
import { filesWithoutHeader } from "./headers.mjs";
import { licenceProblems } from "./licences.mjs";

const binary = (name) => inProject("node_modules", ".bin", name);

/** What nobody imports as a module: bare .wasm files, which attw cannot describe, and a script that is only named by its address. */
const FILE_ENTRYPOINTS = ["./wasm", ...BESIDE.map((part) => `./wasm/${part}`), "./microphone-worklet.js"];

/** Resolution as it was before `exports` existed knows the main entry only, so only that is judged for it. */
const ATTW_RUNS = [
  ["--entrypoints", "."],
  ["--profile", "node16", "--exclude-entrypoints", ...FILE_ENTRYPOINTS],
];

/** Every project of TypeScript files, as far as it exists. */
const TYPESCRIPT_PROJECTS = ["tsconfig.json", "www/tsconfig.json", "www/edge/tsconfig.json"];

/** @returns {Promise<import("./summary.mjs").Outcome>} */
export async function lint() {
  /** @type {string[]} */
  const failed = [];
  const check = async (name, program, parameters, environment = {}) => {
    const began = performance.now();
    const { code } = await runCommand(program, parameters, { environment, quiet: true });
    if (code !== 0) failed.push(name);
    say(`${code === 0 ? "ok    " : "FAILED"} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  };

  await check("rustfmt", "cargo", ["fmt", "--check"]);
  await check("clippy", "cargo", [
    "clippy",
    "--locked",
    "--all-targets",
    "--features",
    "sound",
    "--",
    "-D",
    "warnings",
  ]);
  const wasm = [...wasmToolchain(), "clippy", "--locked", "--target", "wasm32-unknown-unknown"];
  await check("clippy for wasm32", "cargo", [...wasm, "--lib", "--", "-D", "warnings"]);
  const web = ["--lib", "--tests", "--features", "web"];
  await check("clippy for Rust apps", "cargo", [...wasm, ...web, "--", "-D", "warnings"]);
  const npm = ["--lib", "--tests", "--features", NPM_FEATURES];
  await check("clippy for the npm package", "cargo", [...wasm, ...npm, "--", "-D", "warnings"]);
  const doc = ["doc", "--locked", "--no-deps"];
  const strict = { RUSTDOCFLAGS: "-D warnings" };
  await check("cargo doc", "cargo", [...doc, "--features", "sound"], strict);
  const pages = ["--target", "wasm32-unknown-unknown", "--features", "web"];
  await check("cargo doc for wasm32", "cargo", [...wasmToolchain(), ...doc, ...pages], strict);
  const crate = await crateProblems();
  for (const problem of crate) say(`FAILED cargo package: ${problem}`);
  if (crate.length > 0) failed.push("cargo package");
  else say("ok     cargo package");
  await check("biome", binary("biome"), ["check", "--error-on-warnings", "."]);
  for (const path of TYPESCRIPT_PROJECTS.filter((name) => existsSync(inProject(name)))) {
    await check(`tsc ${path}`, binary("tsc"), ["--noEmit", "-p", path]);
  }
  const tarball = await pack();
  await check("publint", binary("publint"), ["run", tarball, "--strict"]);
  for (const run of ATTW_RUNS) {
    await check(`are the types wrong (${run[1]})`, binary("attw"), [tarball, "--no-color", "--no-emoji", ...run]);
  }
  await check("sizes", process.execPath, ["scripts/size.mjs"]);

  const headless = filesWithoutHeader();
  for (const name of headless) say(`FAILED header lines: ${name} does not begin with // and what it is`);
  if (headless.length > 0) failed.push("header lines");
  else say("ok     header lines");

  const licences = await licenceProblems();
  for (const problem of licences) say(`FAILED licences: ${problem}`);
  if (licences.length > 0) failed.push("licences");
  else say("ok     licences");

  return failed.length > 0 ? { state: "FAILED", note: failed.join(", ") } : { state: "passed", note: "" };
}

/** The package as users get it: what is judged is the tarball, not this folder. @returns {Promise<string>} its path */
async function pack() {
  const folder = inProject("target", "pack");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Built a moment ago: --ignore-scripts spares building it once more.
  const { code } = await runCommand("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { quiet: true });
  const [tarball] = globSync(`${folder}/*.tgz`);
  if (code !== 0 || !tarball) throw new Error("npm pack failed");
  return tarball;
}
