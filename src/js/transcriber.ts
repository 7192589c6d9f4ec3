// The client.

import type { AudioInput, TaskFilter, TaskPage, Token, TranscribeOptions, Transcript } from "../../target/js/glue.js";
import {
  type CallOptions,
  type Client,
  isSignal,
  type RequestOptions,
  splitClient,
  splitOptions,
  type TranscriberOptions,
} from "./call.js";
import { own } from "./data.js";
import { callCore, runCore } from "./instance.js";
import { perform, transcribeAny, upload } from "./perform.js";
import { type Batch, submitBatch, Task } from "./service.js";
import { type Opened, TranscriptStream } from "./transcript-stream.js";
import { open, openResponse } from "./transcription.js";
import { Vocabularies } from "./vocabularies.js";

/** Options of `transcribe`. */
export type TranscribeCallOptions = CallOptions & {
  /**
   * What to do with audio that is too long or too large for the model: `"task"` uploads it and transcribes it as a task
   * (`qwen3-asr-flash-filetrans`); options in place of the word choose another model or tell it more. Language, context
   * and `enableItn` count for both ways. Without it, such audio is an error.
   */
  longAudio?: "task" | TranscribeOptions | undefined;
};

/**
 * Turns audio into text.
 *
 * ```ts
 * const asr = new Transcriber({ baseURL: "/dashscope" });   // your relay, which adds the key
 * const { text } = await asr.transcribe(file);
 * ```
 *
 * Make one and keep it: it holds no connection and needs no closing.
 */
export class Transcriber {
  readonly #client: Client;

  /** @throws InvalidOptionError when an option is unknown or has a wrong value. */
  constructor(options: TranscriberOptions = {}) {
    this.#client = splitClient(options);
    callCore((glue) => glue.checkSettings(this.#client.settings));
  }

  /**
   * Transcribes audio and waits for the whole text. "No speech" is a result: `text: ""`, `noSpeech: true`.
   *
   * @param audio a Blob or File, bytes, a stream, a Response or Request with audio in it, or a URL that the service can
   *   download. Never changed and never kept.
   */
  transcribe(audio: AudioInput, options: TranscribeCallOptions = {}): Promise<Transcript> {
    const { longAudio, ...rest } = own(options);
    if (longAudio === undefined || longAudio === null) return this.#start(audio, rest, false).final();
    return transcribeAny(this.#client, audio, rest, longAudio === "task" ? {} : longAudio);
  }

  /** Transcribes audio and gives the text while it is recognised. Nothing is sent before the first event is asked for. */
  stream(audio: AudioInput, options: CallOptions = {}): TranscriptStream {
    return this.#start(audio, options, true);
  }

  #start(audio: AudioInput, options: CallOptions, stream: boolean): TranscriptStream {
    return transcriptStream(options, (all) => open(this.#client, audio, all, stream));
  }

  /**
   * Builds the standard `Request` that `transcribe` (or, with `stream: true`, `stream`) would send, for sending by other
   * means. The key is on it, if the client has one.
   */
  async buildRequest(
    audio: AudioInput,
    options: CallOptions & { stream?: boolean | undefined } = {},
  ): Promise<Request> {
    const { stream = false, ...rest } = own(options);
    const { transcription, effects } = await open(this.#client, audio, rest, stream);
    try {
      return await runCore(() => transcription.request(), effects);
    } catch (error) {
      effects.close(); // otherwise a stream of audio may still flow into the request
      throw error;
    } finally {
      transcription.free();
    }
  }

  /** Reads the answer to a request of `buildRequest`, errors included. Pass the same options. */
  readResponse(response: Response, options: CallOptions = {}): Promise<Transcript> {
    return this.readStream(response, options).final();
  }

  /** Reads the streamed answer to a request of `buildRequest` with `stream: true`. Pass the same options. */
  readStream(response: Response, options: CallOptions = {}): TranscriptStream {
    return transcriptStream(options, (all) => openResponse(this.#client, response, all));
  }

  /** Hot-word lists: create, list, get, update, delete. */
  get vocabularies(): Vocabularies {
    return new Vocabularies(this.#client);
  }

  /**
   * Has a file transcribed as a task: up to 12 hours, by its address (`https://` or `oss://`). Never repeated blindly,
   * because every accepted submission is billed.
   */
  async submit(url: string | URL, options: CallOptions = {}): Promise<Task> {
    const { data, request } = splitOptions(options);
    return new Task(this.#client, await perform(this.#client, "submit", [String(url)], request, data));
  }

  /**
   * Has up to 100 files transcribed, a task for each, submitted as slowly as the service wants it. `together` sends all
   * addresses in one request.
   */
  submitBatch(urls: (string | URL)[], options: CallOptions & { together?: boolean | undefined } = {}): Promise<Batch> {
    const { together = false, ...rest } = own(options);
    const { data, request } = splitOptions(rest);
    return submitBatch(this.#client, urls, together, request, data);
  }

  /** A task that was submitted before, by its id: tasks survive a reload. */
  task(id: string): Task {
    return new Task(this.#client, id);
  }

  /** The account's tasks of the last 24 hours. */
  listTasks(filter: TaskFilter = {}, options: RequestOptions = {}): Promise<TaskPage> {
    return perform(this.#client, "listTasks", filter, options);
  }

  /**
   * Puts audio into the service's temporary store and gives its `oss://` address: good for 48 hours, for this account and
   * model only. Requests that name it carry the header it needs by themselves.
   */
  upload(
    audio: AudioInput,
    options: RequestOptions & Pick<TranscribeOptions, "model" | "mediaType"> = {},
  ): Promise<string> {
    return upload(this.#client, audio, options);
  }

  /**
   * Makes a key that expires after 1 to 1800 seconds (default: 60), for native apps and extensions. Pages cannot use it:
   * they cannot reach the service at all.
   */
  createToken(options: RequestOptions & { expireInSeconds?: number | undefined } = {}): Promise<Token> {
    const { expireInSeconds, ...rest } = own(options);
    return perform(this.#client, "createToken", { expireInSeconds }, rest);
  }
}

/** A stream of what `open` gives, cancelled by its own signal, which follows the caller's. */
function transcriptStream(options: CallOptions, open: (options: CallOptions) => Promise<Opened>): TranscriptStream {
  const { signal } = own(options);
  // What is no signal is refused together with all other options: when something is asked for.
  if (!isSignal(signal)) return new TranscriptStream(() => open(options), undefined);
  return new TranscriptStream((own) => open({ ...options, signal: own }), signal);
}
