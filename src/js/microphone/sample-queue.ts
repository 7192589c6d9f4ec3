// Samples that nobody has taken yet.

/** What waits at the most: ten minutes, as with audio for a live transcription that has no connection; 19 MB at 16 kHz. */
const MOST_SECONDS = 600;

/** A queue that ends, with a limit. */
export class SampleQueue {
  readonly #most: number;
  #chunks: Int16Array<ArrayBuffer>[] = [];
  #length = 0;
  #over = false;
  #wanted: (() => void)[] = [];
  /** How many samples were dropped, the oldest first, because nobody took them. */
  dropped = 0;

  constructor(sampleRate: number) {
    this.#most = MOST_SECONDS * sampleRate;
  }

  push(chunk: Int16Array<ArrayBuffer>): void {
    if (this.#over) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length > this.#most) {
      const { length } = this.#chunks.shift() as Int16Array;
      this.#length -= length;
      this.dropped += length;
    }
    this.#wake();
  }

  /** What waits can still be taken. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** The next chunk; nothing at the end. */
  async next(): Promise<Int16Array<ArrayBuffer> | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) this.#length -= chunk.length;
      if (chunk || this.#over) return chunk;
      await new Promise<void>((resolve) => {
        this.#wanted.push(resolve);
      });
    }
  }

  #wake(): void {
    const wanted = this.#wanted;
    this.#wanted = [];
    for (const resolve of wanted) resolve();
  }
}
