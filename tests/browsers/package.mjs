// The packed package in another browser than Chromium: the walk of the packaging tests, and what leans on the browser most.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { outcomeOf, SETTLE } from "../packaging/chromium.mjs";
import { EXPECTED } from "../packaging/consumer/expected.mjs";
import { createProject, packed } from "../packaging/packed.mjs";
import { recording, startService, WALK } from "../packaging/service.mjs";
import { startSite } from "../packaging/site.mjs";

const page = (main) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "dashscope-asr": "/package/dist/index.js" } }</script>
<script type="module" src="/${main}"></script>`;

/** @param {string} work body of a function with `dashscope` and `audio`, the bytes of a recording */
const script = (work) => `
import * as dashscope from "dashscope-asr";
import { settle } from "./settle.js";
import { walk } from "./walk.js";

const settings = { baseURL: "/relay" };
globalThis.outcome = await settle(async () => {
  const audio = new Uint8Array(await (await fetch("/recording.wav")).arrayBuffer());
  ${work}
});
`;

// Around the borders of three bytes, of what is read at once, and of what is encoded at once.
const SIZES = [12, 13, 14, 65_535, 65_536, 65_537, 300_001, 5_000_000];

const DATA_URLS = `
  const different = [];
  for (const size of ${JSON.stringify(SIZES)}) {
    const copies = Array.from({ length: Math.ceil(size / audio.length) }, () => audio);
    const blob = new Blob(copies).slice(0, size, "audio/wav");
    const reader = new FileReader();
    reader.readAsDataURL(blob);
    await new Promise((resolve) => reader.addEventListener("loadend", resolve));
    if ((await dashscope.toDataUrl(blob)) !== reader.result) different.push(size);
  }
  return different;`;

const LOADED_LATER = `
  const asr = new dashscope.Transcriber(settings);
  const loaded = () => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/files.js"));
  const before = loaded();
  const { tasks } = await asr.listTasks();
  return { before, after: loaded(), tasks };`;

const LOST = `
  const asr = new dashscope.Transcriber(settings);
  const outcome = () => asr.listTasks().then(({ tasks }) => tasks, ({ code }) => code);
  return [await outcome(), await outcome(), await outcome()];`;

/** @param {string} name @param {() => Promise<import("./page.mjs").Engine>} launch */
export function testPackage(name, launch) {
  describe(`the package in ${name}`, () => {
    let service;
    let site;
    let engine;
    /** How often the part for files is refused, for good under that very address. */
    let losses = 0;

    before(async () => {
      service = await startService();
      const folder = await createProject(`browser-${name}`, {
        "walk.html": page("walking.js"),
        "walking.js": script("return walk(dashscope, { settings, audio });"),
        "data-urls.html": page("data-urls.js"),
        "data-urls.js": script(DATA_URLS),
        "later.html": page("later.js"),
        "later.js": script(LOADED_LATER),
        "lost.html": page("lost.js"),
        "lost.js": script(LOST),
        "walk.js": WALK,
        "settle.js": SETTLE,
        "recording.wav": recording.read(),
      });
      cpSync((await packed()).root, join(folder, "package"), { recursive: true });
      const refused = new Set();
      const serve = ({ url }, response) => {
        if (!url.includes("/files.js") || (losses === 0 && !refused.has(url))) return false;
        if (!refused.has(url)) losses--;
        refused.add(url);
        response.writeHead(404).end();
        return true;
      };
      site = await startSite({ folder, upstream: service.url, serve });
      engine = await launch();
    });

    after(async () => {
      await engine?.close();
      await site?.close();
      await service?.close();
    });

    const visit = (path) => outcomeOf(engine.browser, `${site.url}${path}`);

    test("does all that it does elsewhere", async () => {
      assert.deepEqual(await visit("/walk.html"), { found: EXPECTED });
    });

    test("writes data URLs as the browser does, whatever the size", async () => {
      assert.deepEqual(await visit("/data-urls.html"), { found: [] });
    });

    test("loads what is for files with the first call that needs it", async () => {
      assert.deepEqual(await visit("/later.html"), { found: { before: false, after: true, tasks: [] } });
    });

    test("asks again for what did not arrive", async () => {
      // An import() and what follows it at once; this test is the last one, because the address stays refused.
      losses = 2;
      assert.deepEqual(await visit("/lost.html"), { found: ["connection_error", [], []] });
    });
  });
}
