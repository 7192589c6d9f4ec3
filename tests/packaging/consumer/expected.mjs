// What a walk (walk.js) brings home when the recogniser hears `WORDS`.
import { readFileSync } from "node:fs";
import { inProject } from "../../../scripts/build/paths.mjs";

export const WORDS = "Ask not what your country can do for you.";

const { version } = JSON.parse(readFileSync(inProject("package.json"), "utf8"));

export const EXPECTED = {
  version,
  text: WORDS,
  language: "en",
  hasRequestId: true,
  streamed: WORDS,
  kinds: ["delta", "done"],
  final: WORDS,
  request: ["POST", "generation", "qwen3-asr-flash"],
  dataUrl: "data:audio/wav;base64,UklGRiRf",
  mediaType: "audio/wav",
  token: "string",
  written: WORDS,
  wav: [44 + 160 * 2, "audio/wav"],
  events: ["one", "two", "three"],
  refused: {
    classes: [true, true, true],
    isAsrError: true,
    name: "InvalidOptionError",
    code: "invalid_option",
    field: "langauge",
    namesIt: true,
  },
};
