// What a page has put on disk, which may be less than it shows: tests that reload or close it wait for that.

import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 30_000;

/** @returns {Promise<object[]>} the notes as they are stored */
function notesOnDisk(page, name) {
  return page.evaluate(async (name) => {
    const settled = ({ promise, resolve, reject }, request) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      return promise;
    };
    const database = await settled(Promise.withResolvers(), indexedDB.open(name));
    const notes = database.transaction("drafts").objectStore("drafts").getAll();
    return settled(Promise.withResolvers(), notes).finally(() => database.close());
  }, name);
}

/**
 * Waits until one of the notes on disk is as wanted.
 *
 * @param {import("playwright-core").Page} page
 * @param {(note: object) => boolean} isAsWanted
 * @param {string} database that of the demo
 */
export async function noteOnDisk(page, isAsWanted, database = "dashscope-asr-demo") {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const notes = await notesOnDisk(page, database);
    if (notes.some(isAsWanted)) return;
    if (Date.now() > end) throw new Error(`no note is as wanted: ${JSON.stringify(notes)}`);
    await pause(50);
  }
}
