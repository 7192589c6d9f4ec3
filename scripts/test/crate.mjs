// crate.mjs — what `cargo package` would put into the crate, without building it: the library, its docs, and nothing else.
import { runCommand } from "./command.mjs";

/** What a crate of ours consists of; cargo adds what it writes itself. */
const WANTED =
  /^(src\/[\w/]+\.rs|docs\/[\w/-]+\.md|(README|CHANGELOG|ARCHITECTURE)\.md|LICENSE|Cargo\.(toml|lock|toml\.orig)|\.cargo_vcs_info\.json)$/;

/** What the README leads to, and what cargo needs. */
const NEEDED = ["src/lib.rs", "src/web.rs", "README.md", "CHANGELOG.md", "LICENSE", "docs/protocol.md", "Cargo.toml"];

/** What cargo warns about and is meant so: tests and examples stay here, and there is no public address of the repository yet. */
const EXPECTED = /^(ignoring (test|example) |manifest has no documentation, homepage or repository)/;

/** @returns {Promise<string[]>} what is wrong with the crate, in words */
export async function crateProblems() {
  const parameters = ["package", "--locked", "--allow-dirty", "--no-verify"];
  const { code, output } = await runCommand("cargo", [...parameters, "--list"], { quiet: true });
  if (code !== 0) return ["cargo package --list failed"];
  const files = output.split("\n").filter((line) => line && !/^(warning:| +[|=])/.test(line));
  const problems = files.filter((name) => !WANTED.test(name)).map((name) => `${name} has no place in the crate`);
  problems.push(...NEEDED.filter((name) => !files.includes(name)).map((name) => `${name} is missing`));
  const packed = await runCommand("cargo", parameters, { quiet: true });
  if (packed.code !== 0) problems.push("cargo package failed");
  for (const [, words] of packed.output.matchAll(/^warning: (.*)$/gm)) if (!EXPECTED.test(words)) problems.push(words);
  return problems;
}
