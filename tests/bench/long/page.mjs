// The same in a page of headless Chromium, and its memory meanwhile. The recording is a file that was chosen, so that no page has it.
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { commandOf, processesOf, proportionalSize } from "../processes.mjs";

const SAMPLE_MS = 100;

/** Keeps every memory of WebAssembly that the page makes. */
function countWasm() {
  const memories = new Set();
  const { instantiate, instantiateStreaming, Instance } = WebAssembly;
  const keep = (instance) => {
    for (const value of Object.values(instance.exports)) if (value instanceof WebAssembly.Memory) memories.add(value);
    return instance;
  };
  const keepAll = async (made) => {
    const given = await made;
    keep(given instanceof Instance ? given : given.instance);
    return given;
  };
  WebAssembly.instantiate = (...given) => keepAll(instantiate(...given));
  WebAssembly.instantiateStreaming = (...given) => keepAll(instantiateStreaming(...given));
  WebAssembly.Instance = /** @type {any} */ (
    new Proxy(Instance, { construct: (target, given) => keep(Reflect.construct(target, given)) })
  );
  globalThis.wasmBytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

/** @typedef {{ page: number, heap: number, wasm: number, browser: number }} Peak bytes: of the page's process, of its JavaScript,
 *   of WebAssembly, and of all processes of the browser */

/**
 * Chooses a file and has it transcribed, in a browser that nothing else has been in.
 * @param {string} executablePath @param {string} url of the page @param {string} path @param {object} options of `transcribe`
 * @returns {Promise<{ text: string, ms: number, peak: Peak }>} `ms`: from the call to the text
 */
export async function heardByPage(executablePath, url, path, options) {
  const others = new Set(processesOf(process.pid));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.addInitScript(countWasm);
    await page.goto(url);
    await page.waitForFunction("globalThis.ready");
    await page.setInputFiles("#file", path);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Performance.enable");
    const peak = { page: 0, heap: 0, wasm: 0, browser: 0 };
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const own = processesOf(process.pid).filter((pid) => !others.has(pid));
        const processes = own.map((pid) => ({ pid, command: commandOf(pid) }));
        const all = processes.filter(({ command }) => /chrom/iu.test(command));
        const sizes = all.map(({ pid, command }) => ({ size: proportionalSize(pid), command }));
        const pages = sizes.filter(({ command }) => command.includes("--type=renderer")).map(({ size }) => size);
        peak.page = Math.max(peak.page, ...pages);
        peak.browser = Math.max(
          peak.browser,
          sizes.reduce((sum, { size }) => sum + size, 0),
        );
        const { metrics } = await cdp.send("Performance.getMetrics");
        peak.heap = Math.max(peak.heap, metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0);
        await sleep(SAMPLE_MS);
      }
    })();
    const work = page.evaluate((given) => globalThis.heard(given), options);
    const { text, ms } = await work.finally(() => {
      isOver = true;
    });
    await watching;
    peak.wasm = await page.evaluate(() => globalThis.wasmBytes()); // it never becomes less
    return { text, ms, peak };
  } finally {
    await browser.close();
  }
}
