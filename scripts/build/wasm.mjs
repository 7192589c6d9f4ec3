// wasm.mjs — cargo, wasm-bindgen and wasm-opt: from the crate to one .wasm file and its glue.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { shortenImports } from "./import-names.mjs";
import { BINDGEN, DIST, IMPORT_NAMES, inProject, MODULE, project } from "./paths.mjs";
import { step } from "./step.mjs";

const TARGET = "wasm32-unknown-unknown";
const COMPILED = inProject("target", TARGET, "release", `${MODULE}.wasm`);

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

const OPTIMISE = ["-O3", ...FEATURES, "--strip-debug", "--strip-producers", "--strip-target-features"];

export async function buildWasm() {
  compile();
  await step(
    "wasm-bindgen",
    { inputs: [COMPILED], outputs: [inBindgen("_bg.js"), inBindgen("_bg.wasm"), inBindgen(".d.ts")] },
    () => {
      rmSync(BINDGEN, { recursive: true, force: true });
      // Only the glue of `bundler` leaves the instantiation to us, and all targets have the same .wasm.
      const options = [
        "--target",
        "bundler",
        "--remove-name-section",
        "--remove-producers-section",
        "--out-dir",
        BINDGEN,
      ];
      run(inProject("target", "tools", "bin", "wasm-bindgen"), [...options, COMPILED]);
    },
  );
  await step("wasm-opt", { inputs: [inBindgen("_bg.wasm")], outputs: [optimised()], settings: OPTIMISE }, () => {
    mkdirSync(DIST, { recursive: true });
    run(inProject("node_modules", ".bin", "wasm-opt"), [...OPTIMISE, inBindgen("_bg.wasm"), "-o", optimised()]);
  });
  await step("import names", { inputs: [optimised()], outputs: [published(), IMPORT_NAMES] }, () => {
    const { module, names } = shortenImports(readFileSync(optimised()));
    writeFileSync(published(), module);
    writeFileSync(IMPORT_NAMES, JSON.stringify(names, null, 2));
  });
}

/** Always asked: cargo knows best what is current, and says so in a fraction of a second. */
function compile() {
  const remembered = inProject("target", "wasm-toolchain");
  if (!existsSync(remembered)) throw new Error("the wasm32 target is not set up; run: npm run setup");
  const toolchain = readFileSync(remembered, "utf8").trim();
  const options = ["build", "--release", "--lib", "--target", TARGET, "--locked"];
  run("cargo", toolchain ? [`+${toolchain}`, ...options] : options);
}

/** @param {string} ending */
function inBindgen(ending) {
  return `${BINDGEN}/${MODULE}${ending}`;
}

function optimised() {
  return inBindgen("_opt.wasm");
}

function published() {
  return `${DIST}/${MODULE}_bg.wasm`;
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

/** @param {string} program @param {string[]} parameters */
function run(program, parameters) {
  const environment = { ...process.env, CARGO_TARGET_DIR: inProject("target"), ...withoutPaths() };
  const { status, error } = spawnSync(program, parameters, { cwd: project, env: environment, stdio: "inherit" });
  if (error) throw new Error(`${program} could not be started (${error.message}); run: npm run setup`);
  if (status !== 0) throw new Error(`${program} ended with code ${status}; its own words are above`);
}
