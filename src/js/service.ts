// Everything but transcription itself, typed. What is done, and in which order, is in Rust (src/wasm/actions.rs).

import type { AudioInput, TaskStatus, TranscribeOptions, Transcript } from "../../target/js/glue.js";
import { type CallOptions, type Client, hostCall, type RequestOptions, splitOptions } from "./call.js";
import { json, own, refused } from "./data.js";
import { type AsrError, toError } from "./errors.js";
import { loadFiles } from "./files.js";
import type { HostCall, HostOptions } from "./host.js";
import { audioFacts } from "./transcription.js";
import { uploadForm } from "./upload-form.js";

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

/** What a wait tells. */
type Callbacks = Pick<HostOptions, "onStatus" | "onFile">;

type Facts = Readonly<ReturnType<typeof audioFacts>>;
const NO_AUDIO: Facts = [undefined, new Uint8Array(), undefined, undefined, true];

/**
 * Does something by its name in the core; `given` and `data` are what that takes. Where there is no `data`, the core refuses
 * whatever else is among the options.
 */
export async function perform<T>(
  client: Client,
  name: string,
  given: unknown,
  options: RequestOptions,
  data?: unknown,
  callbacks: Callbacks = {},
): Promise<T> {
  const { request, data: rest } = splitOptions(options);
  const texts = [json(given, "data"), json(data ?? rest, "option")] as const;
  return send(client, name, texts, hostCall(client, request, callbacks), async () => NO_AUDIO) as Promise<T>;
}

/** Puts audio into the temporary store. */
export async function upload(client: Client, audio: AudioInput, options: CallOptions): Promise<string> {
  const { request, data } = splitOptions(options);
  return sendAudio(client, "upload", audio, request, json(data, "option")) as Promise<string>;
}

/** Transcribes audio directly or by a task, whichever it fits. */
export async function transcribeAny(
  client: Client,
  audio: AudioInput,
  options: CallOptions,
  byTask: TranscribeOptions,
): Promise<Transcript> {
  const { request, data } = splitOptions(options);
  // Each by itself, so that what is wrong in one of them is named.
  const ways = `{"direct":${json(data, "option")},"byTask":${json(byTask, "longAudio")}}`;
  return JSON.parse((await sendAudio(client, "transcribeAny", audio, request, ways)) as string);
}

async function sendAudio(client: Client, name: string, audio: AudioInput, request: RequestOptions, options: string) {
  const host = hostCall(client, request, { upload: client.fetch ? undefined : uploadForm() });
  return send(client, name, ["null", options], host, async () => audioFacts(await host.open(audio, true)));
}

async function send(
  client: Client,
  name: string,
  [given, options]: readonly [given: string, options: string],
  host: HostCall,
  audio: () => Promise<Facts>,
): Promise<unknown> {
  try {
    const files = await host.ready(loadFiles);
    const facts = await audio(); // only now: a stream can be read only once, and the part may fail to load
    return await files.run((glue) => glue.perform(name, client.settings, given, options, host, ...facts), host);
  } finally {
    host.close();
  }
}

/** A wait's own limit, apart from the patience with a single answer, and what the core shall refuse. */
function waiting(options: WaitOptions): [RequestOptions, { timeout: unknown }, Callbacks] {
  const { timeout, onStatus, signal, maxRetries, headers, onProgress, ...unknown } = own(options);
  const request = { signal, maxRetries, headers, onProgress };
  return [request, { ...unknown, timeout }, onStatus ? { onStatus } : {}];
}

/** What Rust says of a file: the transcript as JSON, the error as `toError` takes it. */
interface Outcome {
  url?: string;
  taskId?: string;
  transcript?: string;
  error?: unknown;
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
    const [first, ...more] = await this.results(options);
    if (more.length > 0) {
      throw refused("id", "the task has several files; ask for results()");
    }
    if (first?.transcript) return first.transcript;
    throw first?.error ?? toError(undefined);
  }

  /** Waits, and reads what came of each of its files. */
  async results(options: WaitOptions = {}): Promise<FileResult[]> {
    const outcomes = await perform<Outcome[]>(this.#client, "results", this.id, ...waiting(options));
    return outcomes.map(toFileResult);
  }

  /** Cancels it, which works only while it is in the queue. */
  cancel(options: RequestOptions = {}): Promise<void> {
    return perform(this.#client, "cancel", this.id, options);
  }
}

/** What was submitted: a task with its addresses, or why there is none. */
interface Submission {
  urls: string[];
  taskId?: string;
  error?: unknown;
}

/** Many files, a task for each. */
export class Batch {
  /** The tasks that were accepted, in the order of the addresses. */
  readonly tasks: Task[];
  readonly #client: Client;
  readonly #submissions: Submission[];

  /** @internal */
  constructor(client: Client, submissions: Submission[]) {
    this.#client = client;
    this.#submissions = submissions;
    this.tasks = submissions.flatMap(({ taskId }) => (taskId === undefined ? [] : [new Task(client, taskId)]));
  }

  /**
   * Waits for all of them and gives what came of each file, in the order of the addresses. One failure takes nothing
   * from the others.
   */
  async results(options: Omit<WaitOptions, "onStatus"> & { onFile?: ((result: FileResult) => void) | undefined } = {}) {
    const { onFile, ...rest } = own(options);
    const [request, limit] = waiting(rest);
    const callbacks: Callbacks = onFile ? { onFile: (outcome) => onFile(toFileResult(outcome as Outcome)) } : {};
    const accepted = this.#submissions.filter(({ taskId }) => taskId !== undefined);
    const outcomes = accepted.length
      ? await perform<Outcome[]>(this.#client, "collect", accepted, request, limit, callbacks)
      : [];
    const results = outcomes.map(toFileResult);
    return this.#submissions.flatMap(({ urls, taskId, error }): FileResult[] => {
      if (taskId === undefined) return urls.map((url) => ({ url, taskId: undefined, error: toError(error) }));
      const own = results.filter((result) => result.taskId === taskId);
      const [only] = own;
      // A task that came to nothing as a whole says so once; it holds for each of its files.
      return own.length === 1 && only?.url === undefined ? urls.map((url) => ({ ...only!, url })) : own;
    });
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
  return new Batch(client, await perform<Submission[]>(client, "submitBatch", given, options, data));
}
