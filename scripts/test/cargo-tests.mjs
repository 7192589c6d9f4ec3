// cargo-tests.mjs — the Rust tests: natively, and compiled to wasm in Node and in a browser.
import { inProject, NPM_FEATURES } from "../build/paths.mjs";
import { runCommand, wasmToolchain } from "./command.mjs";

const RUNNER = inProject("target", "tools", "bin", "wasm-bindgen-test-runner");

/** Connections are cut at every byte, and recordings at every sample: 35 seconds of that with a little optimisation, 170 without. */
export function nativeTests() {
  return cargo(["test", "--locked", "--features", "sound"], { CARGO_PROFILE_TEST_OPT_LEVEL: "1" });
}

/** @param {"node" | "browser"} place */
export function wasmTests(place) {
  return runWasm(place, ["--lib", "--features", NPM_FEATURES], {});
}

/** The client for Rust apps, against an emulator that hears always the same. @param {"node" | "browser"} place */
export async function webTests(place) {
  const { createScriptedRecogniser } = await import("../../tests/emulator/recogniser/scripted.mjs");
  const { startEmulator } = await import("../../tests/emulator/server.mjs");
  const { startRelay } = await import("../../tests/web/relay.mjs");
  // As in tests/web.rs. Silence is silence all the same.
  const heard = (samples) =>
    samples.some((sample) => Math.abs(sample) > 0.01) ? "Ask not, 你好 🎤, what country." : "";
  const emulator = await startEmulator({ recogniser: createScriptedRecogniser(heard) });
  const relay = place === "browser" ? await startRelay(emulator.url) : undefined;
  try {
    const addresses = {
      DASHSCOPE_ASR_EMULATOR: relay?.url ?? emulator.url,
      DASHSCOPE_ASR_EMULATOR_SOCKETS: emulator.url,
    };
    return await runWasm(place, ["--test", "web", "--features", "web"], addresses);
  } finally {
    relay?.close();
    await emulator.close();
  }
}

/** @param {"node" | "browser"} place @param {string[]} what @param {Record<string, string>} more */
function runWasm(place, what, more) {
  const environment = {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: RUNNER,
    // The runner's own patience, 20 seconds, is short for a busy machine that starts a browser.
    WASM_BINDGEN_TEST_TIMEOUT: "120",
    ...(place === "browser" ? { WASM_BINDGEN_USE_BROWSER: "1" } : {}),
    ...more,
  };
  const target = ["--target", "wasm32-unknown-unknown"];
  return cargo([...wasmToolchain(), "test", "--locked", ...target, ...what], environment);
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
