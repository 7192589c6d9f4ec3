// Which recordings are open, in this tab or in another one.

/**
 * Says to other tabs "this draft is in use here". The browser lets go of it when the tab goes, however it goes, so that a
 * recording that a crash cut short is offered again.
 */
export class DraftLock {
  #heldId: string | undefined;
  #release: (() => void) | undefined;
  #released: Promise<unknown> = Promise.resolve();

  async hold(draftId: string): Promise<void> {
    await this.release();
    this.#heldId = draftId;
    const until = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    this.#released = Promise.resolve(navigator.locks?.request(lockName(draftId), () => until)).catch(() => {});
  }

  /** Settles when others can see that it is free. */
  async release(): Promise<void> {
    this.#release?.();
    this.#release = undefined;
    this.#heldId = undefined;
    await this.#released;
  }

  /** Here or in another tab; of other tabs nothing is known on plain http, where browsers have no locks. */
  async draftsInUse(): Promise<(draftId: string) => boolean> {
    const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
    const names = new Set(held.map((lock) => lock.name));
    return (draftId) => draftId === this.#heldId || names.has(lockName(draftId));
  }
}

function lockName(draftId: string): string {
  return `draft ${draftId}`;
}
