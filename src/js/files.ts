// The part for what a page does late or never: tasks, batches, uploads, tokens, hot-word lists. Loaded at its first use.

import type { Glue } from "../../target/js/files-glue.js";
import { ConnectionError } from "./errors.js";
import { importAgain } from "./import-again.js";
import { Part } from "./instance.js";

let part: Part<Glue> | undefined;

/** Its source is read, so it has nothing else in it. */
const load = () => import("../../target/js/files-glue.js");

/** Loads the part once. A failure is not remembered: the next call tries again. */
export async function loadFiles(): Promise<Part<Glue>> {
  if (part) return part;
  try {
    // Each call by itself: the runtime loads a module once, and Workers forbid a request to wait for another's promise.
    const source = await importAgain(load);
    part ??= new Part("files", source);
    return part;
  } catch (cause) {
    const message =
      "the part of dashscope-asr for tasks, uploads, tokens and hot-word lists cannot be loaded: the connection failed, " +
      "or the page is older than what its server has now and has to be reloaded";
    throw new ConnectionError({ code: "connection_error", message, retryable: true, cause });
  }
}
