// The loudness of the microphone, for the eye.

/** How loud it is now, between 0 and 1, straight from the microphone. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  private constructor(stream: MediaStream) {
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    // Not awaited: without a sound card some browsers never settle it, and recording works all the same.
    void this.#context.resume().catch(() => {});
  }

  /** `undefined` where there is no audio output to hang it on: a recording without a picture is still a recording. */
  static open(stream: MediaStream): LevelMeter | undefined {
    try {
      return new LevelMeter(stream);
    } catch {
      return undefined;
    }
  }

  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let peak = 0;
    for (const sample of this.#samples) peak = Math.max(peak, Math.abs(sample));
    // Ears are logarithmic: -60 dB is nothing, 0 dB is everything.
    const decibels = 20 * Math.log10(Math.max(peak, 1e-6));
    return Math.min(1, Math.max(0, 1 + decibels / 60));
  }

  close(): void {
    void this.#context.close().catch(() => {});
  }
}
