// npm-packages.mjs — exits 0 when node_modules holds what package-lock.json names, 1 when `npm ci` is needed (saying why).
// It runs before the packages exist, on whatever Node started us: only Node's own modules, no newer syntax than Node 20.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));

/** The first difference between the lock file and what npm wrote down after the last installation, in words. */
function difference() {
  if (!existsSync(new URL("../node_modules/.package-lock.json", import.meta.url))) return "not installed yet";
  const installed = read("node_modules/.package-lock.json").packages;
  for (const [path, wanted] of Object.entries(read("package-lock.json").packages)) {
    const present = installed[path];
    // "" is the project itself; an absent optional package is one for another platform.
    if (path === "" || (!present && wanted.optional)) continue;
    if (!present) return `${path} is missing`;
    if (present.version !== wanted.version) return `${path} is ${present.version}, not ${wanted.version}`;
  }
  return programThatDoesNotRun();
}

/**
 * Three packages fetch or link their program in an install script. Where scripts are switched off, the package is there and
 * the program is not, which would show much later and look like something else.
 */
function programThatDoesNotRun() {
  const wantedNode = read("package.json").devDependencies.node;
  for (const [name, expected] of [
    ["node", `v${wantedNode}`],
    ["esbuild", ""],
    ["workerd", ""],
  ]) {
    const program = new URL(`../node_modules/.bin/${name}`, import.meta.url).pathname;
    try {
      const version = execFileSync(program, ["--version"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
      if (!version.includes(expected)) return `node_modules/.bin/${name} is ${version}, not ${expected}`;
    } catch {
      return `node_modules/.bin/${name} does not run: its install script did not`;
    }
  }
  return undefined;
}

const reason = difference();
if (reason) {
  console.log(reason);
  process.exitCode = 1;
}
