// wasm.mjs — cargo, wasm-bindgen and wasm-opt: from the crate to a .wasm file for each part, and its glue.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { shortenImports } from "./import-names.mjs";
import { bindgen, CRATE, DIST, importNames, inProject, PART_NAMES, PARTS, project, wasmFile } from "./paths.mjs";
import { step } from "./step.mjs";

const TARGET = "wasm32-unknown-unknown";

/** What this module may use: rustc's defaults for the target and SIMD. Every browser since 2023 has them. */
const FEATURES = [
  "bulk-memory",
  "bulk-memory-opt",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
].map((name) => `--enable-${name}`);

const OPTIMISE = [
  // Twice: the second time finds what the first one made possible, 100 bytes.
  "-O3",
  "-O3",
  // Large functions with one caller are alike, which gzip sees as long as they stay by themselves: 3 % less.
  "--one-caller-inline-max-function-size=30",
  "--always-inline-max-function-size=3",
  "--flexible-inline-max-function-size=0",
  // Constants are added to addresses where they are used. True as long as nothing lies in the first kilobyte: rustc puts the end of
  // the stack there, which grows downwards. 150 bytes of `core`.
  "--low-memory-unused",
  ...FEATURES,
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
];

/** What rustc is told of our own crate in a part. Sound is millions of samples: five times as fast, a tenth larger. */
const COMPILE = { sound: ["--", "-Copt-level=3"] };

/** What a part is made of, beside the version of the compiler. */
const CRATE_FILES = ["src/**/*.rs", "Cargo.toml", "Cargo.lock", ".cargo/config.toml"].map((path) => inProject(path));

export async function buildWasm() {
  const toolchain = rememberedToolchain();
  const compiler = versionOf(toolchain);
  const finished = [];
  for (const part of PART_NAMES) {
    // One after the other: they share the dependencies, and the folder that cargo locks.
    await compile(part, toolchain, compiler);
    const rest = finish(part);
    rest.catch(() => {}); // it is heard below
    finished.push(rest);
  }
  await Promise.all(finished);
}

/** @param {import("./paths.mjs").Part} part @param {string} toolchain @param {unknown} compiler */
async function compile(part, toolchain, compiler) {
  const { compiled } = filesOf(part);
  // Cargo writes every part to the same place, so it would compile each anew whenever it were asked.
  await step(
    `${part}: cargo`,
    { inputs: CRATE_FILES, outputs: [compiled], settings: [compiler, COMPILE[part]] },
    async () => {
      // A library to everybody else; only here it is a module by itself.
      const options = ["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", TARGET, "--locked"];
      options.push("--features", `npm-${part}`, ...(COMPILE[part] ?? []));
      await run("cargo", toolchain ? [`+${toolchain}`, ...options] : options);
      mkdirSync(dirname(compiled), { recursive: true });
      copyFileSync(inProject("target", TARGET, "release", `${CRATE}.wasm`), compiled);
    },
  );
}

/** From what cargo made to the published module. @param {import("./paths.mjs").Part} part */
async function finish(part) {
  const { compiled, bound, optimised, published } = filesOf(part);
  const glue = [bindgen(part, "_bg.js"), bindgen(part, ".d.ts")];
  await step(`${part}: wasm-bindgen`, { inputs: [compiled], outputs: [bound, ...glue] }, async () => {
    rmSync(bindgen(part), { recursive: true, force: true });
    // Only the glue of `bundler` leaves the instantiation to us, and all targets have the same .wasm.
    const cut = ["--remove-name-section", "--remove-producers-section"];
    const place = ["--out-dir", bindgen(part), "--out-name", PARTS[part]];
    await run(inProject("target", "tools", "bin", "wasm-bindgen"), ["--target", "bundler", ...cut, ...place, compiled]);
  });
  await step(`${part}: wasm-opt`, { inputs: [bound], outputs: [optimised], settings: OPTIMISE }, async () => {
    await run(inProject("node_modules", ".bin", "wasm-opt"), [...OPTIMISE, bound, "-o", optimised]);
  });
  await step(`${part}: import names`, { inputs: [optimised], outputs: [published, importNames(part)] }, () => {
    const { module, ...imports } = shortenImports(readFileSync(optimised));
    mkdirSync(DIST, { recursive: true });
    writeFileSync(published, module);
    writeFileSync(importNames(part), JSON.stringify(imports, null, 2));
  });
}

/** @param {import("./paths.mjs").Part} part */
function filesOf(part) {
  return {
    compiled: inProject("target", "modules", `${PARTS[part]}.wasm`),
    bound: bindgen(part, "_bg.wasm"),
    optimised: bindgen(part, "_opt.wasm"),
    published: `${DIST}/${wasmFile(part)}`,
  };
}

/** What scripts/wasm-target.sh found to be usable; empty: the default one. */
function rememberedToolchain() {
  const remembered = inProject("target", "wasm-toolchain");
  if (!existsSync(remembered)) throw new Error("the wasm32 target is not set up; run: npm run setup");
  return readFileSync(remembered, "utf8").trim();
}

/** @param {string} toolchain */
function versionOf(toolchain) {
  const { stdout } = spawnSync("rustc", [...(toolchain ? [`+${toolchain}`] : []), "-vV"], { encoding: "utf8" });
  return [toolchain, stdout, process.env.RUSTFLAGS];
}

/** Panic messages name source files; where those lie on this machine is nobody's business, and takes space. */
function withoutPaths() {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const registry = globSync(join(cargoHome, "registry", "src", "*"));
  const prefixes = [...registry.map((path) => `${path}/=`), `${project}=`];
  return {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: prefixes.map((pair) => `--remap-path-prefix=${pair}`).join(" "),
  };
}

/** @param {string} program @param {string[]} parameters @returns {Promise<void>} */
function run(program, parameters) {
  const environment = { ...process.env, CARGO_TARGET_DIR: inProject("target"), ...withoutPaths() };
  const child = spawn(program, parameters, { cwd: project, env: environment, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", ({ message }) =>
      reject(new Error(`${program} could not be started (${message}); run: npm run setup`)),
    );
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${signal ?? `code ${code}`}; its own words are above`));
    });
  });
}
