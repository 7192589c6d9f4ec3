// A page driven over WebDriver, with as much of Playwright's `Page` as the tests of the page use, because Playwright drives
// no WebKit but its own.
//
// Looking happens inside the page; presses are the driver's, so that the browser takes them for a person's.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;

/** @param {string} driver its address @param {object} capabilities */
export async function openSession(driver, capabilities) {
  const { sessionId } = await command("POST", `${driver}/session`, { capabilities: { alwaysMatch: capabilities } });
  const address = `${driver}/session/${sessionId}`;
  await command("POST", `${address}/timeouts`, { script: PATIENCE_MS, pageLoad: PATIENCE_MS });
  return new DrivenPage(address);
}

/** @param {"GET" | "POST" | "DELETE"} method @param {string} url @param {object} [body] */
async function command(method, url, body) {
  const what = `${method} ${new URL(url).pathname.split("/").slice(3).join("/")}`;
  const request = { method, ...(body && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(PATIENCE_MS) };
  const response = await fetch(url, request).catch((cause) => {
    throw new Error(`WebKit gives no answer to ${what}`, { cause });
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value.error}: ${value.message} (${what})`);
  return value;
}

export class DrivenPage {
  #session;
  /** @type {((complaint: string) => void)[]} */
  #listeners = [];

  constructor(session) {
    this.#session = session;
  }

  /** The page is the only one in its browser. */
  context() {
    return { newPage: async () => this, close: () => command("DELETE", this.#session) };
  }

  /** What the page complains of from the first look at it on; of "console" and "pageerror" alike, as messages of the console. */
  on(event, listener) {
    if (event === "console") this.#listeners.push((text) => listener({ type: () => "error", text: () => text }));
  }

  goto(url) {
    return this.#post("url", { url });
  }

  reload() {
    return this.#post("refresh");
  }

  /** Functions go as their source, as with Playwright; a promise is waited for. */
  async evaluate(work, argument = null) {
    const script = `
      const [argument, settle] = arguments;
      globalThis.complaints ??= (${collectComplaints})();
      const complaints = () => globalThis.complaints.splice(0);
      new Promise((resolve) => resolve((${work})(argument))).then(
        (value) => settle({ value, complaints: complaints() }),
        (error) => settle({ failure: String(error), complaints: complaints() }),
      );`;
    const { value, failure, complaints } = await this.#post("execute/async", { script, args: [argument] });
    for (const text of complaints) for (const listener of this.#listeners) listener(text);
    if (failure) throw new Error(failure);
    return value;
  }

  async waitForFunction(work, argument, { timeout = PATIENCE_MS } = {}) {
    for (const began = Date.now(); Date.now() - began < timeout; await sleep(PAUSE_MS)) {
      const value = await this.evaluate(work, argument);
      if (value) return { jsonValue: async () => value };
    }
    throw new Error(`not so within ${timeout / 1000} s: ${work}`);
  }

  async waitForSelector(selector, { timeout } = {}) {
    await this.waitForFunction(isVisible, selector, { timeout });
  }

  waitForTimeout(milliseconds) {
    return sleep(milliseconds);
  }

  async click(selector) {
    await this.waitForSelector(selector);
    await this.#post(`element/${await this.#find(selector)}/click`);
  }

  async setInputFiles(selector, path) {
    await this.#post(`element/${await this.#find(selector)}/value`, { text: path });
  }

  isVisible(selector) {
    return this.evaluate(isVisible, selector);
  }

  textContent(selector) {
    return this.evaluate((wanted) => document.querySelector(wanted).textContent, selector);
  }

  inputValue(selector) {
    return this.evaluate((wanted) => document.querySelector(wanted).value, selector);
  }

  async getAttribute(selector, name) {
    return this.evaluate(
      ([wanted, attribute]) => document.querySelector(wanted).getAttribute(attribute),
      [selector, name],
    );
  }

  /** What the window shows: told to grow to the whole page, this browser stops answering. */
  async screenshot({ path }) {
    writeFileSync(path, await command("GET", `${this.#session}/screenshot`), "base64");
  }

  async #find(selector) {
    const { [ELEMENT]: element } = await this.#post("element", { using: "css selector", value: selector });
    return element;
  }

  #post(path, body = {}) {
    return command("POST", `${this.#session}/${path}`, body);
  }
}

/** Runs in the page. */
function isVisible(selector) {
  const element = document.querySelector(selector);
  return !!element && element.getClientRects().length > 0 && getComputedStyle(element).visibility === "visible";
}

/** Runs in the page: the driver does not tell what the console says. */
function collectComplaints() {
  const complaints = [];
  const { error } = console;
  console.error = (...words) => {
    complaints.push(words.map(String).join(" "));
    error.apply(console, words);
  };
  addEventListener("error", ({ message }) => complaints.push(message));
  addEventListener("unhandledrejection", ({ reason }) => complaints.push(String(reason)));
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    complaints.push(`forbidden by ${violatedDirective}: ${blockedURI}`),
  );
  return complaints;
}
