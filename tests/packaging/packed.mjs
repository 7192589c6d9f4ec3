// The package as users get it: `npm pack` of this project, unpacked into a node_modules folder, and projects beside it.
//
// Every state of the package gets a folder of its own, so that it is packed once however many tests ask, side by side.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { DIST, inProject, project } from "../../scripts/build/paths.mjs";

const run = promisify(execFile);

const HOME = inProject("target", "packed");

/** What a folder holds that nobody needs any more. */
const OLD_MS = 24 * 3600 * 1000;

/**
 * @typedef {object} Packed
 * @property {string} tarball
 * @property {string} folder where projects go that use the package
 * @property {string} root the unpacked package
 */

/** @returns {Promise<Packed>} */
export async function packed() {
  if (!existsSync(join(DIST, "index.js"))) throw new Error("there is no dist/; run: npm run build");
  const folder = join(HOME, fingerprint());
  if (!existsSync(folder)) await pack(folder);
  const [tarball] = globSync(join(folder, "*.tgz"));
  return { tarball, folder, root: join(folder, "node_modules", "dashscope-asr") };
}

/** Whatever may end up in the tarball. */
function fingerprint() {
  const files = ["package.json", "README.md", "CHANGELOG.md", "LICENSE"].map((name) => inProject(name));
  const hash = createHash("sha256");
  for (const path of [...files, ...globSync(join(DIST, "**", "*")).sort()]) {
    if (!existsSync(path) || !statSync(path).isFile()) continue;
    hash.update(`${path.slice(project.length)}\n`).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 12);
}

/** @param {string} folder */
async function pack(folder) {
  discardOld();
  const draft = `${folder}.${process.pid}`;
  const root = join(draft, "node_modules", "dashscope-asr");
  mkdirSync(root, { recursive: true });
  // --ignore-scripts: the package was built a moment ago.
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", draft], { cwd: project });
  const [tarball] = globSync(join(draft, "*.tgz"));
  await run("tar", ["-xzf", tarball, "-C", root, "--strip-components=1"]);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another test file was faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function discardOld() {
  for (const path of globSync(join(HOME, "*"))) {
    if (Date.now() - statSync(path).mtimeMs > OLD_MS) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * A project of its own that has the package installed.
 *
 * @param {string} name
 * @param {Record<string, string | Uint8Array>} files path in the project → content
 * @param {Record<string, unknown>} [manifest] more members of its package.json
 * @returns {Promise<string>} its folder
 */
export async function createProject(name, files, manifest = { type: "module" }) {
  const { folder } = await packed();
  const home = join(folder, "projects", name);
  rmSync(home, { recursive: true, force: true });
  // Without a package.json of its own, the nearest one would be ours, and "dashscope-asr" would mean our working folder.
  const all = { "package.json": JSON.stringify({ name, private: true, ...manifest }), ...files };
  for (const [path, content] of Object.entries(all)) {
    const target = join(home, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  return home;
}
