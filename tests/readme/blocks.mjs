// The code blocks of README.md. The words after the language say how a block is run:
//   node         in Node, with `asr` (a client), `file` (a recording) and `url` (its address) at hand;
//                `node alone` brings everything itself
//   page, relay  the page of the quick start and the Worker behind it       slim   a page with the slim entry
//   voice        in tests/workerd, in a Worker with `env`
//   worker       the Worker of the quick start                              http   a header that the page is sent with
//   live         in tests/live, with `asr`, `samples` and `show`
//   live ai-sdk  in tests/ai-sdk, with `microphone` and `show`; what it imports is handed over
//   microphone   in tests/microphone, with `asr`
//   speech       in a page of tests/live, with `asr`
//   voice-note, recorder, react   in tests/voice-note, with `asr`, the buttons `start` and `stop`, and `show`
//   rust         a module of a crate whose dependencies are the block `toml dependencies`: tests/rust/readme.test.mjs
// `console.log(…)   // → text` promises that a line of the output begins so, up to an "…".
import { readFileSync } from "node:fs";
import { inProject } from "../../scripts/build/paths.mjs";

export const readme = () => readFileSync(inProject("README.md"), "utf8");

/** @typedef {{ language: string, kind: string, code: string, line: number }} Block */

/** @returns {Block[]} */
export function blocks() {
  const found = [];
  const text = readme();
  for (const match of text.matchAll(/^```(\S*)[ \t]*(.*)\n([\s\S]*?)^```$/gm)) {
    const [, language, kind, code] = match;
    found.push({ language, kind, code, line: text.slice(0, match.index).split("\n").length + 1 });
  }
  return found;
}

/** @param {string} kind @returns {Block} the only one of its kind */
export function block(kind) {
  const found = blocks().filter((candidate) => candidate.kind === kind || candidate.language === kind);
  if (found.length !== 1) throw new Error(`README.md has ${found.length} blocks "${kind}"`);
  return found[0];
}

/** @param {string} code @returns {string[]} how lines of its output begin, in order */
export function promises(code) {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text.split("…")[0].trim());
}
