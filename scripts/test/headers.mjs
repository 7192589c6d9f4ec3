// headers.mjs — does every script and module of TypeScript say in its first line what it is?
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { inProject, project } from "../build/paths.mjs";

/** @returns {string[]} the files that do not */
export function filesWithoutHeader() {
  const listed = execFileSync("git", ["ls-files", "-z", "*.ts", "*.mjs"], { cwd: project, encoding: "utf8" });
  const names = listed.split("\0").filter((name) => name && existsSync(inProject(name)));
  return names.filter((name) => !hasHeader(readFileSync(inProject(name), "utf8")));
}

/** The doc comment of a first declaration says what that is, and a word to a tool says nothing. @param {string} text of a file */
export function hasHeader(text) {
  return /^(#!.*\n)?\/\/ (?!biome-|@ts-)\S/.test(text);
}
