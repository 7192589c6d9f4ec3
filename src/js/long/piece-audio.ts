// The sound of a piece in the form in which it goes: made when it is first sent, and kept for another attempt.

import type { AudioSegment } from "../sound-options.js";

export class PieceAudio {
  /** Its samples, until it is known that it goes as WAV. */
  #segment: AudioSegment | undefined;
  #opus: Promise<Blob | undefined> | undefined;
  #wav: Blob | undefined;

  constructor(segment: AudioSegment) {
    this.#segment = segment;
  }

  /** As Opus, where it can be encoded. */
  opus(signal: AbortSignal): Promise<Blob | undefined> {
    this.#opus ??= this.#segment?.toOpus({ signal });
    return this.#opus ?? Promise.resolve(undefined);
  }

  /** As WAV, and never again as anything else. */
  wav(): Blob {
    this.#wav ??= (this.#segment as AudioSegment).toWav();
    this.#segment = undefined;
    this.#opus = undefined;
    return this.#wav;
  }
}
