// Pages in headless Chromium. A page says what came of its work in `outcome`: `{ found }` or `{ failed }`.
import { chromium } from "playwright-core";
import { findBrowser } from "../../scripts/browser.mjs";

export const { chromium: executablePath, missing: browserMissing } = findBrowser();

export const launchBrowser = () => chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** Source of a function for pages and workers: runs the work and keeps what came of it as plain data. */
export const SETTLE = `
export async function settle(work) {
  try {
    return { found: await work() };
  } catch (error) {
    const { name, message, code, cause } = error;
    return { failed: { name, message, code, cause: cause && String(cause) } };
  }
}
`;

/** @param {import("playwright-core").Browser} browser @param {string} url @returns {Promise<any>} the page's outcome */
export async function outcomeOf(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  try {
    await page.goto(url);
    await page.waitForFunction(() => "outcome" in globalThis, undefined, { timeout: 30_000 });
    return await page.evaluate(() => globalThis.outcome);
  } catch (error) {
    throw new Error(`${error.message}\nThe page said: ${complaints.join("\n") || "nothing"}`);
  } finally {
    await context.close();
  }
}
