// The microphone through bundlers without any configuration for it: which of them take the script of the audio thread along as a
// file, so that it works under a policy without blob:, and what there is to do with the others.
import assert from "node:assert/strict";
import { copyFileSync, cpSync, globSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import * as vite from "vite";
import { buildWithEsbuild, buildWithRollup, buildWithWebpack, CHUNKS, PAGE, serveWithVite } from "./bundling.mjs";
import { browserMissing, executablePath, outcomeOf, SETTLE } from "./chromium.mjs";
import { createProject, packed } from "./packed.mjs";
import { startSite } from "./site.mjs";

/** @param {string} options of the microphone, as source text @param {string} [how] */
const main = (options, how = 'import { openMicrophone } from "dashscope-asr/microphone";') => `
${how}
import { settle } from "./settle.js";
settle(async () => {
  const microphone = await openMicrophone({ ${options} });
  for await (const samples of microphone) {
    microphone.close();
    return samples.length;
  }
}).then((outcome) => { globalThis.outcome = outcome; });
`;

const SCRIPT = '<script type="module" src="/main.js"></script>';
const STRICT = { "content-security-policy": "default-src 'self'; img-src data:; script-src 'self'" };
const HEARD = { found: 800 };

/** @param {string} name @param {{ options?: string, how?: string, script?: string }} [more] */
function createPage(name, { options = "", how, script = '<script type="module" src="/dist/main.js"></script>' } = {}) {
  const files = { "index.html": PAGE + script, "main.js": main(options, how), "settle.js": SETTLE };
  return createProject(`microphone-${name}`, files);
}

describe("the microphone, bundled", { skip: browserMissing }, () => {
  let browser;

  before(async () => {
    const microphone = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
    const args = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", ...microphone];
    browser = await chromium.launch({ executablePath, args });
  });
  after(() => browser?.close());

  /** @param {string} folder @param {{ headers?: Record<string, string>, serve?: Parameters<typeof startSite>[0]["serve"] }} [how] */
  async function visit(folder, { headers = STRICT, serve } = {}) {
    const site = await startSite({ folder, headers: () => headers, serve });
    try {
      return await outcomeOf(browser, `${site.url}/`);
    } finally {
      await site.close();
    }
  }

  describe("takes its file along by itself with", () => {
    test("webpack", async () => {
      const folder = await createPage("webpack");
      await buildWithWebpack(folder);
      assert.deepEqual(await visit(folder), HEARD);
    });

    test("Vite, built", async () => {
      const folder = await createPage("vite-build", { script: SCRIPT });
      await vite.build({ root: folder, configFile: false, logLevel: "warn" });
      assert.deepEqual(await visit(join(folder, "dist")), HEARD);
      assert.equal(globSync(join(folder, "dist", "assets", "microphone-worklet-*.js")).length, 1);
    });

    test("Vite, in development", async () => {
      const folder = await createPage("vite-dev", { script: SCRIPT });
      // Elsewhere the package is inside the project.
      const server = await serveWithVite(folder, { fs: { allow: [(await packed()).folder] } });
      const serve = (request, response) => {
        for (const [name, value] of Object.entries(STRICT)) response.setHeader(name, value);
        return server.serve(request, response);
      };
      try {
        assert.deepEqual(await visit(folder, { serve }), HEARD);
      } finally {
        await server.close();
      }
    });

    test("no bundler", async () => {
      const folder = await createPage("none", {
        how: 'import { openMicrophone } from "./dist/microphone.js";',
        script: SCRIPT,
      });
      const { root } = await packed();
      cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true });
      assert.deepEqual(await visit(folder), HEARD);
    });
  });

  const OTHERS = {
    esbuild: (folder) => buildWithEsbuild(folder, CHUNKS(folder)),
    Rollup: (folder) => buildWithRollup(folder, { dir: join(folder, "dist"), format: "es" }),
  };
  for (const [name, build] of Object.entries(OTHERS)) {
    describe(`with ${name}, which does not,`, () => {
      test("comes as a blob:, where the policy allows it, and says so where not", async () => {
        const folder = await createPage(name);
        await build(folder);
        assert.deepEqual(await visit(folder, { headers: {} }), HEARD);
        const { failed } = await visit(folder);
        assert.equal(failed.code, "worklet_not_loaded");
        assert.match(
          failed.message,
          /policy forbids the blob: .* serve a copy of dashscope-asr\/microphone-worklet\.js/,
        );
      });

      test("takes a copy at an address of yours", async () => {
        const folder = await createPage(`${name}-copied`, { options: 'workletURL: "/worklet.js"' });
        await build(folder);
        const { root } = await packed();
        copyFileSync(join(root, "dist", "microphone-worklet.js"), join(folder, "worklet.js"));
        assert.deepEqual(await visit(folder), HEARD);
      });
    });
  }

  test("the file is larger than what Vite makes a data: URL of, which policies forbid", async () => {
    const { root } = await packed();
    assert.ok(statSync(join(root, "dist", "microphone-worklet.js")).size > 4096);
  });
});
