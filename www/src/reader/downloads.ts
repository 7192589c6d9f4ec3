// The text as files: plain, subtitles, JSON.

import type { Transcript } from "dashscope-asr";
import { loadPackage } from "../package.ts";
import { fileNameOf } from "../words/names.ts";

export type DownloadFormat = "txt" | "srt" | "vtt" | "json";

const MEDIA_TYPES: Record<DownloadFormat, string> = {
  txt: "text/plain;charset=utf-8",
  srt: "application/x-subrip;charset=utf-8",
  vtt: "text/vtt;charset=utf-8",
  json: "application/json",
};

/** Text that was edited is given as it was edited; times belong to the words that were heard. */
export async function download(
  format: DownloadFormat,
  transcript: Transcript,
  text: string,
  name: string,
): Promise<void> {
  const { toJson, toSrt, toText, toVtt } = await loadPackage();
  const written = {
    txt: () => (text === transcript.text ? toText(transcript) : text),
    srt: () => toSrt(transcript),
    vtt: () => toVtt(transcript),
    json: () => toJson(transcript),
  }[format]();
  const url = URL.createObjectURL(new Blob([written], { type: MEDIA_TYPES[format] }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${fileNameOf(name)}.${format}`;
  link.click();
  // Some browsers begin to read only later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
