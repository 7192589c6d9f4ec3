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

import { type LiveCallOptions, LiveTranscript } from "./live-transcript.js";
import { openLong, type SplitCallOptions } from "./long-audio.js";
import type { LongTranscript } from "./long-events.js";
import { perform, transcribeLongAudio, upload } from "./perform.js";

import { type Batch, submitBatch, Task } from "./service.js";
import { type Opened, TranscriptStream } from "./transcript-stream.js";
import { open, openResponse, steps } from "./transcription.js";
import { Vocabularies } from "./vocabularies.js";

/** Options of `transcribe`. */
export type TranscribeCallOptions = CallOptions & {
  /**
   * What to do with audio that is too long or too large for the model: `"task"` uploads it and transcribes it as a task
   * (`qwen3-asr-flash-filetrans`); options in place of the word choose another model or tell it more. Language, context
   * and `enableItn` count for both ways. `"split"` and `"auto"` are others: see `SplitCallOptions`. Without it, such audio is an
   * error.
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

  /** Transcribes a recording of any length, in pieces, or the way that fits it; `resume` goes on with an earlier call. */
  transcribe(audio: AudioInput, options: SplitCallOptions): Promise<LongTranscript>;
  /**
   * Transcribes audio and waits for the whole text. "No speech" is a result: `text: ""`, `noSpeech: true`.
   *
   * @param audio a Blob or File, bytes, a stream, a Response or Request with audio in it, or a URL that the service can
   *   download. Never changed and never kept.
   */
  transcribe(audio: AudioInput, options?: TranscribeCallOptions): Promise<Transcript>;
  transcribe(audio: AudioInput, options: TranscribeCallOptions | SplitCallOptions = {}): Promise<Transcript> {
    if (isSplit(options)) return this.#startLong(audio, options, false).final();
    const { longAudio, ...rest } = own(options);
    if (longAudio === undefined || longAudio === null) return this.#start(audio, rest, false).final();
    return transcribeLongAudio(this.#client, audio, rest, longAudio === "task" ? {} : longAudio);
  }

  /** Gives the text of a recording of any length piece after piece, in its order. */
  stream(audio: AudioInput, options: SplitCallOptions): TranscriptStream<LongTranscript>;
  /** Transcribes audio and gives the text while it is recognised. Nothing is sent before the first event is asked for. */
  stream(audio: AudioInput, options?: CallOptions): TranscriptStream;
  stream(
    audio: AudioInput,
    options: CallOptions | SplitCallOptions = {},
  ): TranscriptStream | TranscriptStream<LongTranscript> {
    if (isSplit(options)) return this.#startLong(audio, options, true);
    return this.#start(audio, options, true);
  }

  #start(audio: AudioInput, options: CallOptions, stream: boolean): TranscriptStream {
    return transcriptStream(options, async (all) => steps(await open(this.#client, audio, all, stream)));
  }

  #startLong(audio: AudioInput, options: SplitCallOptions, stream: boolean): TranscriptStream<LongTranscript> {
    return transcriptStream(own(options), (all) => openLong(this.#client, audio, all, stream));
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
    // Somebody else sends it, whenever they want: it waits for no turn.
    const { transcription, effects } = await open({ ...this.#client, turns: {} }, audio, rest, stream);
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
    return transcriptStream(options, async (all) => steps(await openResponse(this.#client, response, all)));
  }

  /**
   * Begins a live transcription: words while they are spoken, over a WebSocket, at once. What is wrong with the options is told by
   * its events and by `finish()`. A relay tells by `live` in `GET {baseURL}/capabilities` whether it has models for it.
   */
  live(options: LiveCallOptions = {}): LiveTranscript {
    return new LiveTranscript(this.#client, options);
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
   * Makes a key that expires after 1 to 1800 seconds (default: 60), for native apps and extensions, and for `live({ tokenURL })` in
   * pages, which reach the service by nothing else. It may do everything that your key may, and cannot be called back.
   */
  createToken(options: RequestOptions & { expireInSeconds?: number | undefined } = {}): Promise<Token> {
    const { expireInSeconds, ...rest } = own(options);
    return perform(this.#client, "createToken", { expireInSeconds }, rest);
  }
}

/** Whether a recording may go in pieces, whose part has to be loaded first. */
function isSplit(options: object | null | undefined): options is SplitCallOptions {
  const { longAudio } = own<Partial<SplitCallOptions>>(options);
  return longAudio === "split" || longAudio === "auto";
}

/** A stream of what `open` gives, cancelled by its own signal, which follows the caller's. */
function transcriptStream<Options extends RequestOptions, Result extends Transcript>(
  options: Options,
  open: (options: Options) => Promise<Opened<Result>>,
): TranscriptStream<Result> {
  const { signal } = own(options);
  // What is no signal is refused together with all other options: when something is asked for.
  if (!isSignal(signal)) return new TranscriptStream(() => open(options), undefined);
  return new TranscriptStream((own) => open({ ...options, signal: own }), signal);
}
