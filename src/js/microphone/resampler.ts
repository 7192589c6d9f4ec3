// Resampling of one channel as it flows: what comes out does not depend on how the samples were cut.

/** Zero crossings of the filter on each side: enough for speech, and a millisecond of delay. */
const CROSSINGS = 16;

/** Most places between two samples that the filter is made for; others are rounded to the nearest, 60 dB below the sound. */
const MOST_PHASES = 1024;

/** A windowed-sinc low-pass between two rates: that of src/audio/resample.rs, for the thread where no module of ours is. */
export class Resampler {
  /** What goes in and comes out in the same time, without common factors. */
  readonly #from: number;
  readonly #to: number;
  /** How many samples count on each side. */
  readonly #reach: number;
  /** For each place between two samples, the weights of those around it. */
  readonly #filters: Float32Array[];
  /** What is still needed of the samples before; the stream begins with silence. */
  #kept: Float32Array;
  /** Where the next sample that comes out lies: after the first kept one that it needs, in parts of `#to`. */
  #place = 0;

  constructor(from: number, to: number) {
    const divisor = commonDivisor(from, to);
    this.#from = from / divisor;
    this.#to = to / divisor;
    const cutoff = Math.min(1, to / from);
    this.#reach = Math.ceil(CROSSINGS / cutoff);
    const phases = Math.min(this.#to, MOST_PHASES);
    this.#filters = Array.from({ length: phases }, (_, phase) => filterAt(phase / phases, this.#reach, cutoff));
    this.#kept = new Float32Array(this.#reach);
  }

  /** Takes samples and gives those that are sure now; `#reach` samples stay behind. */
  push(samples: Float32Array): Float32Array {
    const heard = new Float32Array(this.#kept.length + samples.length);
    heard.set(this.#kept);
    heard.set(samples, this.#kept.length);
    const width = 2 * this.#reach + 1;
    const out: number[] = [];
    for (; ; this.#place += this.#from) {
      let first = Math.floor(this.#place / this.#to);
      let phase = Math.round(((this.#place % this.#to) / this.#to) * this.#filters.length);
      if (phase === this.#filters.length) {
        first += 1;
        phase = 0;
      }
      if (first + width > heard.length) break;
      const filter = this.#filters[phase] as Float32Array;
      let sum = 0;
      for (let index = 0; index < width; index++) sum += (filter[index] as number) * (heard[first + index] as number);
      out.push(sum);
    }
    const gone = Math.min(Math.floor(this.#place / this.#to), heard.length);
    this.#place -= gone * this.#to;
    this.#kept = heard.slice(gone);
    return Float32Array.from(out);
  }

  /** What is left, as if silence followed. */
  finish(): Float32Array {
    return this.push(new Float32Array(this.#reach));
  }
}

/** The weights of the samples around a place that lies `fraction` after the middle one; together they are one. */
function filterAt(fraction: number, reach: number, cutoff: number): Float32Array {
  const weights = Array.from({ length: 2 * reach + 1 }, (_, index) => weight((index - reach - fraction) * cutoff));
  const sum = weights.reduce((total, each) => total + each, 0);
  return Float32Array.from(weights, (each) => each / sum);
}

/** A sinc in a Hann window. */
function weight(x: number): number {
  if (Math.abs(x) >= CROSSINGS) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / CROSSINGS));
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
