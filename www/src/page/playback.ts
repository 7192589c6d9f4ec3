/** Plays the recording back. The length comes from elsewhere: what MediaRecorder writes does not know its own. */
export class Playback {
  readonly #audio = new Audio();
  #url: string | undefined;

  constructor(onChange: () => void) {
    for (const name of ["play", "pause", "ended", "timeupdate", "seeked"]) {
      this.#audio.addEventListener(name, onChange);
    }
    // Chromium cannot seek in a file of unknown length until it has once been sent beyond the end.
    this.#audio.addEventListener("loadedmetadata", () => {
      if (this.#audio.duration !== Number.POSITIVE_INFINITY) return;
      this.#audio.currentTime = Number.MAX_SAFE_INTEGER;
      this.#audio.addEventListener("timeupdate", () => (this.#audio.currentTime = 0), { once: true });
    });
  }

  get playing(): boolean {
    return !this.#audio.paused && !this.#audio.ended;
  }

  get seconds(): number {
    return this.#audio.currentTime;
  }

  load(blob: Blob | undefined): void {
    this.#audio.pause();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = blob && URL.createObjectURL(blob);
    if (this.#url) this.#audio.src = this.#url;
    else this.#audio.removeAttribute("src");
  }

  async toggle(): Promise<void> {
    if (this.playing) this.#audio.pause();
    else await this.#audio.play();
  }

  pause(): void {
    this.#audio.pause();
  }

  seek(seconds: number): void {
    if (this.#url) this.#audio.currentTime = Math.max(0, seconds);
  }
}
