// Words of languages that are written without spaces, by the dictionary of the runtime.

let segmenter: Intl.Segmenter | undefined;

/** The text with U+0000 between its words; nothing where the runtime has no dictionary (Firefox before 125). */
export function wordsOf(text: string): string {
  if (!("Segmenter" in Intl)) return "";
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "word" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment).join("\0");
}
