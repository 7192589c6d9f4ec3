// Builds the page into www/dist: bundles src/main.ts with the package, copies the static files and the sample.
// Usage: node www/build.mjs [--package path/to/index.js]

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

const STATIC_FILES = ["index.html", "style.css", "icon.svg", "_headers"];
const SAMPLES = ["jfk.wav"];
const WORKLET = "microphone-worklet.js";

/**
 * @param {{ packageEntry?: string, outputDirectory?: string }} [options]
 * @returns {Promise<string>} the folder with the finished page
 */
export async function buildPage(options = {}) {
  const packageEntry = options.packageEntry ?? join(root, "dist", "index.js");
  const outputDirectory = options.outputDirectory ?? join(here, "dist");
  if (!existsSync(packageEntry)) {
    throw new Error(`The page needs the built package, and ${packageEntry} is not there. Run "npm run build" first.`);
  }

  const bundle = await build({
    entryPoints: [join(here, "src", "main.ts")],
    outdir: outputDirectory,
    bundle: true,
    // The package (with its wasm) is a chunk of its own: the page can be used before that has arrived.
    splitting: true,
    chunkNames: "chunk-[hash]",
    format: "esm",
    target: ["chrome115", "firefox115", "safari16.4"],
    minify: true,
    sourcemap: true,
    write: false,
    alias: {
      "dashscope-asr": packageEntry,
      "dashscope-asr/microphone": join(dirname(packageEntry), "microphone.js"),
      "dashscope-asr/recorder": join(dirname(packageEntry), "recorder.js"),
    },
    // The compiler's paths are for types.
    tsconfigRaw: {},
    logLevel: "warning",
  });

  const files = new Map(bundle.outputFiles.map((file) => [relative(outputDirectory, file.path), file.contents]));
  for (const name of STATIC_FILES) files.set(name, await readFile(join(here, "src", name)));
  // Named by its address, which is that of the script that asks for it.
  files.set(WORKLET, await readFile(join(dirname(packageEntry), WORKLET)));
  for (const name of SAMPLES) {
    files.set(join("samples", name), await readFile(join(root, "tests", "fixtures", "speech", name)));
  }
  await writeChanged(outputDirectory, files);
  return outputDirectory;
}

/**
 * Replaces only what differs, each file in one step: another process may be serving the same folder, for example when
 * several test files run at once.
 */
async function writeChanged(directory, files) {
  await mkdir(join(directory, "samples"), { recursive: true });
  for (const [name, contents] of files) {
    const path = join(directory, name);
    const present = await readFile(path).catch(() => undefined);
    if (present && Buffer.compare(present, contents) === 0) continue;
    const temporary = join(here, `.writing-${process.pid}-${name.replaceAll("/", "-")}`);
    await writeFile(temporary, contents);
    await rename(temporary, path);
  }
  for (const name of await readdir(directory, { recursive: true })) {
    if (!files.has(name) && name !== "samples") await rm(join(directory, name), { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const at = process.argv.indexOf("--package");
  const output = await buildPage(at > 0 ? { packageEntry: process.argv[at + 1] } : {});
  console.log(`page built in ${output}`);
}
