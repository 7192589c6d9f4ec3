// What the page tests share: emulator, site in workerd, and a Chromium whose microphone plays a recording.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { findBrowser } from "../../scripts/browser.mjs";
import { serve } from "../../www/serve.mjs";
import { startEmulator } from "../emulator/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const temporary = join(root, "target", "www-tests");

/** Starts everything; `close` ends everything. With `live`, words come while somebody speaks. */
export async function startSite(options = {}) {
  const emulator = await startEmulator({ port: 0, ...options.emulator });
  // Most tests are about what was recorded, not about what is heard of it meanwhile.
  const live = options.live ? {} : { DASHSCOPE_LIVE_MODEL: "none" };
  const variables = { ...live, ...options.site?.variables };
  const site = await serve({ upstream: emulator.url, ...options.site, variables });
  return {
    url: site.url,
    emulator,
    async close() {
      await site.close();
      await emulator.close();
    },
  };
}

/**
 * @param {object} [options]
 * @param {string} [options.microphone] name of the recording that the microphone plays, once per browser
 * @param {boolean} [options.repeat] whether it starts again at its end
 * @param {string[]} [options.flags]
 */
export function launchBrowser({ microphone = "jfk", repeat = false, flags = [] } = {}) {
  const { chromium: executablePath, missing } = findBrowser();
  if (!executablePath) throw new Error(missing);
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-audio-capture=${asMicrophoneFile(microphone)}${repeat ? "" : "%noloop"}`,
      "--autoplay-policy=no-user-gesture-required",
      ...flags,
    ],
  });
}

/** Opens the page and collects whatever it complains about: a broken policy shows only there. */
export async function openPage(browser, url, contextOptions = {}) {
  const context = await browser.newContext({ permissions: ["microphone"], ...contextOptions });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      page.complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(url);
  await page.waitForSelector("html[data-ready]");
  return page;
}

/** Chromium's fake microphone wants 48 kHz. */
function asMicrophoneFile(name) {
  return convertSpeech(name, ["-ar", "48000", "-ac", "1", "-c:a", "pcm_s16le"], `${name}-48k.wav`);
}

/** A recording of tests/fixtures/speech in another format; made once. */
export function convertSpeech(name, ffmpegArguments, fileName) {
  const path = join(temporary, fileName);
  if (existsSync(path)) return path;
  mkdirSync(temporary, { recursive: true });
  const unfinished = join(temporary, `unfinished-${process.pid}-${fileName}`);
  const source = join(root, "tests", "fixtures", "speech", `${name}.wav`);
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", "-i", source, ...ffmpegArguments, unfinished]);
  // Several test files may make the same one at once.
  renameSync(unfinished, path);
  return path;
}

export function temporaryFile(name, contents) {
  mkdirSync(temporary, { recursive: true });
  const path = join(temporary, name);
  writeFileSync(path, contents);
  return path;
}

export async function screenshot(page, name, options = {}) {
  const directory = join(root, "target", "screenshots");
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true, ...options });
}
