// The screen of a phone while it records.

/** Keeps the screen on: phones stop recording when it goes dark. Best effort, since not every browser can. */
export class WakeLock {
  #wanted = false;
  #sentinel: WakeLockSentinel | undefined;

  /** The browser takes the lock away whenever the page is hidden. */
  readonly #look = (): void => {
    if (document.visibilityState === "visible") void this.#request();
  };

  hold(): void {
    this.#wanted = true;
    document.addEventListener("visibilitychange", this.#look);
    void this.#request();
  }

  release(): void {
    this.#wanted = false;
    document.removeEventListener("visibilitychange", this.#look);
    void this.#sentinel?.release().catch(() => {});
    this.#sentinel = undefined;
  }

  async #request(): Promise<void> {
    const sentinel = await navigator.wakeLock?.request("screen").catch(() => undefined);
    if (this.#wanted) this.#sentinel = sentinel;
    else void sentinel?.release();
  }
}
