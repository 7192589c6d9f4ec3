/**
 * What a name must not bring onto the page or into a file name: control characters, line and paragraph separators, halves of
 * surrogates, and what turns the direction of the text that follows. With U+202E "invoice\u202e3pm.exe" reads "invoiceexe.mp3":
 * Unicode Technical Report 36, "Bidirectional Text Spoofing".
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]+/gu;

/** What Windows does not take in a name, and "/" nobody. */
const RESERVED = /[\\/:*?"<>|]+/g;

/** Endings of sound and film: those that the service lists, and what phones, recorders and browsers write besides. */
const MEDIA_ENDINGS = new Set(
  (
    "3g2 3gp 3gpp aac ac3 adts aif aifc aiff amr ape asf au avi awb caf f4a f4v flac flv m2ts m4a m4b m4r m4v mka mkv mov " +
    "mp1 mp2 mp3 mp4 mpa mpeg mpg mpga mts oga ogg ogv opus qt ra rm snd spx ts w64 wav wave weba webm wma wmv"
  ).split(" "),
);

/** File systems count 255 bytes; an ending and " (12)" come on top. */
const MOST_BYTES = 200;
const MOST_CHARACTERS = 100;

/** A name as it may be shown. */
export function shownName(name: string): string {
  return name.replace(UNPRINTABLE, " ").replace(/\s+/g, " ").trim();
}

/** A name for a file made from a recording: without the recording's own ending, and without what file systems do not take. */
export function fileNameOf(name: string): string {
  const safe = shownName(withoutEnding(shownName(name)).replace(RESERVED, " "));
  // A dot hides a file at its beginning and vanishes at its end.
  const bare = shortened(safe.replace(/^[.\s]+/, "")).replace(/[.\s]+$/, "");
  return bare || "recording";
}

/** Only what is an ending goes: "Call 10.15" and "Interview v1.2" end otherwise. */
function withoutEnding(name: string): string {
  const [, stem, ending] = /^(.*)\.([^.]+)$/s.exec(name) ?? [];
  return stem !== undefined && ending && MEDIA_ENDINGS.has(ending.toLowerCase()) ? stem : name;
}

function shortened(name: string): string {
  const encoder = new TextEncoder();
  let kept = "";
  let bytes = 0;
  let characters = 0;
  for (const character of name) {
    bytes += encoder.encode(character).length;
    characters += 1;
    if (bytes > MOST_BYTES || characters > MOST_CHARACTERS) break;
    kept += character;
  }
  return kept;
}
