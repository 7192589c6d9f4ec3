// Brings the script of the audio thread to it.

import { workletSource } from "../../../target/js/worklet-source.js";
import { MicrophoneError } from "./errors.js";

/**
 * A given address is the only one that is tried. Otherwise it is the file beside this one, which bundlers take along when they
 * understand `new URL(…, import.meta.url)`; and where it has not come along, the same text as a `blob:`, which needs a policy
 * that allows it.
 */
export async function loadWorklet(worklet: AudioWorklet, given: string | URL | undefined): Promise<void> {
  if (given !== undefined) {
    return worklet.addModule(String(given)).catch((cause) => {
      throw notLoaded(`workletURL: no script came from ${String(given)}`, cause);
    });
  }
  try {
    await worklet.addModule(new URL("./microphone-worklet.js", import.meta.url).href);
  } catch {
    const blob = URL.createObjectURL(new Blob([workletSource], { type: "text/javascript" }));
    try {
      await worklet.addModule(blob);
    } catch (cause) {
      const advice =
        "the bundler has not taken microphone-worklet.js along, and the page's policy forbids the blob: in its place";
      throw notLoaded(advice, cause);
    } finally {
      URL.revokeObjectURL(blob);
    }
  }
}

function notLoaded(problem: string, cause: unknown): MicrophoneError {
  const advice =
    "serve a copy of dashscope-asr/microphone-worklet.js from your site, and name its address in workletURL";
  return new MicrophoneError("worklet_not_loaded", `${problem}; ${advice}`, { cause });
}
