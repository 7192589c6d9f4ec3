// What is loaded later does not arrive: the call fails, and the next one asks again, also where that very address is lost.
//
// The server is told to go on refusing an address that it has refused once. So it is the same for every browser, whether it
// remembers a failed import() (the HTML Standard until 2026, whatwg/html#6768) or asks once more.
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as vite from "vite";
import { buildWithEsbuild, buildWithRollup, buildWithWebpack, CHUNKS, PAGE, serveWithVite } from "./bundling.mjs";
import { browserMissing, launchBrowser, outcomeOf, SETTLE } from "./chromium.mjs";
import { createProject, packed } from "./packed.mjs";
import { startService } from "./service.mjs";
import { startSite } from "./site.mjs";

/** Two calls at the same time, then one after the other. */
const WORK = `
import { Transcriber } from "dashscope-asr";
import { settle } from "./settle.js";
const asr = new Transcriber({ baseURL: "/relay" });
const failure = ({ name, code, retryable, cause }) => [name, code, retryable, cause instanceof Error];
const outcome = () => asr.createToken().then(({ token }) => typeof token, failure);
export const work = () => settle(async () => [
  ...(await Promise.all([outcome(), outcome()])),
  await outcome(),
  await outcome(),
]);
`;

const MAIN = `
import { work } from "./work.js";
work().then((outcome) => { globalThis.outcome = outcome; });
`;

const WORKER = `
import { work } from "./work.js";
work().then((outcome) => postMessage(outcome));
`;

const MAIN_OF_WORKER = `
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }) => { globalThis.outcome = data; });
`;

const SLIM = `
import { init } from "dashscope-asr";
await init("/package/dist/dashscope_asr_bg.wasm");
await init("/package/dist/dashscope_asr_files_bg.wasm", "files");
await import("./main.js");
`;

const MODULE = '<script type="module" src="/main.js"></script>';

const importMap = (file, main) => `<script type="importmap" nonce="map">
  { "imports": { "dashscope-asr": "/package/dist/${file}" } }
</script>
<script type="module" src="/${main}"></script>`;

/** @param {string} name @param {string} script of the page @param {Record<string, string>} [files] */
function createPage(name, script, files) {
  return createProject(`lost-${name}`, {
    "index.html": `${PAGE}${script}`,
    "main.js": MAIN,
    "worker.js": WORKER,
    "work.js": WORK,
    "settle.js": SETTLE,
    ...files,
  });
}

async function withoutBundler(file, main = "main.js", files = {}) {
  const folder = await createPage(file, importMap(file, main), files);
  cpSync((await packed()).root, join(folder, "package"), { recursive: true });
  return { folder };
}

async function builtWithVite(name, files, options) {
  const folder = await createPage(name, MODULE, files);
  await vite.build({ root: folder, configFile: false, logLevel: "warn", worker: { format: "es" }, ...options });
  return { folder: join(folder, "dist") };
}

/**
 * How a page comes to be: what is served, and by whom. `loader`: the chunk comes by a loader of the bundler's own, which asks
 * once for each call, always for the same address, and so often for two calls at the same time.
 */
const PAGES = {
  "without a bundler": { create: () => withoutBundler("index.js") },
  "with the slim entry": { create: () => withoutBundler("slim.js", "slim-main.js", { "slim-main.js": SLIM }) },
  esbuild: {
    async create() {
      const folder = await createPage("esbuild", '<script type="module" src="dist/main.js"></script>');
      await buildWithEsbuild(folder, CHUNKS(folder));
      return { folder };
    },
  },
  Rollup: {
    async create() {
      const folder = await createPage("rollup", '<script type="module" src="dist/main.js"></script>');
      await buildWithRollup(folder, { dir: join(folder, "dist"), format: "es" });
      return { folder };
    },
  },
  "Vite, built": { create: () => builtWithVite("vite-build", {}) },
  "Vite, built, in a Web Worker": { create: () => builtWithVite("vite-worker", { "main.js": MAIN_OF_WORKER }) },
  "Vite, in development": {
    async create() {
      const folder = await createPage("vite-dev", MODULE);
      return { folder, ...(await serveWithVite(folder)) };
    },
  },
  webpack: {
    loader: { together: 1 },
    async create() {
      const folder = await createPage("webpack", '<script src="dist/main.js"></script>');
      await buildWithWebpack(folder);
      return { folder };
    },
  },
  "webpack, in a Web Worker": {
    loader: { together: 2 },
    async create() {
      const folder = await createPage("webpack-worker", '<script src="dist/main.js"></script>', {
        "main.js": MAIN_OF_WORKER,
      });
      await buildWithWebpack(folder);
      return { folder };
    },
  },
};

/** What may come in the place of a script. */
const REFUSALS = {
  "an error": (response) => response.writeHead(404).end(),
  // Amid the answer: before it, browsers ask once more by themselves.
  "a broken connection": (response) => {
    response.writeHead(200, { "content-type": "text/javascript", "content-length": 100_000 });
    response.write("export", () => response.destroy());
  },
  // Kept by the browser as long as the site lets it, which the same address cannot help.
  "a page, as sites give it for what they do not have": (response, loader) => {
    response.writeHead(200, { "content-type": "text/html", "cache-control": loader ? "no-store" : "max-age=60" });
    response.end("<!doctype html><title>not a script</title>");
  },
};

const FAILURE = ["ConnectionError", "connection_error", true, true];

describe("a part that does not arrive", { skip: browserMissing }, () => {
  let service;
  let browser;
  let mark;

  before(async () => {
    const [, text] = /compressed: "([^"]+)"/.exec(
      readFileSync(join((await packed()).root, "dist", "files.js"), "utf8"),
    );
    mark = text.slice(1000, 1100);
    service = await startService();
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
  });

  /** By its name or, where a bundler gives numbers, by what is in it. @param {string} folder @param {string} url */
  function isFilesPart(folder, url) {
    if (/\/files[^/]*\.js\b/.test(url)) return true;
    if (!/\/\d+\.js$/.test(url)) return false;
    return readFileSync(join(folder, url), "utf8").includes(mark);
  }

  /**
   * Opens a page whose server refuses the part.
   * @param {Awaited<ReturnType<typeof withoutBundler>>} made @param {(response: object, loader?: object) => void} refuse
   * @param {{ times: number, forGood: boolean, headers?: () => Record<string, string> }} options how many requests are refused;
   *   whether an address is from then on
   */
  async function visit(made, refuse, { times, forGood, headers }) {
    const asked = [];
    const refused = new Set();
    const serve = (request, response) => {
      const isPart = isFilesPart(made.folder, request.url);
      if (isPart) asked.push(request.url);
      if (!isPart || (asked.length > times && !refused.has(request.url)))
        return made.serve?.(request, response) ?? false;
      if (forGood) refused.add(request.url);
      refuse(response, made.loader);
      return true;
    };
    const site = await startSite({ folder: made.folder, upstream: service.url, serve, headers });
    try {
      const { found } = await outcomeOf(browser, `${site.url}/`);
      return { found, asked: asked.map((address) => new URL(address, site.url)) };
    } finally {
      await site.close();
    }
  }

  for (const [name, { create, loader }] of Object.entries(PAGES)) {
    describe(name, () => {
      let made;

      before(async () => {
        made = { ...(await create()), loader };
      });

      after(() => made?.close?.());

      /** What two calls together and two later ones give if so many requests are refused; an import() asks twice. */
      function expected(times) {
        const together = loader?.together ?? 2;
        const failed = [times > 0 && (!!loader || times >= 2), times >= together, times > together, false];
        return failed.map((each) => (each ? FAILURE : "string"));
      }

      for (const [answer, refuse] of Object.entries(REFUSALS)) {
        test(`${answer} instead of it: the next call asks again`, async () => {
          const { found, asked } = await visit(made, refuse, { times: 2, forGood: !loader });
          assert.deepEqual(found, expected(2));
          assert.equal(new Set(asked.map(({ pathname }) => pathname)).size, 1, "it is the same file");
          assert.equal(new Set(asked.map(String)).size, loader ? 1 : 3);
        });
      }

      test("one lost packet", async () => {
        const { found, asked } = await visit(made, REFUSALS["a broken connection"], { times: 1, forGood: !loader });
        assert.deepEqual(found, expected(1));
        assert.equal(asked.length, 2, "what has arrived is not asked for again");
      });
    });
  }

  test("under a policy that allows the site's own scripts only", async () => {
    const made = await PAGES["without a bundler"].create();
    const policy =
      "default-src 'none'; connect-src 'self'; script-src 'self' 'nonce-map' 'wasm-unsafe-eval'; img-src data:";
    const headers = () => ({ "content-security-policy": policy });
    const { found } = await visit(made, REFUSALS["an error"], { times: 2, forGood: true, headers });
    assert.deepEqual(found, [FAILURE, FAILURE, "string", "string"]);
  });

  test("where scripts have a site of their own, it is asked there and nowhere else", async () => {
    const folder = await createPage("vite-elsewhere", MODULE);
    const dist = join(folder, "dist");
    const asked = [];
    const scripts = await startSite({
      folder: dist,
      headers: () => ({ "access-control-allow-origin": "*" }),
      serve(request, response) {
        if (!/\/files-/.test(request.url)) return false;
        asked.push(request.url);
        if (asked.length > 1) return false;
        REFUSALS["a broken connection"](response);
        return true;
      },
    });
    try {
      await vite.build({ root: folder, configFile: false, logLevel: "warn", base: `${scripts.url}/` });
      const here = await visit({ folder: dist }, REFUSALS["an error"], { times: 9, forGood: true });
      assert.deepEqual(here, { found: ["string", "string", "string", "string"], asked: [] });
      assert.equal(asked.length, 2);
    } finally {
      await scripts.close();
    }
  });
});
