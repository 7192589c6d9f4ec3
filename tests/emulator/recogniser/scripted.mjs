// A recogniser for tests that need no model: it "hears" what the test tells it to. The server never chooses it by itself.
import { FRAME_MS } from "../audio/voice-activity.mjs";
import { spreadWords } from "./words.mjs";

/**
 * @param {string | string[] | ((samples: Float32Array) => string | string[])} script what is heard; an array is one phrase
 *   per element, spoken one second after the other
 * @param {{ pauseMs?: number }} [options] time between two words
 * @returns {import("./recogniser.mjs").Recogniser}
 */
export function createScriptedRecogniser(script, { pauseMs = 0 } = {}) {
  return {
    async recognise(samples, { onText, signal } = {}) {
      const heard = typeof script === "function" ? script(samples) : script;
      const phrases = [heard]
        .flat()
        .filter((text) => text !== "")
        .map(toPhrase);
      const text = phrases.map((phrase) => phrase.text).join(" ");
      for (const [index, phrase] of phrases.entries()) {
        const finished = phrases.slice(0, index);
        let said = "";
        // Words keep their leading space and marks stand alone, which is how the service cuts its pieces.
        for (const unit of phrase.text.match(/\s*[^\s.,!?;:]+|\s*[.,!?;:]/gu) ?? []) {
          signal?.throwIfAborted();
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
          said += unit;
          const sofar = [...finished, said === phrase.text ? phrase : toPhrase(said, index)];
          onText?.(sofar.map((one) => one.text).join(" "), sofar);
        }
      }
      return { text, phrases };
    },
    async close() {},
  };
}

function toPhrase(text, index) {
  const begin = Math.round((index * 1000 + 100) / FRAME_MS);
  const run = { begin, end: begin + 800 / FRAME_MS };
  return { text, beginMs: run.begin * FRAME_MS, endMs: run.end * FRAME_MS, words: spreadWords(text, [run]) };
}
