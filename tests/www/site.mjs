// What the page tests share: emulator, site in workerd, and a Chromium whose microphone plays a recording.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../../www/serve.mjs";
import { startEmulator } from "../emulator/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const temporary = join(root, "target", "www-tests");

export const SPEECH = {
  jfk: "And so, my fellow Americans: ask not what your country can do for you, ask what you can do for your country.",
  libri_0880: "He was not an ill-disposed young man,",
  libri_0930: "he might even have been made amiable himself.",
};

export const speechFile = (name) => join(root, "tests", "fixtures", "speech", `${name}.wav`);

/** Starts everything; `close` ends everything. */
export async function startSite(options = {}) {
  const emulator = await startEmulator({ port: 0, ...options.emulator });
  const site = await serve({ upstream: emulator.url, ...options.site });
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
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`The page tests need Chromium: install it (apt-get install chromium) or set CHROMIUM_PATH.`);
  }
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
  const path = join(temporary, `${name}-48k.wav`);
  if (!existsSync(path)) {
    mkdirSync(temporary, { recursive: true });
    convert(speechFile(name), ["-ar", "48000", "-ac", "1", "-c:a", "pcm_s16le"], path);
  }
  return path;
}

/** Makes a recording in another format. */
export function convertSpeech(name, ffmpegArguments, fileName) {
  mkdirSync(temporary, { recursive: true });
  const path = join(temporary, fileName);
  convert(speechFile(name), ffmpegArguments, path);
  return path;
}

function convert(from, ffmpegArguments, to) {
  execFileSync("ffmpeg", ["-loglevel", "error", "-y", "-i", from, ...ffmpegArguments, to]);
}

export async function screenshot(page, name, options = {}) {
  const directory = join(root, "target", "screenshots");
  mkdirSync(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true, ...options });
}
