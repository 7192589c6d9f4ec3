// Live transcriptions that a test tells what to tell, for what stands on `live`.
import { AbortError } from "../../dist/index.js";

/** Stands for a `Transcriber`; `lives` has what was begun. */
export function scriptedLive() {
  /** @type {ScriptedLive[]} */
  const lives = [];
  return {
    lives,
    /** @param {object} [options] */
    live(options) {
      lives.push(new ScriptedLive(options));
      return lives[lives.length - 1];
    },
  };
}

class ScriptedLive {
  /** @type {import("../../dist/index.js").Message[][]} */
  contexts = [];
  /** @type {(Int16Array | ArrayBuffer)[]} */
  sent = [];
  closed = false;
  finishing = false;
  /** @type {any[]} */
  #events = [];
  #wake = () => {};
  #settled = Promise.withResolvers();

  /** @param {any} options */
  constructor(options) {
    this.options = options;
    this.#settled.promise.catch(() => {});
  }

  /** @param {any} event */
  tell(event) {
    this.#push({ event });
    if (event.type === "done") this.#end(() => this.#settled.resolve(event.transcript));
  }

  /** @param {unknown} error */
  fail(error) {
    this.#push({ error });
    this.#settled.reject(error);
  }

  #end(settle) {
    settle();
    this.#push({});
  }

  #push(item) {
    this.#events.push(item);
    this.#wake();
  }

  send(audio) {
    this.sent.push(audio);
  }

  finish() {
    this.finishing = true;
    return this.#settled.promise;
  }

  close() {
    this.closed = true;
    const aborted = new AbortError({ code: "aborted", message: "closed", retryable: false });
    this.#end(() => this.#settled.reject(aborted));
  }

  setContext(messages) {
    this.contexts.push(messages);
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      const item = this.#events.shift();
      if (!item) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      else if ("error" in item) throw item.error;
      else if (!item.event) return;
      else yield item.event;
    }
  }
}
