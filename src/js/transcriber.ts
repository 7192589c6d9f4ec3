// The client.

import type { AudioInput, ClientSettings, Transcript } from "../../target/js/glue.js";
import { type CallOptions, type Client, splitCall, splitClient, type TranscriberOptions } from "./call.js";
import { call, run } from "./instance.js";
import { TranscriptStream } from "./transcript-stream.js";

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
    call((glue) => glue.checkSettings(this.#settings));
  }

  get #settings(): ClientSettings {
    return this.#client.settings;
  }

  /**
   * Transcribes audio and waits for the whole text. "No speech" is a result: `text: ""`, `noSpeech: true`.
   *
   * @param audio a Blob or File, bytes, a stream, a Response or Request with audio in it, or a URL that the service can
   *   download. Never changed and never kept.
   */
  transcribe(audio: AudioInput, options: CallOptions = {}): Promise<Transcript> {
    return this.#start(audio, options, false).final();
  }

  /** Transcribes audio and gives the text while it is recognised. Nothing is sent before the first event is asked for. */
  stream(audio: AudioInput, options: CallOptions = {}): TranscriptStream {
    return this.#start(audio, options, true);
  }

  #start(audio: AudioInput, options: CallOptions, stream: boolean): TranscriptStream {
    const open = (signal: AbortSignal) => {
      const parts = splitCall(this.#client, { ...options, signal });
      return call((glue) => new glue.TranscriptReader(this.#settings, audio, parts.data, parts.call, stream));
    };
    return new TranscriptStream(open, options.signal);
  }

  /**
   * Builds the standard `Request` that `transcribe` (or, with `stream: true`, `stream`) would send, for sending by other
   * means. The key is on it, if the client has one.
   */
  buildRequest(audio: AudioInput, options: CallOptions & { stream?: boolean } = {}): Promise<Request> {
    const { stream = false, ...rest } = options;
    const parts = splitCall(this.#client, rest);
    return run((glue) => glue.buildRequest(this.#settings, audio, parts.data, parts.call, stream));
  }

  /** Reads the answer to a request of `buildRequest`, errors included. Pass the same options. */
  readResponse(response: Response, options: CallOptions = {}): Promise<Transcript> {
    return this.readStream(response, options).final();
  }

  /** Reads the streamed answer to a request of `buildRequest` with `stream: true`. Pass the same options. */
  readStream(response: Response, options: CallOptions = {}): TranscriptStream {
    const open = (signal: AbortSignal) => {
      const parts = splitCall(this.#client, { ...options, signal });
      return call((glue) => glue.TranscriptReader.fromResponse(this.#settings, response, parts.data, parts.call));
    };
    return new TranscriptStream(open, options.signal);
  }
}
