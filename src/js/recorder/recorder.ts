// The recorder of the browser, from its start to its last piece.

import type { RecordingFormat } from "./recording-format.js";

/** How often a piece is handed over: what a crash can cost at most. */
const TIMESLICE_MS = 1000;

/** Speech in Opus is indistinguishable above this. */
const BITS_PER_SECOND = 48_000;

/** What that comes to, with what a container adds to it, in five minutes: 1.8 MB. */
export const BYTES_PER_SECOND = BITS_PER_SECOND / 8;

/** Why a recording ended. */
export type EndReason = "stopped" | "limit" | "microphone-lost" | "failed";

/** What was recorded. */
export interface Recording {
  /** All of it, in the format of this browser. */
  readonly blob: Blob;
  /** How long it is; browsers write files that do not say so. */
  readonly seconds: number;
  /** Why it ended. */
  readonly reason: EndReason;
}

export interface RecorderEvents {
  /** Pieces come in order; joined, they are the file. */
  onPiece(piece: Blob, seconds: number): void;
  onTick(seconds: number): void;
  onEnd(recording: Recording): void;
}

/** One recording from start to end. Once it has begun, `onEnd` comes exactly once, whatever ends it, with everything until then. */
export class Recorder {
  readonly #recorder: MediaRecorder;
  readonly #stream: MediaStream;
  readonly #format: RecordingFormat;
  readonly #events: RecorderEvents;
  readonly #pieces: Blob[] = [];
  /** Undefined until somebody or something asked for the end. */
  #reason: EndReason | undefined;
  #beginning: { resolve(): void; reject(reason: unknown): void } | undefined;
  #hasBegun = false;
  #recordedMs = 0;
  /** When the present run began; undefined before the first and while paused. */
  #runningSince: number | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(stream: MediaStream, format: RecordingFormat, events: RecorderEvents) {
    this.#stream = stream;
    this.#format = format;
    this.#events = events;
    const options: MediaRecorderOptions = { audioBitsPerSecond: BITS_PER_SECOND };
    if (format.mimeType) options.mimeType = format.mimeType;
    this.#recorder = new MediaRecorder(stream, options);
    this.#recorder.addEventListener("start", () => this.#begin());
    this.#recorder.addEventListener("dataavailable", (event) => this.#keep(event.data));
    this.#recorder.addEventListener("stop", () => this.#end());
    this.#recorder.addEventListener("error", () => this.#stopFor("failed"));
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => this.#stopFor("microphone-lost"));
    }
  }

  get seconds(): number {
    const running = this.#runningSince === undefined ? 0 : performance.now() - this.#runningSince;
    return (this.#recordedMs + running) / 1000;
  }

  get isPaused(): boolean {
    return this.#recorder.state === "paused";
  }

  /**
   * Settles with the browser's `start` event. Where sound flows already, what is said from then on is kept. Fails where the recorder
   * ends before that, or `signal` says that nobody waits for it any longer; then no other event comes.
   */
  start(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      this.#beginning = { resolve, reject };
      signal.addEventListener("abort", () => this.#abandon(signal.reason), { once: true });
      this.#recorder.start(TIMESLICE_MS);
    });
  }

  pause(): void {
    if (this.#recorder.state !== "recording") return;
    this.#recorder.pause();
    this.#haltClock();
  }

  resume(): void {
    if (this.#recorder.state !== "paused") return;
    this.#recorder.resume();
    this.#runningSince = performance.now();
  }

  stop(): void {
    this.#stopFor("stopped");
  }

  #begin(): void {
    if (this.#hasBegun || this.#reason !== undefined) return;
    this.#hasBegun = true;
    this.#runningSince = performance.now();
    // Not requestAnimationFrame: that stops in a hidden tab, and the limit must hold there too.
    this.#timer = setInterval(() => this.#tick(), 200);
    this.#beginning?.resolve();
  }

  #abandon(reason: unknown): void {
    if (this.#hasBegun) return;
    this.#reason = "stopped";
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    this.#beginning?.reject(reason);
  }

  #stopFor(reason: EndReason): void {
    if (this.#recorder.state === "inactive") return;
    this.#reason = reason;
    this.#haltClock();
    this.#recorder.stop();
  }

  #haltClock(): void {
    this.#recordedMs = this.seconds * 1000;
    this.#runningSince = undefined;
  }

  #tick(): void {
    const seconds = this.seconds;
    this.#events.onTick(seconds);
    if (seconds >= this.#format.limitSeconds) this.#stopFor("limit");
  }

  #keep(piece: Blob): void {
    if (piece.size === 0) return;
    // A piece before the event would be the file's head: without it, nothing could read the rest.
    this.#begin();
    if (!this.#hasBegun) return;
    this.#pieces.push(piece);
    this.#events.onPiece(piece, this.seconds);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#haltClock();
    // Some browsers stop the recorder of a vanished microphone by themselves, before `ended` is heard.
    const tracks = this.#stream.getAudioTracks();
    this.#reason ??= tracks.some((track) => track.readyState === "ended") ? "microphone-lost" : "failed";
    for (const track of tracks) track.stop();
    if (!this.#hasBegun) {
      this.#beginning?.reject(new DOMException("The recorder ended before it had begun.", "AbortError"));
      return;
    }
    const type = this.#recorder.mimeType || this.#pieces[0]?.type || this.#format.mimeType;
    this.#events.onEnd({ blob: new Blob(this.#pieces, { type }), seconds: this.seconds, reason: this.#reason });
  }
}
