// Something under way for a call. It ends by itself, or is cut short: by the caller's signal, by the end of patience, or
// because the core does not want it any more.

import { type AsrError, toError } from "./errors.js";
import { failure } from "./failure.js";

/** The effects of one call that are under way, and the signal that ends them all. */
export class Effects {
  readonly #signal: AbortSignal | undefined;
  readonly #running = new Set<Effect>();
  #over = false;
  readonly #abort = () => {
    for (const effect of [...this.#running]) effect.cut(this.#cancelled());
  };

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Takes an effect under its care. One listener for all of them, and none while there are none. */
  add(effect: Effect): void {
    if (this.#running.size === 0) this.#signal?.addEventListener("abort", this.#abort);
    this.#running.add(effect);
  }

  delete(effect: Effect): void {
    if (this.#running.delete(effect) && this.#running.size === 0) {
      this.#signal?.removeEventListener("abort", this.#abort);
    }
  }

  /** Ends all of them: the call is over, and whatever still works for it shall stop. */
  cancel(): void {
    this.#over = true;
    for (const effect of [...this.#running]) effect.cancel();
  }

  /** Throws where the caller has cancelled the call, and where it is over. */
  check(): void {
    if (this.#signal?.aborted || this.#over) throw this.#cancelled();
  }

  #cancelled(): AsrError {
    const message = "the call was cancelled; the audio is still with you";
    return toError({ code: "aborted", message, retryable: false, cause: this.#signal?.reason });
  }
}

/** A number in browsers; an object in Node, which can be told whether a process shall wait for it. */
type Timer = ReturnType<typeof setTimeout> & { ref?(): void; unref?(): void };

/** One of them. Base of exchanges and pauses. */
export class Effect {
  readonly #effects: Effects;
  /** Fails what is waited for at the moment. */
  #fail: ((error: AsrError) => void) | undefined;
  #timer: Timer | undefined;
  /** When patience ends, by the clock of `performance.now()`. */
  #deadline = 0;

  constructor(effects: Effects) {
    this.#effects = effects;
    effects.add(this);
  }

  /** Waits for `work`, no longer than `timeout` milliseconds. */
  wait<T>(work: PromiseLike<T> | T, timeout?: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const ending = <V>(settle: (value: V) => void) => {
        return (value: V) => {
          this.#fail = undefined;
          this.#timer?.unref?.(); // while nobody waits, a process of Node need not wait either
          settle(value);
        };
      };
      // Before anything else: work that was begun may fail, and then it has somebody to tell.
      Promise.resolve(work).then(ending(resolve), ending(reject));
      this.#effects.check();
      this.#fail = reject;
      if (timeout !== undefined) this.#hurry(timeout);
    });
  }

  /** Ends it with an error for whoever waits. */
  cut(error: AsrError): void {
    this.#fail?.(error);
    this.#fail = undefined;
    this.cancel();
  }

  /** Ends it. */
  cancel(): void {
    // The core has dropped what it waited for, but its memory is freed only when the promise settles.
    this.#fail?.(failure("aborted", "nobody waits for it any more"));
    this.#fail = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#effects.delete(this);
    this.stop();
  }

  /** Lets go of what it had. */
  protected stop(): void {}

  /** One timer for all that is waited for in turn, which looks at the clock when it strikes: a stream has many chunks. */
  #hurry(timeout: number): void {
    this.#deadline = performance.now() + timeout;
    if (this.#timer === undefined) this.#timer = setTimeout(this.#struck, timeout);
    else this.#timer.ref?.();
  }

  readonly #struck = () => {
    this.#timer = undefined;
    if (!this.#fail) return;
    const left = this.#deadline - performance.now();
    if (left > 1) this.#timer = setTimeout(this.#struck, left);
    else this.cut(failure("timeout", "no answer in time")); // the core has the words for it
  };
}

/** A pause. */
export class Pause extends Effect {
  readonly #over: Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(effects: Effects, millis: number) {
    super(effects);
    this.#over = new Promise((resolve) => {
      this.#timer = setTimeout(resolve, millis);
    });
  }

  /** Waits for its end. */
  async done(): Promise<void> {
    await this.wait(this.#over);
    this.cancel();
  }

  protected override stop(): void {
    clearTimeout(this.#timer);
  }
}
