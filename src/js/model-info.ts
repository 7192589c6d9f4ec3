// What is known of a model by its name.

import type { TranscribeOptions } from "../../target/js/glue.js";
import { callCore } from "./instance.js";

/** What is known of a model; of a name that nobody has told us about, what it is treated like. */
export interface ModelInfo {
  /**
   * How it takes audio: in the call itself (`transcribe`, `stream`), as a task for a file (`submit`), or over a WebSocket
   * (`live`).
   */
  access: "direct" | "task" | "realtime";
  /** The options that it takes beside those that every model takes. Others are refused. */
  options: (keyof TranscribeOptions)[];
}

/** How a model takes audio, and which options it takes, by its name. Nothing is asked of the service. */
export function modelInfo(model: string): ModelInfo {
  const [access, ...options] = callCore((glue) => glue.modelInfo(String(model))).split(" ");
  return { access, options } as ModelInfo;
}
