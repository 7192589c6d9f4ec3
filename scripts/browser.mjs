// browser.mjs — where Chromium and its driver are on this machine, or what to install.
// As a program: prints both paths, or the advice on stderr with exit code 1.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { chromium, chromedriver, missing } = findBrowser();
  if (missing) {
    console.error(missing);
    process.exitCode = 1;
  } else {
    console.log(`${chromium}\n${chromedriver}`);
  }
}
