// The languages of the element.

import type { VoiceNoteStrings } from "./strings.js";
import { chinese } from "./strings-chinese.js";
import { english } from "./strings-english.js";
import { german } from "./strings-german.js";
import { japanese } from "./strings-japanese.js";
import { spanish } from "./strings-spanish.js";

/** By the primary subtag of a language tag (BCP 47). */
const LANGUAGES: ReadonlyMap<string, VoiceNoteStrings> = new Map([
  ["en", english],
  ["zh", chinese],
  ["ja", japanese],
  ["es", spanish],
  ["de", german],
]);

/** Those for a language tag, e.g. `"de-AT"`, with the language that they are in: English where there are no others. */
export function stringsFor(tag: string): { language: string; strings: VoiceNoteStrings } {
  const language = tag.toLowerCase().split("-", 1)[0] ?? "";
  const strings = LANGUAGES.get(language);
  return strings ? { language, strings } : { language: "en", strings: english };
}
