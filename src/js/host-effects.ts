// The effects of one call: what the core decides is done here. Each method is a member of `CallEffects` in
// src/wasm/effects.rs.

import type { AudioInput, AudioSource, CallEffects, Progress, TaskStatus } from "../../target/js/glue.js";
import type { Outcome } from "./actions.js";
import { type Audio, openAudio } from "./audio-input.js";
import { BASE64, BodyAudio, type BodyWork, BYTES, body, type Done, NO_AUDIO } from "./body.js";
import type { ByteStream } from "./byte-stream.js";
import { own } from "./data.js";
import { Effect, Effects, Pause } from "./effect.js";
import { AsrError } from "./errors.js";
import { Exchange } from "./exchange.js";
import { failure } from "./failure.js";
import type { Turn, TurnHolder } from "./turns.js";
import type { Upload } from "./upload-form.js";

/** What a client's relay has told of itself. */
export interface ToldRelay {
  /** It takes audio as it is. */
  takesAudio: boolean;
  /** What it allows, as JSON; nothing where it did not say. */
  capabilities?: Promise<string | undefined> | undefined;
}

/** What the effects of a call are made of. */
export interface EffectOptions {
  fetch: (request: Request) => Promise<Response>;
  apiKey?: unknown;
  relay: ToldRelay;
  /** Where each attempt takes its turn, if there are turns. */
  turns?: TurnHolder | undefined;
  signal?: AbortSignal | undefined;
  /** Patience, retries and headers, as the JSON that the core reads. */
  settings: string;
  onProgress?: ((progress: Progress) => void) | undefined;
  onStatus?: ((status: TaskStatus) => void) | undefined;
  onFile?: ((outcome: Outcome) => void) | undefined;
  /** The errors of the submissions of a batch that were refused, each in the place of its submission. */
  refusals?: (AsrError | undefined)[] | undefined;
  /** Sends a form with progress, where `fetch` tells none. */
  upload?: Upload | undefined;
}

export class HostEffects implements CallEffects {
  readonly settings: string;
  loaded = 0;
  readonly #options: EffectOptions;
  readonly #effects: Effects;
  #stream: ByteStream | undefined;
  #body: BodyAudio | undefined;
  #most = Number.POSITIVE_INFINITY;
  #key: string | undefined;
  #turn: Turn | undefined;

  constructor(options: EffectOptions) {
    this.settings = options.settings;
    this.#options = options;
    this.#effects = new Effects(options.signal);
  }

  /** Waits for what the call needs before it can begin. */
  ready<T>(work: () => Promise<T>): Promise<T> {
    return this.#during(work);
  }

  /** Finds out what the audio is. `raw`: it will be sent as it is, not as base64. */
  async open(input: AudioInput, raw = false): Promise<Audio & AudioSource> {
    const taken = (stream: ByteStream) => {
      this.#stream = stream;
    };
    const audio = await this.#during(() => openAudio(input, { fetch: this.#options.fetch, taken }));
    if ("bytes" in audio) this.#body = new BodyAudio(audio);
    return { ...NO_BYTES, ...audio, replayable: this.#body?.isReplayable(raw) ?? true };
  }

  /** The audio as a data URL. */
  async dataUrl(prefix: string): Promise<string> {
    const audio = this.#body;
    if (!audio) {
      const message = "a data URL is made of bytes; pass a Blob, bytes or a stream, or fetch the URL first";
      throw failure("invalid_audio", message);
    }
    return this.#during(() => audio.text(prefix, this.#done));
  }

  /** Ends what is still under way: the call is over. */
  close(): void {
    this.#turn?.leave();
    this.#effects.cancel();
    this.#stream?.cancel();
  }

  get isPage(): boolean {
    const { document, importScripts, WebSocketPair } = globalThis as Record<string, unknown>;
    // `importScripts` is in every Web Worker and service worker, but up to a compatibility date of 2024-03-03 also in
    // Cloudflare's (its flag `no_global_importscripts`), which alone have that pair, and whatever documents a library fakes.
    // Elsewhere a document is believed: with jsdom or happy-dom a page's code is tested, and shall ask for what a page asks.
    return !WebSocketPair && Boolean(document ?? importScripts);
  }

  get takesAudio(): boolean {
    // Of a stream the base64 is kept for another attempt, its bytes are not.
    return this.#options.relay.takesAudio && this.#body?.isReplayable(true) === true;
  }

  set takesAudio(takes: boolean) {
    this.#options.relay.takesAudio = takes;
  }

  async apiKey(): Promise<unknown> {
    await this.#takeTurn();
    const key = await this.#apiKey();
    // What has other characters is refused in the core, and goes nowhere.
    if (typeof key === "string" && /^[!-~]+$/.test(key.trim())) this.#key = key.trim();
    return key;
  }

  /** The core asks for the key before each attempt, and has no patience with that which could end. */
  async #takeTurn(): Promise<void> {
    this.#turn?.leave();
    const turn = this.#options.turns?.gate?.ask();
    this.#turn = turn;
    if (turn) await this.#during(() => turn.begins);
  }

  /** The key that it has used last, for what must not repeat it. */
  get key(): string | undefined {
    return this.#key;
  }

  async #apiKey(): Promise<unknown> {
    const { apiKey } = this.#options;
    if (typeof apiKey !== "function") return apiKey;
    try {
      // No key where one was promised is another thing than a call without a key.
      return (await this.#during(async () => apiKey())) ?? false;
    } catch (thrown) {
      if (thrown instanceof AsrError && thrown.code === "aborted") throw thrown;
      throw failure("authentication", "the apiKey function failed", thrown);
    }
  }

  limit(most: number): void {
    this.#most = most;
  }

  pause(millis: number): Pause {
    return new Pause(this.#effects, millis);
  }

  request(url: string, head: string, before: string, audio: number, after: string): Promise<Request> {
    return this.#during(() => this.#request(bare(url, head), this.#work(before, audio, after)));
  }

  send(url: string, head: string, before: string, audio: number, after: string, recognition: boolean): Exchange {
    const begin = async (signal: AbortSignal) => {
      const empty = bare(url, head);
      const work = this.#work(before, audio, after);
      // Where not the audio but the connection failed, fetch says so itself, and in the right words.
      work.failed = (error) => error instanceof AsrError && exchange.cut(error);
      const { upload, fetch, onProgress } = this.#options;
      // It follows redirects, which fetch can be kept from, so it is for those who want to be told.
      if (work.audio === BYTES && upload && onProgress) {
        const form = (await body(this.#body, work)) as Blob;
        signal.throwIfAborted();
        const told = (loaded: number, total: number) => {
          try {
            this.#tell({ phase: "upload", loaded, total });
          } catch (error) {
            exchange.cut(error as AsrError);
          }
        };
        return through(() => upload(empty.url, [...empty.headers], form, signal, told));
      }
      const request = await this.#request(empty, work, signal);
      // Nobody wants the answer any more, and not every fetch heeds the signal of its request.
      signal.throwIfAborted();
      if (work.audio === BYTES || recognition) this.#tell({ phase: recognition ? "send" : "upload", loaded: 0 });
      // Node lets the signal of a Request go when nobody holds the Request any more, though it is under way.
      exchange.request = request;
      const response = await through(() => fetch(request));
      this.#turn?.answered(response.status, response.headers);
      return response;
    };
    const received = recognition ? (loaded: number) => this.#tell({ phase: "receive", loaded }) : undefined;
    const exchange: Exchange & { request?: Request } = new Exchange(this.#effects, begin, received);
    return exchange;
  }

  /** An answer that somebody else fetched. */
  async received(response: Response): Promise<Exchange> {
    this.#effects.check();
    const received = (loaded: number) => this.#tell({ phase: "receive", loaded });
    const exchange = new Exchange(this.#effects, async () => response, received);
    await exchange.done();
    return exchange;
  }

  /** Tells the caller how far a recording of any length is. */
  progress(progress: Progress): void {
    this.#tell(progress);
  }

  stage(phase: string): void {
    this.#tell({ phase: phase as Progress["phase"], loaded: 0 });
  }

  status(status: TaskStatus): void {
    this.#notify("onStatus", status);
  }

  file(outcome: Outcome): void {
    this.#notify("onFile", outcome);
  }

  refusal(at: number): unknown {
    return this.#options.refusals?.[at];
  }

  async #request(empty: Request, work: BodyWork, signal?: AbortSignal): Promise<Request> {
    const content = await body(this.#body, work);
    // `duplex` must be said for a streaming body, and the types do not know it.
    const init: RequestInit & { duplex?: "half" } = own(signal ? { signal } : {});
    if (content !== undefined) init.body = content;
    if (content instanceof ReadableStream) init.duplex = "half";
    const request = new Request(empty, init);
    // The runtime knows it anyway; a `fetch` of the caller's shall, too.
    if (work.length) request.headers.set("content-length", String(work.length));
    return request;
  }

  #work(before: string, audio: number, after: string): BodyWork {
    const kind = audio === BASE64 || audio === BYTES ? audio : NO_AUDIO;
    return { before, audio: kind, after, done: this.#done, failed: () => {} };
  }

  /** Tells how far the audio is, and ends the work where that is too far. */
  readonly #done: Done = (phase, loaded, total) => {
    this.#effects.check();
    this.loaded = loaded;
    // The core has the words for it.
    if (loaded > this.#most) throw failure("audio_too_large", "the audio is too large");
    this.#tell(total === undefined ? { phase, loaded } : { phase, loaded, total });
  };

  /** A callback may also cancel the call. */
  #tell(progress: Progress): void {
    this.#notify("onProgress", progress);
    this.#effects.check();
  }

  /** An exception of a callback ends the call. */
  #notify(name: "onProgress" | "onStatus" | "onFile", value: unknown): void {
    try {
      (this.#options[name] as ((value: unknown) => void) | undefined)?.(value);
    } catch (thrown) {
      throw failure("aborted", `the ${name} callback threw, so the call was cancelled`, thrown);
    }
  }

  async #during<T>(work: () => Promise<T>): Promise<T> {
    this.#effects.check();
    const effect = new Effect(this.#effects);
    try {
      return await effect.wait(work());
    } finally {
      effect.cancel();
    }
  }
}

const NO_BYTES = { head: new Uint8Array() };

/** The request without its body. */
function bare(url: string, head: string): Request {
  try {
    return new Request(url, own<RequestInit>(JSON.parse(head)));
  } catch {
    throw failure("invalid_option", "baseURL"); // the runtime's own words repeat the address
  }
}

/** Whatever a fetch fails with, an error of this package from another call included, is that the request failed. */
async function through(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (thrown) {
    throw failure("connection_error", "the request did not get through", thrown);
  }
}
