// browser-version.mjs — whether a browser that is there can be driven by what this project drives it with.
import { spawnSync } from "node:child_process";

/** The oldest that can be driven, and what the one before lacks. */
export const OLDEST = {
  // V8 raised its limit for synchronous compilation from 4 kB to 8 MB with that version.
  Chromium: { major: 115, because: "it compiles no module of this size in a page" },
  // mdn/browser-compat-data, webdriver/bidi/network.json. Playwright asks for it when it opens a page, and then waits.
  Firefox: { major: 143, because: "Playwright needs network.addDataCollector of WebDriver BiDi" },
};

const UPDATE = "install a newer one (Debian: sudo apt-get update, then sudo apt-get install";

const PACKAGES = { Chromium: "chromium chromium-driver", Firefox: "firefox-esr" };

const PATIENCE_MS = 30_000;

/** @type {Map<string, { major?: number, problem?: string }>} */
const known = new Map();

/** @param {keyof typeof OLDEST} name @param {string} program @returns {string | undefined} why it will not do, and what will */
export function olderThanNeeded(name, program) {
  const { major, problem } = versionOf(program);
  if (problem) return `${name} does not start (${program} --version: ${problem})`;
  const { major: oldest, because } = OLDEST[name];
  // One that tells no number is given a chance.
  if (major === undefined || major >= oldest) return undefined;
  return `${name} ${major} is too old to be driven: before ${oldest}, ${because}; ${UPDATE} ${PACKAGES[name]})`;
}

/** @param {string} chromium @param {string} chromedriver @returns {string | undefined} */
export function versionsDiffer(chromium, chromedriver) {
  const [browser, driver] = [versionOf(chromium), versionOf(chromedriver)];
  if (driver.problem) return `chromedriver does not start (${chromedriver} --version: ${driver.problem})`;
  if (browser.major === undefined || driver.major === undefined || browser.major === driver.major) return undefined;
  return `Chromium is ${browser.major}, chromedriver ${driver.major}: they have to be of the same version; ${UPDATE} ${PACKAGES.Chromium})`;
}

/** @param {string} program */
function versionOf(program) {
  const before = known.get(program);
  if (before) return before;
  const { status, error, stdout, stderr } = spawnSync(program, ["--version"], {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  const major = Number(/\d+(?=\.\d)/.exec(stdout ?? "")?.[0] ?? Number.NaN);
  const problem =
    status === 0 ? undefined : (error?.message ?? (stderr.trim().split("\n").at(-1) || `it ended with ${status}`));
  const version = { ...(Number.isNaN(major) ? {} : { major }), ...(problem && { problem }) };
  known.set(program, version);
  return version;
}
