// What the element says of a state.

import type { VoiceNoteState } from "../recorder.js";
import type { VoiceNoteStrings } from "./strings.js";

/** The status line: what happens, and why the recording ended where nobody asked for that. */
export function statusOf(state: VoiceNoteState, strings: VoiceNoteStrings, isKept: boolean): string {
  const { phase, isSilent, trouble, transcript } = state;
  switch (phase) {
    case "starting":
      return strings.starting;
    case "recording":
      return isSilent ? strings.silent : sentences(strings.recording, isKept ? safetyOf(state, strings) : "");
    case "paused":
      return strings.paused;
    case "transcribing":
      return sentences(endOf(state, strings), strings.transcribing);
    case "ready":
      return sentences(endOf(state, strings), trouble ? "" : strings.ready);
    case "done":
      return sentences(endOf(state, strings), transcript?.noSpeech ? strings.noSpeech : strings.done);
    default:
      return "";
  }
}

function endOf({ reason }: VoiceNoteState, strings: VoiceNoteStrings): string {
  if (reason === "limit") return strings.limit;
  return reason === "microphone-lost" || reason === "failed" ? strings.lost : "";
}

function safetyOf({ safety }: VoiceNoteState, strings: VoiceNoteStrings): string {
  if (safety === "scarce") return strings.scarce;
  return safety === "none" ? strings.unsafe : "";
}

const UNREACHABLE = new Set(["connection_error", "timeout", "stream_interrupted", "failed"]);
const OVERLOADED = new Set(["rate_limit", "server_error", "conflict"]);

/** What went wrong, for the person in front of the page; the rest is in the event `problem`, for whoever made the page. */
export function problemOf(state: VoiceNoteState, strings: VoiceNoteStrings): string {
  const { microphoneTrouble, trouble, phase, gaps } = state;
  if (microphoneTrouble) return strings[microphoneTrouble.code];
  if (!trouble) return phase === "done" ? incompleteOf(gaps, strings) : "";
  if (UNREACHABLE.has(trouble.code)) return strings.unreachable;
  return OVERLOADED.has(trouble.code) ? strings.overloaded : strings.refused;
}

function incompleteOf(gaps: VoiceNoteState["gaps"], strings: VoiceNoteStrings): string {
  if (gaps.length === 0) return "";
  const parts = gaps.map(({ beginMs, endMs }) => `${formatSeconds(beginMs / 1000)}–${formatSeconds(endMs / 1000)}`);
  return strings.incomplete.replace("{parts}", parts.join(", "));
}

/** How much of it has been heard, from 0 to 1; `undefined` where nobody knows. */
export function shareOf({ phase, pieces, seconds }: VoiceNoteState): number | undefined {
  if (phase !== "transcribing" || !pieces || seconds <= 0) return undefined;
  return Math.min(1, pieces.toldMs / 1000 / seconds);
}

/** Chinese and Japanese sentences need no space between them. */
function sentences(first: string, second: string): string {
  const isApart = first === "" || second === "" || /[。！？]$/.test(first);
  return `${first}${isApart ? "" : " "}${second}`;
}

/** `65.2` → `1:05`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
