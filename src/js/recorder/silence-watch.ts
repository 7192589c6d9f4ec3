// Silence that a speaker would want to know of.

/** -54 dB: below what any room with a person in it sounds like. */
const SILENT_LEVEL = 0.1;

/** Long enough for somebody who thinks before speaking. */
const SUSPICIOUS_MS = 4000;

/** Notices the muted or wrong microphone while something can still be done about it. */
export class SilenceWatch {
  #silentMs = 0;

  get isSuspicious(): boolean {
    return this.#silentMs >= SUSPICIOUS_MS;
  }

  hear(level: number, forMs: number): void {
    this.#silentMs = level < SILENT_LEVEL ? this.#silentMs + forMs : 0;
  }
}
