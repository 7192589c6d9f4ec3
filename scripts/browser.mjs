// browser.mjs [browser|firefox|webkit] — where a browser and what drives it are on this machine, or what to install; one that is
// too old is as good as none.
// As a program: prints the paths, or the advice on stderr with exit code 1. Plain "browser" is Chromium.
import { accessSync, constants, globSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { olderThanNeeded, versionsDiffer } from "./browser-version.mjs";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_BROWSERS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string[]} names @returns {string | undefined} the first one that is on PATH */
function onPath(names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * Paths given in the environment (CHROMIUM, CHROMEDRIVER) win over what is found.
 * @returns {{ chromium?: string, chromedriver?: string, missing?: string }} `missing` says what to install
 */
export function findBrowser() {
  const chromium = process.env.CHROMIUM || onPath(BROWSERS) || MAC_BROWSERS.find(isExecutable);
  const chromedriver = process.env.CHROMEDRIVER || onPath(["chromedriver"]);
  if (chromium && chromedriver) return { chromium, chromedriver };
  const absent = [!chromium && "Chromium", !chromedriver && "chromedriver"].filter(Boolean).join(" and ");
  const command =
    process.platform === "darwin"
      ? "brew install --cask chromium chromedriver"
      : "sudo apt-get install chromium chromium-driver (Debian) or your system's packages of the same version";
  return {
    chromium,
    chromedriver,
    missing: `no ${absent}; install with: ${command}, or set CHROMIUM and CHROMEDRIVER`,
  };
}

/** Firefox and WebKitGTK get their sound from a PulseAudio server of the tests' own, so there is no trying them elsewhere. */
const ONLY_LINUX =
  process.platform === "linux" ? "" : "its tests need Linux, for a microphone that can be made to speak";

const SOUND = ["pulseaudio", "pactl", "paplay"];

/**
 * FIREFOX in the environment wins over what is found.
 * @returns {{ firefox?: string, missing?: string }}
 */
export function findFirefox() {
  const firefox = process.env.FIREFOX || onPath(["firefox-esr", "firefox"]);
  const absent = [!firefox && "Firefox", ...absentPrograms(SOUND)];
  return { firefox, missing: lacking(absent, "firefox-esr pulseaudio pulseaudio-utils") };
}

/** The browser that comes with WebKitGTK, and the plugins without which it plays and records nothing. */
const MINI_BROWSERS = ["/usr/lib/*/webkit2gtk-4.1/MiniBrowser", "/usr/libexec/webkit2gtk-4.1/MiniBrowser"];
const SOUND_PLUGINS = "/usr/lib{,64}/{,*/}gstreamer-1.0/";

/** @returns {{ driver?: string, browser?: string, missing?: string }} */
export function findWebKit() {
  const driver = onPath(["WebKitWebDriver"]);
  const [browser] = globSync(MINI_BROWSERS);
  const plugins = ["isomp4", "pulseaudio", "opusparse", "libav"];
  const absent = [
    (!driver || !browser) && "WebKitGTK with its driver",
    ...absentPrograms(["Xvfb", ...SOUND]),
    ...plugins.map((plugin) => globSync(`${SOUND_PLUGINS}libgst${plugin}.so`).length === 0 && `GStreamer's ${plugin}`),
  ];
  const packages =
    "webkit2gtk-driver xvfb pulseaudio pulseaudio-utils gstreamer1.0-plugins-{good,bad} gstreamer1.0-libav";
  return { driver, browser, missing: lacking(absent, packages) };
}

/** @param {string[]} names */
const absentPrograms = (names) => names.map((name) => !onPath([name]) && name);

/** @param {(string | false)[]} absent @param {string} packages of Debian */
function lacking(absent, packages) {
  if (ONLY_LINUX) return ONLY_LINUX;
  const names = absent.filter(Boolean);
  if (names.length === 0) return undefined;
  return `no ${names.join(", ")}; npm run test:browsers installs it on Debian: sudo apt-get install ${packages}`;
}

/** What is there and can be driven, by the names that scripts/setup.sh and the test groups have for it. */
export const FIND = {
  browser() {
    const found = findBrowser();
    const { chromium, chromedriver, missing } = found;
    return missing
      ? found
      : { ...found, missing: olderThanNeeded("Chromium", chromium) ?? versionsDiffer(chromium, chromedriver) };
  },
  firefox() {
    const found = findFirefox();
    return found.missing ? found : { ...found, missing: olderThanNeeded("Firefox", found.firefox) };
  },
  webkit: findWebKit,
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { missing, ...found } = FIND[process.argv[2] ?? "browser"]();
  if (missing) {
    console.error(missing);
    process.exitCode = 1;
  } else {
    console.log(Object.values(found).join("\n"));
  }
}
