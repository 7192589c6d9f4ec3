// groups.mjs — the test groups, in the order in which a mistake is found soonest.
//
// A group with a folder exists as soon as the folder does; from then on, having no tests in it is a failure.
// `needs` names the parts of scripts/setup.sh beyond a compiler; `build: false` says that the group does without dist/; those that
// compile run one after the other beside all others; `byTheClock` is explained in node-tests.mjs;
// `wants` names what it is skipped without and nobody installs unasked: browsers of half a gigabyte, for `npm run test:browsers`.
import { nativeTests, wasmTests, webTests } from "./cargo-tests.mjs";
import { lint } from "./lint.mjs";
import { nodeTests } from "./node-tests.mjs";

/** @typedef {import("./summary.mjs").Outcome} Outcome */

/**
 * @param {string} name
 * @param {string} about
 * @param {string[]} [needs]
 * @param {{ build?: boolean, compiles?: boolean, byTheClock?: boolean, together?: number }} [more] `together`: how many of its files run at
 *   a time, where they mostly wait
 */
function folder(name, about, needs, { together, byTheClock, ...more } = {}) {
  const run = () => nodeTests(`tests/${name}`, { together, byTheClock });
  return { name, about, needs, ...more, folder: `tests/${name}`, run };
}

/** @param {string} name of a further browser @param {string} about */
function furtherBrowser(name, about) {
  const group = { name, about, needs: ["model", "ffmpeg"], wants: [name], folder: `tests/browsers/${name}` };
  return { ...group, run: () => nodeTests(group.folder, { byTheClock: true }) };
}

/** @type {{ name: string, about: string, needs?: string[], wants?: string[], folder?: string, build?: boolean, compiles?: boolean, run: () => Promise<Outcome> }[]} */
export const groups = [
  {
    name: "lint",
    about: "formatting, lints, types, package metadata, sizes",
    needs: ["rust-components"],
    compiles: true,
    run: lint,
  },
  folder("scripts", "set-up and the running of tests themselves", [], { build: false }),
  { name: "native", about: "the Rust core on this machine", build: false, compiles: true, run: nativeTests },
  { name: "wasm-node", about: "the wasm boundary in Node", build: false, compiles: true, run: () => wasmTests("node") },
  {
    name: "wasm-browser",
    about: "the wasm boundary in headless Chromium",
    needs: ["browser"],
    build: false,
    compiles: true,
    run: () => wasmTests("browser"),
  },
  {
    name: "web-node",
    about: "the client for Rust apps in Node",
    build: false,
    compiles: true,
    run: () => webTests("node"),
  },
  {
    name: "web-browser",
    about: "the client for Rust apps in headless Chromium",
    needs: ["browser"],
    build: false,
    compiles: true,
    run: () => webTests("browser"),
  },
  folder("js", "the JavaScript face and the build", ["browser"]),
  folder("media", "types and lengths of real files, beside ffprobe's", ["ffmpeg"], { build: false, compiles: true }),
  folder("client", "the client of the package, call by call", ["ffmpeg"], { together: 2 }),
  folder(
    "live",
    "words while they are spoken, in Node and a page, also when the connection is cut",
    ["browser", "model", "ffmpeg"],
    { together: 2, byTheClock: true },
  ),
  folder("microphone", "what a microphone gives, in Chromium", ["browser", "model", "ffmpeg"], { byTheClock: true }),
  folder("sound", "recordings probed, converted and cut, beside ffmpeg, in Node and a page", ["browser", "ffmpeg"]),
  folder("ai-sdk", "the models in the AI SDK's own transcribe()", ["model", "ffmpeg"]),
  folder("fixtures", "the measures that other tests judge with", [], { build: false }),
  folder("emulator", "the emulator by itself", ["model", "ffmpeg"], { build: false }),
  folder("conformance", "official SDKs against the emulator", ["model", "ffmpeg", "python"], {
    build: false,
    together: 2,
  }),
  folder("workerd", "the package in Cloudflare's runtime", ["model", "ffmpeg"]),
  folder(
    "edge",
    "the edge function of the demo site in Cloudflare's runtime",
    ["browser", "model", "ffmpeg", "python"],
    { together: 2 },
  ),
  folder("long", "long recordings in a Worker that is killed half way", ["model", "ffmpeg"]),
  folder("split", "long recordings in pieces, in Node and a page", ["browser", "model", "ffmpeg"], { together: 2 }),
  folder("rust", "programs in Rust: a guest, a Worker, a page, the README", ["browser", "model", "ffmpeg"], {
    build: false,
    compiles: true,
    byTheClock: true,
  }),
  folder("types", "the published types as users compile them"),
  folder("packaging", "the packed package in bundlers and runtimes", ["browser"]),
  folder("bench", "the benchmarks run through", ["browser", "model", "ffmpeg"]),
  folder("readme", "every snippet of the README", ["browser", "model", "ffmpeg"]),
  folder("voice-note", "voice notes in headless Chromium: recorder, element, hooks", ["browser", "ffmpeg"], {
    together: 2,
    byTheClock: true,
  }),
  folder("start", "npm start, from the command to Ctrl-C", ["model", "ffmpeg"]),
  furtherBrowser("firefox", "the demo site and the package in Firefox"),
  furtherBrowser("webkit", "the demo site and the package in WebKitGTK, Safari's engine"),
  folder("www", "the demo site in headless Chromium", ["browser", "model", "ffmpeg"], {
    together: 2,
    byTheClock: true,
  }),
];
