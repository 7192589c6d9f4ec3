// A live transcription as JavaScript likes it. What it does is in live/effects.ts, which is loaded with the part `live`; what is
// said before that is kept.

import type { LiveOptions, Message, Transcript } from "../../target/js/glue.js";
import type { Glue } from "../../target/js/live-glue.js";
import { type Client, checkSignal } from "./call.js";
import { json, own, refused } from "./data.js";
import { toError } from "./errors.js";
import { failure } from "./failure.js";
import { Part } from "./instance.js";
import type { LiveEffects } from "./live/effects.js";
import type { LiveEvent } from "./live-events.js";
import { loadPart } from "./load-part.js";

/** Options of a live transcription. */
export type LiveCallOptions = LiveOptions & {
  /** Gives it up. */
  signal?: AbortSignal | undefined;
  /**
   * Where your server gives out temporary tokens of the service, as `POST {path}/token` of the relay does: then the connection goes
   * straight to the service. It is asked for each connection, with `apiKey` as `Authorization: Bearer` if there is one, and answers
   * `{ token, url }`. Without it a page goes by way of `baseURL`, its relay.
   */
  tokenURL?: string | URL | undefined;
};

/** Its source is read, so it has nothing else in it. */
const load = () => import("../../target/js/live-glue.js");

let part: Part<Glue> | undefined;

async function start(client: Client, options: LiveCallOptions): Promise<LiveEffects> {
  const { signal, tokenURL, ...data } = own(options);
  checkSignal(signal);
  const texts = json(data, "option");
  const source = await loadPart(load, "for live transcription");
  part ??= new Part("live", source);
  const live = part;
  // The build has put them together.
  const { LiveEffects } = source as unknown as typeof import("./live/effects.js");
  return new LiveEffects(
    client,
    texts,
    { signal, tokenURL: tokenURL === undefined ? tokenURL : String(tokenURL) },
    { call: (work) => live.call(work), toError, failure },
  );
}

/**
 * Words while they are spoken. Audio that is sent before the connection is open, or while it is lost, is kept and sent later.
 *
 * ```ts
 * const live = asr.live({ languageHints: ["en"] });
 * microphone.onsamples = (samples) => live.send(samples);
 * for await (const event of live) if (event.type === "partial" || event.type === "final") show(event.text);
 * ```
 */
export class LiveTranscript implements AsyncIterable<LiveEvent> {
  readonly #started: Promise<LiveEffects>;
  #effects: LiveEffects | undefined;
  #waiting: ((effects: LiveEffects) => void)[] = [];

  /** @internal */
  constructor(client: Client, options: LiveCallOptions) {
    this.#started = start(client, options).then((effects) => {
      try {
        for (const work of this.#waiting) work(effects);
      } catch (error) {
        effects.close();
        throw error;
      }
      this.#effects = effects;
      return effects;
    });
    this.#started.catch(() => {}); // `finish()` and the events tell it
  }

  #do(work: (effects: LiveEffects) => void): void {
    if (this.#effects) work(this.#effects);
    else this.#waiting.push(work);
  }

  /**
   * Sends audio: samples (`Float32Array` from −1 to 1, or `Int16Array`), or bytes of 16-bit samples, little-endian; one channel, at
   * `sampleRate`. With `format: "opus"`, bytes of Ogg Opus from the first on, cut anywhere. It is copied, and never waits.
   * After `finish()` or `close()`, and during a pause, it is not heard.
   */
  send(audio: Float32Array | Int16Array | Uint8Array | ArrayBuffer): void {
    const kind = (audio as { [Symbol.toStringTag]?: string } | undefined)?.[Symbol.toStringTag];
    let copy: Float32Array | Int16Array | Uint8Array;
    if (kind === "Float32Array") copy = new Float32Array(audio as Float32Array);
    else if (kind === "Int16Array") copy = new Int16Array(audio as Int16Array);
    else if (kind === "Uint8Array" || kind === "ArrayBuffer") copy = new Uint8Array(audio as Uint8Array).slice();
    else throw refused("audio", "expected a Float32Array, an Int16Array or bytes");
    this.#do((effects) => effects.send(copy));
  }

  /** No more audio: waits until all of it is heard. Rejects with what went wrong; `unsentAudio` has what was not heard. */
  finish(): Promise<Transcript> {
    return new Promise((resolve, reject) => {
      this.#started.catch(reject);
      this.#do((effects) => effects.finish().then(resolve, reject));
    });
  }

  /** Gives up: no more events, and `finish()` rejects. */
  close(): void {
    this.#do((effects) => effects.close());
  }

  /** Lets what was said be heard to its end, and the connection go. Audio of the pause is not of the recording. */
  pause(): void {
    this.#do((effects) => effects.tell("pause"));
  }

  /** Goes on after a pause. */
  resume(): void {
    this.#do((effects) => effects.tell("resume"));
  }

  /** Takes a new connection in place of this one, as after a change of networks. No words are lost. */
  reconnect(): void {
    this.#do((effects) => effects.tell("reconnect"));
  }

  /** Other words that were said before, from now on: at most five of each role, of 400 characters. Fun-ASR and Qwen-Audio. */
  setContext(messages: Message[]): void {
    const options = json({ messages }, "messages");
    this.#do((effects) => effects.setContext(options));
  }

  /** A turn is over: what was sent since the last one becomes its text. With `turnDetection: null`. Qwen3-ASR. */
  commit(): void {
    this.#do((effects) => effects.commit());
  }

  /** Milliseconds of audio that wait to be sent. */
  get bufferedMs(): number {
    return this.#effects?.bufferedMs ?? 0;
  }

  /** The events, each once: two loops share them. Leaving a loop closes nothing. */
  async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent, void, undefined> {
    const effects = await this.#started;
    for (let event = await effects.next(); event; event = await effects.next()) yield event;
  }
}
