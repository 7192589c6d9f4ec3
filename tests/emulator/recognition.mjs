// A recognition as the streaming routes need it: pieces of text in order, each sent before the next, and the two ways in
// which it can end early (the caller goes away, the fault error-mid).
import { faultError } from "./fault-error.mjs";

/** @typedef {import("./recogniser/recogniser.mjs").Phrase} Phrase */

/**
 * @param {import("./exchange.mjs").Exchange} exchange
 * @param {Float32Array | undefined} samples undefined: nobody speaks, whatever was recorded
 * @param {(piece: { delta: string, text: string, phrases: Phrase[] }) => void} onPiece
 * @returns {Promise<{ text: string, phrases: Phrase[], failure?: import("./service-error.mjs").ServiceError }>} `failure` has to be sent as the
 *   stream's last event
 */
export async function recogniseInPieces({ account, faults, signal, since }, samples, onPiece) {
  const failAfter = faults.number("error-mid") ?? Number.POSITIVE_INFINITY;
  let text = "";
  let pieces = 0;
  const onText = (grown, phrases) => {
    if (grown === text || pieces >= failAfter) return;
    const delta = grown.slice(text.length);
    text = grown;
    pieces++;
    onPiece({ delta, text, phrases });
  };
  const heard = samples
    ? await account.recogniser.recognise(samples, { onText, signal, since })
    : { text: "", phrases: [] };
  onText(heard.text, heard.phrases);
  const said = { text, phrases: heard.phrases };
  return faults.has("error-mid") ? { ...said, failure: faultError(faults, 500) } : said;
}
