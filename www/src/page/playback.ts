// Plays a recording.

import { convertToWav } from "../audio/preparation.ts";

/** Plays the recording back. The length comes from elsewhere: what MediaRecorder writes does not know its own. */
export class Playback {
  readonly #audio = new Audio();
  #blob: Blob | undefined;
  #url: string | undefined;

  /** `onChange` hears of every change, `onMoment` of every frame while it plays. */
  constructor(onChange: () => void, onMoment: (seconds: number) => void) {
    for (const name of ["play", "pause", "ended", "timeupdate", "seeked", "durationchange"]) {
      this.#audio.addEventListener(name, onChange);
    }
    const tell = (): void => {
      onMoment(this.seconds);
      if (this.playing) requestAnimationFrame(tell);
    };
    this.#audio.addEventListener("play", tell);
    this.#audio.addEventListener("seeked", () => this.playing || tell());
    // Chromium cannot seek in a file of unknown length until it has once been sent beyond the end.
    this.#audio.addEventListener("loadedmetadata", () => {
      if (this.#audio.duration !== Number.POSITIVE_INFINITY || !this.#canSeek) return;
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

  /** `undefined` until it is known, and for what MediaRecorder writes. */
  get length(): number | undefined {
    const { duration } = this.#audio;
    return Number.isFinite(duration) ? duration : undefined;
  }

  get #canSeek(): boolean {
    return this.#audio.seekable.length > 0;
  }

  load(blob: Blob | undefined): void {
    this.#audio.pause();
    this.#blob = blob;
    this.#show(blob);
  }

  async toggle(): Promise<void> {
    if (this.playing) this.#audio.pause();
    else await this.#audio.play();
  }

  async playFrom(seconds: number): Promise<void> {
    await this.seek(seconds);
    if (!this.playing) await this.#audio.play();
  }

  pause(): void {
    this.#audio.pause();
  }

  async seek(seconds: number): Promise<void> {
    const blob = this.#blob;
    if (!blob) return;
    if (this.#audio.readyState >= HTMLMediaElement.HAVE_METADATA && !this.#canSeek) {
      // Firefox never seeks in a file of unknown length. What the service hears has a length.
      const wasPlaying = this.playing;
      const wav = await convertToWav(blob);
      if (!wav || this.#blob !== blob) return;
      this.#show(wav);
      if (wasPlaying) void this.#audio.play().catch(() => {});
    }
    this.#audio.currentTime = Math.max(0, seconds);
  }

  #show(blob: Blob | undefined): void {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = blob && URL.createObjectURL(blob);
    if (this.#url) this.#audio.src = this.#url;
    else this.#audio.removeAttribute("src");
  }
}
