// The turns of a client's requests, while a long recording of it is under way. Whose turn it is, is decided in Rust
// (src/long/limiter.rs).

import type { Glue } from "../../../target/js/long-glue.js";
import type { Turn, TurnGate, TurnHolder } from "../turns.js";

type Turns = InstanceType<Glue["Turns"]>;
type Call = <T>(work: () => T) => T;

/** A recording that has a pace. */
type Paced = Pick<InstanceType<Glue["LongRecording"]>, "turns" | "widen">;

/** Has the requests of a client take turns, at the pace of a recording and of those that are under way already; gives how to end it. */
export function takeTurns(holder: TurnHolder, recording: Paced, call: Call): () => void {
  const other = holder.gate;
  const gate = other instanceof Gate && !other.isOpen ? other : new Gate(recording.turns(), call);
  if (gate === other) gate.adjust((turns) => recording.widen(turns));
  holder.gate = gate;
  gate.users += 1;
  return () => {
    gate.users -= 1;
    if (gate.users > 0) return;
    if (holder.gate === gate) holder.gate = undefined;
    gate.open();
  };
}

class Gate implements TurnGate {
  /** Recordings under way. */
  users = 0;
  isOpen = false;
  readonly #turns: Turns;
  readonly #call: Call;
  readonly #waiting = new Map<number, () => void>();
  #last = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(turns: Turns, call: Call) {
    this.#turns = turns;
    this.#call = call;
  }

  ask(): Turn {
    this.#last += 1;
    const ticket = this.#last;
    const begins = new Promise<void>((resolve) => {
      this.#waiting.set(ticket, resolve);
    });
    let isOver = false;
    const leave = () => {
      if (isOver) return;
      isOver = true;
      this.#waiting.delete(ticket);
      this.adjust((turns) => turns.leave(ticket));
    };
    const answered = (status: number, headers: Headers) => {
      const name = headers.has("retry-after-ms") ? "retry-after-ms" : "retry-after";
      const asked = headers.get(name) ?? "";
      this.adjust((turns) => turns.answered(ticket, status, name, asked, performance.now(), Date.now()));
      // What is refused takes nobody's place while its words are read.
      if (status >= 400) leave();
    };
    this.adjust((turns) => turns.ask(ticket));
    return { begins, answered, leave };
  }

  /** Tells the limiter something, and lets those begin whose turn it is then. */
  adjust(work: (turns: Turns) => void): void {
    if (this.isOpen) return;
    try {
      this.#call(() => {
        work(this.#turns);
        const now = performance.now();
        for (let ticket = this.#turns.nextTurn(now); ticket !== undefined; ticket = this.#turns.nextTurn(now)) {
          this.#waiting.get(ticket)?.();
          this.#waiting.delete(ticket);
        }
        this.#wind(this.#turns.deadline, now);
      });
    } catch {
      this.open(); // a limiter that has died holds nobody up
    }
  }

  /** Nobody has to wait any more. */
  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    clearTimeout(this.#timer);
    for (const begin of this.#waiting.values()) begin();
    this.#waiting.clear();
    try {
      this.#call(() => this.#turns.free());
    } catch {
      // Its instance has died with it.
    }
  }

  #wind(deadline: number | undefined, now: number): void {
    clearTimeout(this.#timer);
    if (deadline === undefined) return;
    // Timers may come a little early.
    this.#timer = setTimeout(() => this.adjust(() => {}), Math.max(1, Math.ceil(deadline - now)));
  }
}
