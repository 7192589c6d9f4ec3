// Ten times somebody speaks, eight times over the task protocol and twice over the other one, and whose words came out.
import { pcmOf } from "../emulator/live-client.mjs";
import { recordings } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";

const SESSION = { model: "qwen3-asr-flash-realtime", language: "en" };
/** Short ones: it is the sockets that are many. */
const SHORT = [2, 3, 5];

export const TEN = Array.from({ length: 10 }, (_, index) => {
  const which = SHORT[index % SHORT.length];
  const bytes = pcmOf([recordings[which].read()], 500);
  return {
    which,
    options: index >= 8 ? SESSION : { maxSentenceSilence: 600 },
    samples: new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  };
});

/** Which recording has these words, as far as any has. @param {string} text */
export function saidBy(text) {
  const rates = recordings.map(({ words }) => wordErrors(words, text).rate);
  const least = Math.min(...rates);
  return least < 0.35 ? rates.indexOf(least) : `none: ${text}`;
}
