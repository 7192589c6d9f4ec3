// Firefox, driven by Playwright, with a microphone of PulseAudio: recording is Firefox's own from the device onwards.
import { firefox } from "playwright-core";
import { findFirefox } from "../../../scripts/browser.mjs";
import { startSound } from "../sound.mjs";

/** @returns {Promise<import("../page.mjs").Engine>} */
export async function launchFirefox() {
  const sound = await startSound();
  const starting = firefox.launch({
    // The Firefox that people have, over WebDriver BiDi; without it Playwright expects one that it has patched.
    channel: "moz-firefox",
    executablePath: findFirefox().firefox,
    env: { ...process.env, ...sound.environment },
    firefoxUserPrefs: { "permissions.default.microphone": 1 },
  });
  const browser = await starting.catch(async (error) => {
    // A program of ours that goes on keeps the tests from ending.
    await sound.close();
    throw error;
  });
  return {
    browser,
    microphone: async (_page, path) => () => sound.say(path),
    unplug: sound.unplug,
    async close() {
      await browser.close();
      await sound.close();
    },
  };
}
