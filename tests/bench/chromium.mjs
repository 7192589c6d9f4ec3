// The same races in a page of headless Chromium, served locally, and the memory of all its processes seen from outside.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import * as esbuild from "esbuild";
import { chromium } from "playwright-core";
import { inProject } from "../../scripts/build/paths.mjs";
import { withoutNode } from "./contenders.mjs";
import { commandOf, processesOf, proportionalSize } from "./processes.mjs";
import { median } from "./rounds.mjs";
import { FIRST_REQUEST } from "./startup.mjs";

const PAGE = "<!doctype html><meta charset=utf-8><title>bench</title>";

/** Everything a page needs, as one module that exports it. */
async function pageCode() {
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: `export * as ours from "./dist/index.js"; export { default as OpenAI } from "openai";
export { Stream } from "openai/streaming"; export { createParser } from "eventsource-parser";
export * from "./tests/bench/body.mjs"; export * from "./tests/bench/events.mjs"; export * from "./tests/bench/rounds.mjs";
export * from "./tests/bench/live-work.mjs"; export * from "./tests/bench/sound.mjs";`,
      resolveDir: inProject("."),
      loader: "js",
    },
    ...{ bundle: true, format: "esm", platform: "browser", target: "es2022", write: false, logLevel: "error" },
    plugins: [withoutNode],
  });
  return outputFiles[0].text;
}

/** @param {string} executablePath @param {Record<string, { path: string, files: string[] }>} made */
export async function openChromium(executablePath, made) {
  const code = await pageCode();
  const server = createServer((request, response) => {
    const [, folder, name, file] = (request.url ?? "").split(/[/?]/u);
    const files = folder === "bundle" ? made[decodeURIComponent(name)].files : [];
    const path = files.find((candidate) => basename(candidate) === file);
    const bundle = path && readFileSync(path, "utf8");
    const script = bundle ?? (folder === "code.mjs" ? code : undefined);
    response.writeHead(200, {
      "content-type": script === undefined ? "text/html" : "text/javascript",
      "cache-control": "no-store",
    });
    response.end(script ?? PAGE);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--js-flags=--expose-gc"] });

  /** Runs `work` in a fresh page. */
  async function inPage(work, given) {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(600_000);
      await page.goto(url);
      return await page.evaluate(work, given);
    } finally {
      await context.close();
    }
  }

  return {
    /** @returns {Promise<Record<string, number>>} */
    bodies: (length, kind, rounds, send) =>
      inPage(
        async ({ length, kind, rounds, send }) => {
          const code = await import("/code.mjs");
          const make = kind === "body" ? code.bodyContenders : code.dataUrlContenders;
          const blob = new Blob([code.recording(length)], { type: "audio/wav" });
          const contenders = Object.entries(make({ ...code, send })).map(([name, run]) => [name, () => run(blob)]);
          return code.race(Object.fromEntries(contenders), rounds, () => globalThis.gc());
        },
        { length, kind, rounds, send },
      ),

    events: (protocol, count, size, rounds) =>
      inPage(
        async ({ protocol, count, size, rounds }) => {
          const code = await import("/code.mjs");
          const bytes = code.answerBytes(count, protocol);
          const contenders = code.eventContenders({ ...code, protocol, bytes, size });
          return code.race(contenders, rounds, () => globalThis.gc());
        },
        { protocol, count, size, rounds },
      ),

    /** Milliseconds that a second of audio takes live. */
    live: (seconds, floats) =>
      inPage(
        async ({ seconds, floats }) => {
          const code = await import("/code.mjs");
          return code.timePerSecond({ ours: code.ours, seconds, floats });
        },
        { seconds, floats },
      ),
    /** @returns {Promise<number[]>} */
    cutting: (seconds, rounds) =>
      inPage(
        async ({ seconds, rounds }) => {
          const code = await import("/code.mjs");
          const taken = [];
          for (let round = 0; round < rounds; round++) taken.push(await code.cutting(code.ours, seconds));
          return taken;
        },
        { seconds, rounds },
      ),

    async startup(rounds) {
      const times = Object.fromEntries(Object.keys(made).map((name) => [name, []]));
      for (let round = 0; round < rounds; round++) {
        for (const name of Object.keys(made)) {
          const taken = await inPage(
            ([source, path]) => new Function(`${source}; return firstRequest`)()(() => import(path)),
            [FIRST_REQUEST, `/bundle/${encodeURIComponent(name)}/${basename(made[name].path)}?${round}`],
          );
          times[name].push(taken);
        }
      }
      return Object.fromEntries(Object.entries(times).map(([name, taken]) => [name, median(taken)]));
    },

    /** Peak extra bytes of all processes of the browser; undefined where the system does not tell (not Linux). */
    async memory(length, kind) {
      const processes = () => processesOf(process.pid).filter((pid) => /chrom/iu.test(commandOf(pid)));
      if (processes().length === 0) return undefined;
      const names = await inPage(async (kind) => {
        const code = await import("/code.mjs");
        return Object.keys((kind === "body" ? code.bodyContenders : code.dataUrlContenders)(code));
      }, kind);
      const peaks = {};
      for (const name of names) {
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.goto(url);
        await page.evaluate(
          async ({ length, kind, name }) => {
            const code = await import("/code.mjs");
            globalThis.run = (kind === "body" ? code.bodyContenders : code.dataUrlContenders)(code)[name];
            globalThis.result = await globalThis.run(new Blob([code.recording(2_000_000)]));
            globalThis.blob = new Blob([code.recording(length)], { type: "audio/wav" });
            await globalThis.blob.slice(0, 1).arrayBuffer(); // it has arrived where Blobs live
            globalThis.gc();
          },
          { length, kind, name },
        );
        await new Promise((settled) => setTimeout(settled, 500));
        const memory = () => processes().reduce((sum, pid) => sum + proportionalSize(pid), 0);
        const before = memory();
        let highest = before;
        let running = true;
        const work = page.evaluate(async () => {
          globalThis.result = await globalThis.run(globalThis.blob);
        });
        work.finally(() => {
          running = false;
        });
        while (running) {
          highest = Math.max(highest, memory());
          await new Promise((next) => setTimeout(next, 5));
        }
        await work;
        highest = Math.max(highest, memory());
        peaks[name] = highest - before;
        await context.close();
      }
      return peaks;
    },

    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((over) => server.close(over));
    },
  };
}
