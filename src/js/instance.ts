// The wasm instance behind the package: made on first use, replaced when it has died.

import { createGlue, type Glue } from "../../target/js/glue.js";
import { AsrError, InternalError, toError } from "./errors.js";

/** Import namespace that wasm-bindgen gives its glue. */
const NAMESPACE = "./dashscope_asr_bg.js";

/** One instance with its own copy of the glue, so that a dead one takes nothing along. */
interface Instance {
  glue: Glue;
  /** How to fail the calls that are under way: a trapped instance settles no promise any more. */
  pending: Set<(reason: unknown) => void>;
  /** Set once it has died: its memory is half-written, so nothing may enter it any more. */
  death?: InternalError;
}

/** What the glue reads as "no value and no error", whatever it expects. */
const NOTHING = [0, 0, 0, 0];

/** How many of our own calls are on the stack, who can be told of a death by an exception. */
let callers = 0;

let moduleSource: (() => WebAssembly.Module) | undefined;
let current: Instance | undefined;

/** Says where the compiled module comes from; nothing is compiled or instantiated before it is needed. */
export function setModuleSource(source: () => WebAssembly.Module): void {
  moduleSource = source;
}

function instance(): Instance {
  if (!current) {
    if (!moduleSource) {
      throw new InternalError({
        code: "internal_error",
        message: "dashscope-asr/slim has no WebAssembly inside: await init(module) before the first call",
        retryable: false,
      });
    }
    try {
      current = boot(moduleSource());
    } catch (cause) {
      throw uncompilable(cause);
    }
  }
  return current;
}

/** Engines word it differently and the cause cannot be told from their words, so all three remedies are named. */
export function uncompilable(cause: unknown): InternalError {
  const message =
    "the WebAssembly module cannot be compiled here. Under a Content Security Policy, add 'wasm-unsafe-eval' to its " +
    'script-src; on an edge runtime, bundle with the condition "workerd" or "edge-light"; an engine from before 2023 ' +
    "may lack WebAssembly SIMD";
  return new InternalError({ code: "internal_error", message, retryable: false, cause });
}

function boot(module: WebAssembly.Module): Instance {
  const glue = createGlue();
  const booted: Instance = { glue, pending: new Set() };
  const { exports } = new WebAssembly.Instance(module, { [NAMESPACE]: glue as unknown as WebAssembly.ModuleImports });
  const guarded: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(exports)) {
    guarded[name] = typeof value === "function" ? guard(value as (...values: unknown[]) => unknown, booted) : value;
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
function guard(enter: (...values: unknown[]) => unknown, owner: Instance) {
  return (...values: unknown[]) => {
    try {
      if (!owner.death) return enter(...values);
    } catch (error) {
      bury(owner, error);
    }
    // From a timer or a promise there is nobody to throw to: the calls under way have been told.
    if (callers > 0) throw owner.death;
    return NOTHING;
  };
}

/** Forgets a dead instance, so that the next call gets a new one, and fails the calls it had under way. */
function bury(dead: Instance, cause: unknown): void {
  if (dead.death) return; // an outer frame of the same death
  if (current === dead) current = undefined;
  dead.death = new InternalError({
    code: "internal_error",
    message: "the WebAssembly instance died; the next call uses a new one. Please report this with the cause",
    retryable: true,
    cause,
  });
  for (const fail of dead.pending) fail(dead.death);
  dead.pending.clear();
}

/** A synchronous call into the instance. */
export function call<T>(work: (glue: Glue) => T): T {
  callers++;
  try {
    return work(instance().glue);
  } catch (error) {
    throw error instanceof AsrError ? error : toError(error);
  } finally {
    callers--;
  }
}

/** An asynchronous call into the instance: settles even if the instance dies under way. */
export function run<T>(work: (glue: Glue) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    call((glue) => {
      const { pending } = instance();
      pending.add(reject);
      const settled = () => pending.delete(reject);
      work(glue).then(
        (value) => {
          settled();
          resolve(value);
        },
        (error) => {
          settled();
          reject(error);
        },
      );
    });
  }).catch((error) => {
    throw error instanceof AsrError ? error : toError(error);
  });
}
