// Plays a recording.

/** Plays one recording at a time, from its beginning. */
export class Player {
  readonly #audio = new Audio();
  #blob: Blob | undefined;

  /** `onChange` hears when it begins and when it ends. */
  constructor(onChange: () => void) {
    for (const name of ["play", "pause", "ended"]) this.#audio.addEventListener(name, onChange);
  }

  get isPlaying(): boolean {
    return !this.#audio.paused && !this.#audio.ended;
  }

  load(blob: Blob | undefined): void {
    if (blob === this.#blob) return;
    this.stop();
    if (this.#audio.src) URL.revokeObjectURL(this.#audio.src);
    this.#blob = blob;
    if (blob) this.#audio.src = URL.createObjectURL(blob);
    else this.#audio.removeAttribute("src");
  }

  /** False where this browser cannot play it. */
  async toggle(): Promise<boolean> {
    if (this.isPlaying) {
      this.stop();
      return true;
    }
    return this.#audio.play().then(
      () => true,
      () => false,
    );
  }

  stop(): void {
    this.#audio.pause();
    // Files of MediaRecorder do not know their length, so that not every browser can seek in them: it begins anew.
    if (this.#blob) this.#audio.load();
  }
}
