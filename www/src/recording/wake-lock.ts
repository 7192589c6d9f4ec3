/** Keeps the screen on: phones stop recording when it goes dark. Best effort, since not every browser can. */
export class WakeLock {
  #wanted = false;
  #sentinel: WakeLockSentinel | undefined;

  constructor() {
    // The browser takes the lock away whenever the page is hidden.
    document.addEventListener("visibilitychange", () => {
      if (this.#wanted && document.visibilityState === "visible") void this.#request();
    });
  }

  hold(): void {
    this.#wanted = true;
    void this.#request();
  }

  release(): void {
    this.#wanted = false;
    void this.#sentinel?.release().catch(() => {});
    this.#sentinel = undefined;
  }

  async #request(): Promise<void> {
    const sentinel = await navigator.wakeLock?.request("screen").catch(() => undefined);
    if (this.#wanted) this.#sentinel = sentinel;
    else void sentinel?.release();
  }
}
