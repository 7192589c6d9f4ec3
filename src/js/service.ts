// Tasks and batches. What is done, and in which order, is in Rust (src/wasm/actions.rs).

import type { TaskStatus, Transcript } from "../../target/js/glue.js";
import type { Outcome, Submission } from "./actions.js";
import type { Client, RequestOptions } from "./call.js";
import { own } from "./data.js";
import { type AsrError, toError } from "./errors.js";
import { type Extras, perform } from "./perform.js";

/** Options of waiting for a task. `timeout` is for the whole wait (default: 24 hours), not for a single answer. */
export interface WaitOptions extends RequestOptions {
  /** Told what the service says each time it is asked. */
  onStatus?: ((status: TaskStatus) => void) | undefined;
}

/** What came of one file: a transcript, or why there is none. Silence is a transcript. */
export interface FileResult {
  /** The address that was submitted, as far as it is known. */
  url: string | undefined;
  /** The task it was part of, if there was one. */
  taskId: string | undefined;
  /** The transcript. */
  transcript?: Transcript;
  /** Why there is none. */
  error?: AsrError;
}

/** A wait's own limit, apart from the patience with a single answer, and what the core shall refuse. */
function waiting(options: WaitOptions): [RequestOptions, { timeout: unknown }, Extras] {
  const { timeout, onStatus, signal, maxRetries, headers, onProgress, ...unknown } = own(options);
  const request = { signal, maxRetries, headers, onProgress };
  return [request, { ...unknown, timeout }, onStatus ? { onStatus } : {}];
}

function toFileResult({ url, taskId, transcript, error }: Outcome): FileResult {
  const known = { url, taskId };
  return transcript ? { ...known, transcript: JSON.parse(transcript) } : { ...known, error: toError(error) };
}

/**
 * A transcription that goes on at the service, whether anybody waits or not. Keep its `id`, and find it again with
 * `asr.task(id)` for 24 hours.
 */
export class Task {
  /** The service's id of it. */
  readonly id: string;
  readonly #client: Client;

  /** @internal */
  constructor(client: Client, id: string) {
    this.#client = client;
    this.id = id;
  }

  /** How far it is. */
  status(options: RequestOptions = {}): Promise<TaskStatus> {
    return perform(this.#client, "status", this.id, options);
  }

  /** Waits until it is over, well or badly, asking at growing intervals. */
  wait(options: WaitOptions = {}): Promise<TaskStatus> {
    return perform(this.#client, "wait", this.id, ...waiting(options));
  }

  /** Waits, and reads the transcript of its only file. Rejects with the reason where there is none. */
  async result(options: WaitOptions = {}): Promise<Transcript> {
    return JSON.parse(await perform(this.#client, "result", this.id, ...waiting(options)));
  }

  /** Waits, and reads what came of each of its files. */
  async results(options: WaitOptions = {}): Promise<FileResult[]> {
    const outcomes = await perform(this.#client, "results", this.id, ...waiting(options));
    return outcomes.map(toFileResult);
  }

  /** Cancels it, which works only while it is in the queue. */
  cancel(options: RequestOptions = {}): Promise<void> {
    return perform(this.#client, "cancel", this.id, options);
  }
}

/** Many files, a task for each. */
export class Batch {
  /** The tasks that were accepted, in the order of the addresses. */
  readonly tasks: Task[];
  readonly #client: Client;
  readonly #submissions: Submission[];
  readonly #refusals: (AsrError | undefined)[];

  /** @internal */
  constructor(client: Client, submissions: Submission[]) {
    this.#client = client;
    this.#submissions = submissions.map(({ urls, taskId }) => ({ urls, taskId }));
    this.#refusals = submissions.map(({ error }) => (error === undefined ? undefined : toError(error)));
    this.tasks = submissions.flatMap(({ taskId }) => (taskId === undefined ? [] : [new Task(client, taskId)]));
  }

  /**
   * Waits for all of them and gives what came of each file, in the order of the addresses. One failure takes nothing
   * from the others.
   */
  async results(options: Omit<WaitOptions, "onStatus"> & { onFile?: ((result: FileResult) => void) | undefined } = {}) {
    const { onFile, ...rest } = own(options);
    const [request, limit] = waiting(rest);
    const extras: Extras = { refusals: this.#refusals };
    if (onFile) extras.onFile = (outcome) => onFile(toFileResult(outcome));
    return (await perform(this.#client, "collect", this.#submissions, request, limit, extras)).map(toFileResult);
  }
}

/** Submits files and keeps those that were refused beside those that were accepted. */
export async function submitBatch(
  client: Client,
  urls: (string | URL)[],
  together: boolean,
  options: RequestOptions,
  data: unknown,
): Promise<Batch> {
  // The core refuses a list without addresses; anything else is none at all.
  const given = { urls: Array.isArray(urls) ? urls.map(String) : [], together };
  return new Batch(client, await perform(client, "submitBatch", given, options, data));
}
