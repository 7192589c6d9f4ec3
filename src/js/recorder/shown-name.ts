// Names as they may be shown.

/**
 * What a name must not bring onto the page or into a file name: control characters, line and paragraph separators, halves of
 * surrogates, and what turns the direction of the text that follows. With U+202E "invoice\u202e3pm.exe" reads "invoiceexe.mp3":
 * Unicode Technical Report 36, "Bidirectional Text Spoofing".
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]+/gu;

/** A name as it may be shown. */
export function shownName(name: string): string {
  return name.replace(UNPRINTABLE, " ").replace(/\s+/g, " ").trim();
}
