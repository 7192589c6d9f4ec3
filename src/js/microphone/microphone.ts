// An open microphone: what it hears, and what becomes of it.

import { SampleQueue } from "./sample-queue.js";
import { type MicrophoneState, stateOf } from "./state.js";
import type { CaptureCommand, CaptureMessage } from "./worklet.js";

/** How long the audio thread may take for the last chunk. */
const LAST_CHUNK_MS = 500;

const TRACK_EVENTS = ["mute", "unmute", "ended"];

/** The quietest that counts, in decibels: what is below that is silence to anybody. */
const QUIETEST = -60;

/** @internal What a microphone is made of. */
export interface MicrophoneParts {
  readonly stream: MediaStream;
  /** It was opened for this microphone, and ends with it. */
  readonly isOwn: boolean;
  readonly context: AudioContext;
  readonly node: AudioWorkletNode;
  readonly sampleRate: number;
  readonly onLevel: ((level: number) => void) | undefined;
  readonly onState: ((state: MicrophoneState, reason: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * A microphone. It is an async iterable of samples, each chunk once: two loops share them. Leaving a loop closes nothing.
 * What nobody takes waits, for ten minutes.
 */
export class Microphone implements AsyncIterable<Int16Array<ArrayBuffer>> {
  /** What the browser gives, as it is: for a `MediaRecorder` beside the samples, or a picture of the sound. */
  readonly stream: MediaStream;
  /** Samples in a second, as they come out. */
  readonly sampleRate: number;
  readonly #parts: MicrophoneParts;
  readonly #track: MediaStreamTrack;
  readonly #queue: SampleQueue;
  readonly #heard: Promise<void>;
  #state: MicrophoneState = "muted";
  #paused = false;
  #hears = false;
  #hear!: () => void;

  /** @internal */
  constructor(parts: MicrophoneParts) {
    this.#parts = parts;
    this.stream = parts.stream;
    this.sampleRate = parts.sampleRate;
    this.#queue = new SampleQueue(parts.sampleRate);
    this.#heard = new Promise((resolve) => {
      this.#hear = resolve;
    });
    [this.#track] = parts.stream.getAudioTracks() as [MediaStreamTrack];
    const { context, node, signal } = parts;
    node.port.onmessage = ({ data }: MessageEvent<CaptureMessage>) => this.#receive(data);
    for (const event of TRACK_EVENTS) this.#track.addEventListener(event, this.#look);
    context.addEventListener("statechange", this.#look);
    signal?.addEventListener("abort", this.#abort);
  }

  /** @internal Settles when there is sound, or there will be no more. */
  get heard(): Promise<void> {
    return this.#heard;
  }

  /** What it is now. */
  get state(): MicrophoneState {
    return this.#state;
  }

  /** The name of the device, as the system has it. */
  get label(): string {
    return this.#track.label;
  }

  /** The id of the device, for the next time; another one on every site. */
  get deviceId(): string {
    return this.#track.getSettings().deviceId ?? "";
  }

  /** Milliseconds of sound that were dropped, because nobody took them for ten minutes. */
  get droppedMs(): number {
    return (this.#queue.dropped / this.sampleRate) * 1000;
  }

  /** Lets go of what is said, and keeps the device: `resume()` is immediate. What was said before still comes. */
  pause(): void {
    if (this.#isOver || this.#paused) return;
    this.#paused = true;
    this.#command("pause");
    this.#look();
  }

  /** Hears again. */
  resume(): void {
    if (this.#isOver || !this.#paused) return;
    this.#paused = false;
    this.#command("resume");
    this.#look();
  }

  /** Lets the device go, for good. What was said before still comes, then the loop ends. */
  close(): void {
    this.#end("closed", "it was closed");
  }

  /** What is heard: mono, 16 bits, `sampleRate`, twenty chunks a second. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Int16Array<ArrayBuffer>, void, undefined> {
    for (let chunk = await this.#queue.next(); chunk; chunk = await this.#queue.next()) yield chunk;
  }

  get #isOver(): boolean {
    return this.#state === "closed" || this.#state === "lost";
  }

  #command(command: CaptureCommand): void {
    this.#parts.node.port.postMessage(command);
  }

  #receive(message: CaptureMessage): void {
    if (message === "end") {
      this.#release();
      return;
    }
    const chunk = message as Int16Array<ArrayBuffer>;
    this.#queue.push(chunk);
    const isFirst = !this.#hears;
    this.#hears = true;
    // Nobody is told when a page stops a track of its own.
    if (isFirst || this.#track.readyState === "ended") this.#look();
    this.#hear();
    if (!this.#isOver) this.#parts.onLevel?.(levelOf(chunk));
  }

  readonly #abort = (): void => this.#end("closed", "its signal was aborted");

  /** Looks at everything anew, whatever the news was. */
  readonly #look = (): void => {
    if (this.#isOver) return;
    const { context } = this.#parts;
    const isRunning = context.state === "running";
    // After a telephone call, for one, it does not begin again by itself.
    if (!isRunning) void context.resume().catch(() => {});
    const { readyState, muted: isMuted } = this.#track;
    const hasEnded = readyState === "ended";
    const [state, reason] = stateOf({ hasEnded, isPaused: this.#paused, hasHeard: this.#hears, isMuted, isRunning });
    if (state === "lost") this.#end(state, reason);
    else this.#become(state, reason);
  };

  #become(state: MicrophoneState, reason: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#parts.onState?.(state, reason);
  }

  #end(state: "closed" | "lost", reason: string): void {
    if (this.#isOver) return;
    this.#command("end");
    setTimeout(() => this.#release(), LAST_CHUNK_MS);
    for (const event of TRACK_EVENTS) this.#track.removeEventListener(event, this.#look);
    this.#parts.context.removeEventListener("statechange", this.#look);
    this.#parts.signal?.removeEventListener("abort", this.#abort);
    if (this.#parts.isOwn) for (const track of this.stream.getTracks()) track.stop();
    this.#hear();
    this.#become(state, reason);
  }

  #release(): void {
    this.#queue.end();
    const { context, node } = this.#parts;
    node.port.onmessage = null;
    if (context.state !== "closed") void context.close().catch(() => {});
  }
}

/** Ears are logarithmic. */
function levelOf(samples: Int16Array): number {
  let peak = 1;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return Math.max(0, 1 - (20 * Math.log10(peak / 32_768)) / QUIETEST);
}
