// What runs on the browser's audio thread: samples of the microphone become 16-bit chunks at the rate that was asked for.
//
// Resampling is done here, and not by an AudioContext of that rate, which Firefox refused to connect to a microphone for years;
// and not by the page, whose thread may be busy for seconds: a message of a finished chunk then waits, and nothing is lost.

import { Resampler } from "./resampler.js";

/** What the page asks for. */
export interface CaptureOptions {
  readonly sampleRate: number;
  /** How many samples a chunk has. */
  readonly length: number;
}

/** To the page: a chunk, the last one of a run perhaps shorter; or that no other will come. */
export type CaptureMessage = Int16Array | "end";

/** From the page. */
export type CaptureCommand = "pause" | "resume" | "end";

// What TypeScript's library for pages does not have: this is another global scope.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;

class Capture extends AudioWorkletProcessor {
  readonly #options: CaptureOptions;
  #resampler: Resampler;
  #chunk: Int16Array<ArrayBuffer>;
  #filled = 0;
  /** Sound has come. Before that, and for up to two seconds, Firefox has no channel: the device is being opened. */
  #hears = false;
  #state: CaptureCommand = "resume";

  constructor({ processorOptions }: { processorOptions: CaptureOptions }) {
    super();
    this.#options = processorOptions;
    this.#resampler = this.#newResampler();
    this.#chunk = new Int16Array(processorOptions.length);
    this.port.onmessage = ({ data }: MessageEvent<CaptureCommand>) => this.#obey(data);
  }

  #newResampler(): Resampler {
    return new Resampler(sampleRate, this.#options.sampleRate);
  }

  /** Called for every 128 samples; `false` ends it. */
  process([input]: Float32Array[][]): boolean {
    if (this.#state === "end") return false;
    const heard = input?.[0];
    this.#hears ||= heard !== undefined;
    if (this.#state === "pause" || !this.#hears) return true;
    // Without a channel in between, time goes on in silence.
    this.#take(this.#resampler.push(heard ?? new Float32Array(128)));
    return true;
  }

  #obey(command: CaptureCommand): void {
    if (this.#state === "end" || command === this.#state) return;
    if (this.#state === "resume") {
      if (this.#hears) this.#take(this.#resampler.finish());
      this.#send();
      this.#resampler = this.#newResampler();
    }
    this.#state = command;
    if (command === "end") this.port.postMessage("end" satisfies CaptureMessage);
  }

  #take(samples: Float32Array): void {
    for (const sample of samples) {
      this.#chunk[this.#filled++] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
      if (this.#filled === this.#chunk.length) this.#send();
    }
  }

  #send(): void {
    if (this.#filled === 0) return;
    const chunk = this.#filled === this.#chunk.length ? this.#chunk : this.#chunk.slice(0, this.#filled);
    this.port.postMessage(chunk satisfies CaptureMessage, [chunk.buffer]);
    this.#chunk = new Int16Array(this.#options.length);
    this.#filled = 0;
  }
}

registerProcessor("dashscope-asr-capture", Capture);
