// The part for what a page does late or never: tasks, batches, uploads, tokens, hot-word lists. Loaded at its first use.

import type { Glue } from "../../target/js/files-glue.js";
import { AbortError, ConnectionError } from "./errors.js";
import { Part } from "./instance.js";

let part: Part<Glue> | undefined;
let loading: Promise<Part<Glue>> | undefined;

/** Loads the part once; `signal` ends the wait for it. A failure is not remembered: the next call tries again. */
export async function loadFiles(signal: AbortSignal | undefined): Promise<Part<Glue>> {
  if (part) return part;
  loading ??= load();
  return unlessAborted(loading, signal);
}

async function load(): Promise<Part<Glue>> {
  try {
    const source = await import("../../target/js/files-glue.js");
    part = new Part("files", source);
    return part;
  } catch (cause) {
    const message =
      "the part of dashscope-asr for tasks, uploads, tokens and hot-word lists cannot be loaded: the connection failed, " +
      "or the page is older than what its server has now and has to be reloaded";
    throw new ConnectionError({ code: "connection_error", message, retryable: true, cause });
  } finally {
    loading = undefined;
  }
}

/** What Rust does with a signal, for as long as Rust is not there. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => {
      const message = "the call was cancelled; the audio is still with you";
      reject(new AbortError({ code: "aborted", message, retryable: false, cause: signal.reason }));
    };
    if (signal.aborted) abort();
    signal.addEventListener?.("abort", abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener?.("abort", abort));
  });
}
