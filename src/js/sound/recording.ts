// A recording that is read once, from its beginning to its end or as far as somebody wants it. It goes with the part `sound`, so it
// imports types only from outside this folder, and gets from the entry what must not be there twice.

import type { AudioInput } from "../../../target/js/glue.js";
import type { Glue } from "../../../target/js/sound-glue.js";
import type { Audio, AudioBytes } from "../audio-input.js";
import type { AudioSegment, ProbedAudio, SoundProgress } from "../sound-options.js";
import { described } from "./description.js";
import { asOpus } from "./opus-encoder.js";
import { samplesOf } from "./samples.js";
import type { Chunk, SoundTools } from "./tools.js";

/** Samples of every millisecond. */
const PER_MS = 16;
/** Samples that a Blob is made of at a time: browsers keep those elsewhere than in the memory of the page. */
const GATHERED = 1024 * 1024;

type OnProgress = ((progress: SoundProgress) => void) | undefined;

export class Recording {
  readonly #audio: AudioBytes;
  readonly #tools: SoundTools;
  readonly #onProgress: OnProgress;

  private constructor(audio: AudioBytes, tools: SoundTools, onProgress: OnProgress) {
    this.#audio = audio;
    this.#tools = tools;
    this.#onProgress = onProgress;
  }

  static async open(input: AudioInput, tools: SoundTools, onProgress: OnProgress): Promise<Recording> {
    return Recording.of(await tools.effects.open(input), tools, onProgress);
  }

  /** The same of audio that is open already. */
  static async of(opened: Audio, tools: SoundTools, onProgress?: OnProgress): Promise<Recording> {
    const { effects, failure } = tools;
    let audio: Audio = opened;
    if ("url" in audio && audio.url?.startsWith("data:")) {
      const { url } = audio;
      audio = await effects.open(await effects.ready(async () => (await fetch(url)).blob()));
    }
    if (!("bytes" in audio)) {
      throw failure("invalid_audio", "what reads sound takes bytes; fetch the address, and pass the Response");
    }
    return new Recording(audio, tools, onProgress);
  }

  /** What it is; the models to be asked are JSON. */
  async probe(models: string): Promise<ProbedAudio> {
    const { effects } = this.#tools;
    try {
      return await effects.ready(() => described(this.#audio, this.#tools, models));
    } finally {
      effects.close();
    }
  }

  /** All of it, or a piece, as a WAV file. */
  async wav(fromMs = 0, toMs = Number.POSITIVE_INFINITY): Promise<Blob> {
    const from = Math.round(fromMs * PER_MS);
    const to = Math.round(toMs * PER_MS);
    const blobs: Blob[] = [];
    let gathered: Int16Array<ArrayBuffer>[] = [];
    let waiting = 0;
    let length = 0;
    let at = 0;
    for await (const samples of this.#samples(fromMs, toMs)) {
      const wanted = samples.subarray(Math.max(0, from - at), Math.max(0, to - at));
      at += samples.length;
      if (wanted.length > 0) gathered.push(wanted);
      length += wanted.length;
      waiting += wanted.length;
      if (waiting >= GATHERED) {
        blobs.push(new Blob(gathered));
        gathered = [];
        waiting = 0;
      }
      if (at >= to) break;
    }
    if (length === 0) {
      const heard = `it lasts ${Math.round(at / PER_MS)} ms`;
      throw this.#tools.failure(
        "empty_audio",
        at === 0 ? "there is no sound in it" : `there is nothing there: ${heard}`,
      );
    }
    const header = this.#tools.call((glue) => glue.wavHeader(length)) as Uint8Array<ArrayBuffer>;
    return new Blob([header, ...blobs, ...gathered], { type: "audio/wav" });
  }

  /** Its pieces between pauses; the rules are JSON. */
  async *segments(rules: string): AsyncGenerator<AudioSegment, void, undefined> {
    const { call } = this.#tools;
    const segmenter = call((glue) => new glue.SoundSegmenter(rules));
    try {
      for await (const samples of this.#samples(0, Number.POSITIVE_INFINITY)) {
        call(() => segmenter.push(samples));
        yield* this.#ready(segmenter);
      }
      call(() => segmenter.finish());
      yield* this.#ready(segmenter);
    } finally {
      call(() => segmenter.free());
    }
  }

  *#ready(segmenter: InstanceType<Glue["SoundSegmenter"]>): Generator<AudioSegment, void, undefined> {
    const { call } = this.#tools;
    for (;;) {
      const segment = call(() => segmenter.nextSegment());
      if (!segment) return;
      const { index, start, samples, voiced, ending } = segment;
      const toWav = () => {
        const header = call((glue) => glue.wavHeader(samples.length)) as Uint8Array<ArrayBuffer>;
        return new Blob([header, samples], { type: "audio/wav" });
      };
      const toOpus: AudioSegment["toOpus"] = async (options) => {
        this.#tools.checkSignal(options?.signal);
        return asOpus(samples, this.#tools, options?.signal);
      };
      const times = { fromMs: start / PER_MS, toMs: (start + samples.length) / PER_MS, speechMs: voiced / PER_MS };
      yield { index, ...times, ending, samples, toWav, toOpus };
    }
  }

  /** The samples from the first on: what stands before `fromMs` may be anything, what is behind `toMs` may be missing. */
  async *#samples(fromMs: number, toMs: number): AsyncGenerator<Int16Array<ArrayBuffer>, void, undefined> {
    const { effects } = this.#tools;
    const chunks = samplesOf(this.#audio, this.#tools, fromMs, toMs);
    let done = 0;
    try {
      for (;;) {
        const { value } = await effects.ready(() => chunks.next());
        if (!value) return;
        done += value.samples.length;
        this.#tell(done, value);
        yield value.samples;
      }
    } finally {
      effects.close();
      // Not waited for: it may stand behind a decoder that nobody needs any more.
      chunks.return().catch(() => {});
    }
  }

  #tell(done: number, { fraction }: Chunk): void {
    try {
      const doneMs = Math.round(done / PER_MS);
      this.#onProgress?.(fraction === undefined ? { doneMs } : { doneMs, fraction: Math.min(1, fraction) });
    } catch (thrown) {
      throw this.#tools.failure("aborted", "the onProgress callback threw, so the call was cancelled", thrown);
    }
  }
}
