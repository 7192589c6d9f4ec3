// What the page tests do and look at, in the words of somebody who uses the page.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { wordErrors } from "../fixtures/word-error-rate.mjs";

/** Recognising takes a while on a small machine. */
const PATIENCE_MS = 60_000;

export const textOf = (page) => page.inputValue("#text");
export const statusOf = (page) => page.textContent("#status");

/** Loads the page again, and leaves it the time to list what it has kept. */
export async function reopen(page) {
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await page.waitForTimeout(300);
}

export async function recordFor(page, milliseconds) {
  await page.click("#record");
  await page.waitForSelector("#record[aria-pressed=true]");
  await page.waitForTimeout(milliseconds);
  await page.click("#record");
}

/** Waits until a transcription has ended well and gives its text. */
export async function finishedText(page) {
  const waiting = page.waitForFunction(
    () => {
      const visible = (id) => document.getElementById(id)?.closest("[hidden]") === null;
      if (visible("trouble")) return `trouble: ${document.getElementById("trouble")?.textContent}`;
      const status = document.getElementById("status")?.textContent ?? "";
      return /^(Done|No speech)/.test(status) && status;
    },
    undefined,
    { timeout: PATIENCE_MS },
  );
  const outcome = await waiting.catch(async (cause) => {
    const stage = await page.evaluate(() => document.getElementById("stage").innerText);
    throw new Error(`no words came; the page says: ${stage.replace(/\s+/g, " ")}`, { cause });
  });
  const words = await outcome.jsonValue();
  if (words.startsWith("trouble")) throw new Error(words.replace(/\s+/g, " "));
  return textOf(page);
}

export async function troubleShown(page) {
  await page.waitForSelector("#trouble", { state: "visible", timeout: PATIENCE_MS });
  return {
    title: await page.textContent("#trouble-title"),
    advice: await page.textContent("#trouble-advice"),
    request: await page.textContent("#trouble-request"),
  };
}

export async function factsOf(page) {
  return page.$$eval("#facts > div", (pairs) =>
    Object.fromEntries(
      pairs.map((pair) => [pair.querySelector("dt").textContent, pair.querySelector("dd").textContent]),
    ),
  );
}

export function errorRate(said, heard) {
  return wordErrors(said, heard).rate;
}

/** Lets go of a file over the page, as a file manager does. */
export async function dropFile(page, path, type = "", name = basename(path)) {
  await page.evaluate(giveFile, { ...describe(path, type), name, how: "drop" });
}

export async function pasteFile(page, path, type = "") {
  await page.evaluate(giveFile, { ...describe(path, type), how: "paste" });
}

export async function pasteText(page, text) {
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

function describe(path, type) {
  return { base64: readFileSync(path).toString("base64"), name: basename(path), type };
}

/** Runs in the page. */
function giveFile({ base64, name, type, how }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  const common = { bubbles: true, cancelable: true };
  if (how === "paste") {
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, ...common }));
    return;
  }
  for (const event of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(event, { dataTransfer: data, ...common }));
  }
}

/** The audio of every generation request that reached the emulator: { mediaType, bytes, sha256 } or a URL. */
export function audioSent(emulator) {
  return emulator.requests
    .filter(({ path }) => path.endsWith("/generation"))
    .map(({ body }) => body.input.messages.at(-1).content[0].audio);
}

/** Presses a download button and gives the file's name and content. */
export async function downloaded(page, format) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(`#downloads button[value=${format}]`)]);
  return { name: file.suggestedFilename(), content: readFileSync(await file.path(), "utf8") };
}

/** The sentences that the page lists: time, speaker where one is named, words. */
export async function sentencesOf(page) {
  return page.$$eval("#segments li", (items) =>
    items.map((item) => {
      const words = item.querySelector("p").cloneNode(true);
      const speaker = words.querySelector(".speaker");
      speaker?.remove();
      return {
        time: item.querySelector(".time").textContent,
        speaker: speaker?.textContent,
        text: words.textContent.trim(),
      };
    }),
  );
}

/** Where the player stands, in seconds. */
export const positionOf = async (page) => Number(await page.getAttribute("#position", "aria-valuenow"));
