// headers.mjs — does every script and module of TypeScript say in its first line what it is?
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { inProject, project } from "../build/paths.mjs";

/** @returns {string[]} the files that do not */
export function filesWithoutHeader() {
  const listed = execFileSync("git", ["ls-files", "-z", "*.ts", "*.mjs"], { cwd: project, encoding: "utf8" });
  return listed.split("\0").filter((name) => name && existsSync(inProject(name)) && !hasHeader(name));
}

/** @param {string} name */
function hasHeader(name) {
  const [first = "", second = ""] = readFileSync(inProject(name), "utf8").split("\n");
  return /^\/\/ \S/.test(first.startsWith("#!") ? second : first) || first.startsWith("/**");
}
