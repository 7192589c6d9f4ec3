// cargo-tests.mjs — the Rust tests: natively, and compiled to wasm in Node and in a browser.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { inProject, NPM_FEATURES } from "../build/paths.mjs";
import { runCommand, wasmToolchain } from "./command.mjs";

const RUNNER = inProject("target", "tools", "bin", "wasm-bindgen-test-runner");

export function nativeTests() {
  return cargo(["test", "--locked"], {});
}

/** @param {"node" | "browser"} place */
export function wasmTests(place) {
  const tests = wasmTestTargets();
  if (tests.length === 0) return Promise.resolve({ state: "FAILED", note: "no source has a wasm_bindgen_test" });
  const environment = {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: RUNNER,
    // The runner's own patience, 20 seconds, is short for a busy machine that starts a browser.
    WASM_BINDGEN_TEST_TIMEOUT: "120",
    ...(place === "browser" ? { WASM_BINDGEN_USE_BROWSER: "1" } : {}),
  };
  const target = ["--target", "wasm32-unknown-unknown", "--features", NPM_FEATURES];
  return cargo([...wasmToolchain(), "test", "--locked", ...target, ...tests], environment);
}

/** What cargo has to be asked for: the rest of the tests is for this machine and would not even compile. */
function wasmTestTargets() {
  const hasTests = (path) => /\bwasm_bindgen_test\b/.test(readFileSync(path, "utf8"));
  const files = globSync(inProject("tests", "*.rs")).filter(hasTests);
  const library = globSync(inProject("src", "**", "*.rs")).some(hasTests) ? ["--lib"] : [];
  return [...library, ...files.flatMap((path) => ["--test", basename(path, ".rs")])];
}

/** @param {string[]} parameters @param {Record<string, string>} environment */
async function cargo(parameters, environment) {
  const { code, output } = await runCommand("cargo", parameters, { environment });
  const results = [...output.matchAll(/test result: \S+ (\d+) passed; (\d+) failed(?:; (\d+) ignored)?/g)];
  const sum = (column) => results.reduce((total, result) => total + Number(result[column] ?? 0), 0);
  const counts = `${sum(1)} tests${sum(3) > 0 ? `, ${sum(3)} ignored` : ""}`;
  if (code !== 0)
    return {
      state: "FAILED",
      note: sum(2) > 0 ? `${sum(2)} of ${sum(1) + sum(2)} tests` : `cargo ended with code ${code}`,
    };
  // A filter or an attribute gone wrong runs nothing and calls it a success.
  if (sum(1) === 0) return { state: "FAILED", note: "no test ran" };
  return { state: "passed", note: counts };
}
