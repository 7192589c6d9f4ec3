// A whole live transcription over a wire that may be cut.
import { Transcriber } from "../../dist/index.js";
import { startWire } from "./wire.mjs";

/**
 * @param {string} to address of the service
 * @param {import("../../dist/index.js").LiveOptions} options
 * @param {(live: import("../../dist/index.js").LiveTranscript) => Promise<void>} say
 * @param {import("./wire.mjs").Cut} [cut]
 */
export async function transcribedOverWire(to, options, say, cut) {
  const wire = await startWire(to);
  wire.state.cut = cut;
  try {
    const live = new Transcriber({ baseURL: wire.url, apiKey: "sk-test" }).live(options);
    await say(live);
    return { transcript: await live.finish(), state: wire.state };
  } finally {
    wire.close();
  }
}
