// WebKitGTK in its MiniBrowser, driven by WebDriver on a screen that nobody sees.
//
// Its own getUserMedia knows devices that hum, so what the page gets for a microphone is a recording played by Web Audio;
// everything after that, MediaRecorder above all, is WebKit's own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { findWebKit } from "../../../scripts/browser.mjs";
import { ended, untilReady } from "../process.mjs";
import { startSound } from "../sound.mjs";
import { openSession } from "./webdriver.mjs";

const ARGUMENTS = ["--automation"];

/** No graphics card, no accessibility bus: without these it looks for both and may wait or crash. */
const PLAIN = {
  WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  WEBKIT_DISABLE_DMABUF_RENDERER: "1",
  LIBGL_ALWAYS_SOFTWARE: "1",
  NO_AT_BRIDGE: "1",
  GTK_A11Y: "none",
};

/** @returns {Promise<import("../page.mjs").Engine>} */
export async function launchWebKit() {
  const { driver: program, browser: binary } = findWebKit();
  /** @type {(() => Promise<void>)[]} */
  const started = [];
  const close = async () => {
    for (const end of started.reverse()) await end();
  };
  try {
    const sound = await startSound();
    started.push(sound.close);
    const screen = await startScreen();
    started.push(() => ended(screen.server));
    const port = await freePort();
    const env = { ...process.env, ...sound.environment, ...PLAIN, DISPLAY: screen.display };
    const driver = spawn(program, [`--port=${port}`], { env, stdio: "ignore" });
    started.push(() => ended(driver));
    const address = `http://127.0.0.1:${port}`;
    await untilReady(driver, program, () => fetch(`${address}/status`));
    return { browser: browserOf(address, binary), microphone, close };
  } catch (error) {
    // A program of ours that goes on keeps the tests from ending.
    await close();
    throw error;
  }
}

/** One page at a time, each in a browser of its own: sessions of WebKit share nothing and keep nothing. */
function browserOf(driver, binary) {
  return {
    async newContext() {
      const page = await openSession(driver, { "webkitgtk:browserOptions": { binary, args: ARGUMENTS } });
      return page.context();
    },
  };
}

/** @param {import("./webdriver.mjs").DrivenPage} page @param {string} path of the recording */
async function microphone(page, path) {
  await page.evaluate(
    ({ base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      // Of the prototype: WebKit may collect navigator.mediaDevices, and makes another one without what was put onto it.
      MediaDevices.prototype.getUserMedia = async () => {
        const context = new AudioContext();
        const buffer = await context.decodeAudioData(bytes.buffer.slice(0));
        await context.resume();
        const destination = context.createMediaStreamDestination();
        globalThis.say = () =>
          new Promise((resolve) => {
            const voice = new AudioBufferSourceNode(context, { buffer });
            voice.connect(destination);
            voice.addEventListener("ended", resolve);
            voice.start();
          });
        return destination.stream;
      };
    },
    { base64: readFileSync(path).toString("base64") },
  );
  return () => page.evaluate(() => globalThis.say().then(() => {}));
}

/** It chooses its number itself and tells it. */
async function startScreen() {
  const server = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x2400x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [number] = await Promise.race([
    once(createInterface(server.stdout), "line"),
    once(server, "exit").then(([code]) => Promise.reject(new Error(`Xvfb ended with code ${code}`))),
  ]);
  return { server, display: `:${number}` };
}

/** WebKitWebDriver does not tell which port it chose. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
