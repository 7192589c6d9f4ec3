// Loads a part that the build has put a script beside.

import { failure } from "./failure.js";
import { importAgain } from "./import-again.js";

/** The source of `load` is read, so it has nothing but its import in it. `what` says what the part is for. */
export function loadPart<Source>(load: () => Promise<Source>, what: string): Promise<Source> {
  return importAgain(load).catch((cause) => {
    throw failure("connection_error", `the part of dashscope-asr ${what} cannot be loaded`, cause);
  });
}
