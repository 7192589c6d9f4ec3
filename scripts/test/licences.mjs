// licences.mjs — may everything that is compiled into the published module be given away with it?
import { NPM_FEATURES } from "../build/paths.mjs";
import { runCommand } from "./command.mjs";

/** Licences that ask for no more than being named. */
const FREE = new Set([
  "0BSD",
  "Apache-2.0",
  "Apache-2.0 WITH LLVM-exception",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "ISC",
  "MIT",
  "Unicode-3.0",
  "Unlicense",
  "Zlib",
]);

/** An expression is acceptable if one of its alternatives is, and an alternative if all of its parts are. */
function isFree(expression) {
  const alternatives = expression.replaceAll(/[()]/g, "").split(/ OR |\//);
  return alternatives.some((alternative) => alternative.split(" AND ").every((name) => FREE.has(name.trim())));
}

/** @returns {Promise<string[]>} one line for each crate that is not clearly free */
export async function licenceProblems() {
  const target = ["--filter-platform", "wasm32-unknown-unknown"];
  const metadata = await runCommand(
    "cargo",
    ["metadata", "--format-version", "1", "--locked", "--features", NPM_FEATURES, ...target],
    {
      quiet: true,
    },
  );
  if (metadata.code !== 0) return ["cargo metadata failed"];
  const { packages } = JSON.parse(metadata.output.slice(metadata.output.indexOf("{")));
  return packages
    .filter(({ license }) => !license || !isFree(license))
    .map(({ name, version, license }) => `${name} ${version}: ${license ?? "no licence named"}`);
}
