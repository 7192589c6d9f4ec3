// Names of recordings: what a file is called.

import { shownName } from "dashscope-asr/recorder";

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
