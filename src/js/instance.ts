// The WebAssembly behind the package: a part's instance is made on first use, and replaced when it has died.

import { type Glue as CoreGlue, createGlue, namespace, wasm } from "../../target/js/glue.js";
import { InternalError, toError } from "./errors.js";

/** The parts, each a module of its own: `core` is always there, four come when they are asked for, `relay` is the edge function's. */
export type PartName = "core" | "files" | "formats" | "live" | "long" | "relay" | "sound";

/** What every part's glue has. */
interface Linked {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** What a part brings along: see scripts/build/entries.mjs for the form that `wasm` has in each kind of runtime. */
export interface Source<Glue extends Linked> {
  createGlue(): Glue;
  /** Where the module expects its imports. No two interfaces have the same, so it tells a module that does not fit. */
  namespace: string;
  wasm?: unknown;
}

/** Makes a compiled module of what a part brings along. Nothing is compiled before it is needed. */
type Load = (wasm: unknown, name: PartName) => WebAssembly.Module;

let load: Load;

/** Says how modules are loaded in this kind of runtime. */
export function setLoader(loader: Load): void {
  load = loader;
}

/** What knows the key that a call has used. */
interface Keyed {
  readonly key: string | undefined;
}

/** One instance with its own copy of the glue, so that a dead one takes nothing along. */
interface Instance<Glue> {
  glue: Glue;
  /** How to fail the calls that are under way: a trapped instance settles no promise any more. */
  pending: Set<(reason: unknown) => void>;
  /** Set once it has died: its memory is half-written, so nothing may enter it any more. */
  death?: InternalError;
}

/** What the glue reads as "no value and no error", whatever it expects. */
const NOTHING = [0, 0, 0, 0];

/** A part of the package. What happens to its instance concerns no other part. */
export class Part<Glue extends Linked> {
  readonly #name: PartName;
  readonly #source: Source<Glue>;
  #current: Instance<Glue> | undefined;
  /** How many of our own calls are on the stack, who can be told of a death by an exception. */
  #callers = 0;

  constructor(name: PartName, source: Source<Glue>) {
    this.#name = name;
    this.#source = source;
  }

  /** A synchronous call into the instance. */
  call<T>(work: (glue: Glue) => T): T {
    this.#callers++;
    try {
      return work(this.#instance().glue);
    } catch (error) {
      throw toError(error);
    } finally {
      this.#callers--;
    }
  }

  /** An asynchronous call into the instance: settles even if the instance dies under way. Its errors do not tell the key. */
  run<T>(work: (glue: Glue) => Promise<T>, effects?: Keyed): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.call((glue) => {
        const { pending } = this.#instance();
        const working = work(glue);
        pending.add(reject);
        working.then(resolve, reject).finally(() => pending.delete(reject));
      });
    }).catch((error) => {
      throw toError(error, effects?.key);
    });
  }

  #instance(): Instance<Glue> {
    if (!this.#current) {
      try {
        this.#current = this.#boot(load(this.#source.wasm, this.#name));
      } catch (cause) {
        throw cause instanceof InternalError ? cause : uncompilable(cause);
      }
    }
    return this.#current;
  }

  #boot(module: WebAssembly.Module): Instance<Glue> {
    const source = this.#source;
    if (!WebAssembly.Module.imports(module).some((wanted) => wanted.module === source.namespace)) {
      const message = `the WebAssembly module is not the one of this script: it has to be "${this.#name}", of the same version`;
      throw new InternalError({ code: "internal_error", message, retryable: false });
    }
    const glue = source.createGlue();
    const booted: Instance<Glue> = { glue, pending: new Set() };
    const { exports } = new WebAssembly.Instance(module, {
      [source.namespace]: glue as unknown as WebAssembly.ModuleImports,
    });
    const guarded: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(exports)) {
      guarded[name] =
        typeof value === "function" ? this.#guard(value as (...values: unknown[]) => unknown, booted) : value;
    }
    glue.__wbg_set_wasm(guarded as WebAssembly.Exports);
    (guarded.__wbindgen_start as () => void)();
    return booted;
  }

  /**
   * Every way into the instance, timers and promises included, notices when it dies. Errors are returned across the
   * boundary, never thrown: whatever flies through wasm frames (a trap, a panic, an exception of an import that must not
   * fail) skipped all cleaning up and left the memory half-written.
   */
  #guard(enter: (...values: unknown[]) => unknown, owner: Instance<Glue>) {
    return (...values: unknown[]) => {
      try {
        if (!owner.death) return enter(...values);
      } catch (error) {
        this.#bury(owner, error);
      }
      // From a timer or a promise there is nobody to throw to: the calls under way have been told.
      if (this.#callers > 0) throw owner.death;
      return NOTHING;
    };
  }

  /** Forgets a dead instance, so that the next call gets a new one, and fails the calls it had under way. */
  #bury(dead: Instance<Glue>, cause: unknown): void {
    if (dead.death) return; // an outer frame of the same death
    if (this.#current === dead) this.#current = undefined;
    dead.death = new InternalError({
      code: "internal_error",
      message: "the WebAssembly instance died; the next call uses a new one. Please report this with the cause",
      retryable: true,
      cause,
    });
    for (const fail of dead.pending) fail(dead.death);
    dead.pending.clear();
  }
}

/** Engines word it differently and the cause cannot be told from their words, so all three remedies are named. */
export function uncompilable(cause: unknown): InternalError {
  const message =
    "the WebAssembly module cannot be compiled here. Under a Content Security Policy, add 'wasm-unsafe-eval' to its " +
    'script-src; on an edge runtime, bundle with the condition "workerd" or "edge-light"; an engine from before 2023 ' +
    "may lack WebAssembly SIMD, and Chrome before 115 compiles so much only in a Web Worker";
  return new InternalError({ code: "internal_error", message, retryable: false, cause });
}

/** A part as a call, which bundlers leave out with all it brings along where nobody uses it; `new` they would keep. */
export function part<Glue extends Linked>(name: PartName, source: Source<Glue>): Part<Glue> {
  return new Part(name, source);
}

const core = /* @__PURE__ */ part("core", { createGlue, namespace, wasm });

/** A synchronous call into the core. */
export function callCore<T>(work: (glue: CoreGlue) => T): T {
  return core.call(work);
}

/** An asynchronous call into the core: settles even if its instance dies under way. */
export function runCore<T>(work: (glue: CoreGlue) => Promise<T>, effects: Keyed): Promise<T> {
  return core.run(work, effects);
}
