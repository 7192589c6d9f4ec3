// A transcript in the order of time, as the reader shows it.

import type { Transcript } from "dashscope-asr";

/** A word as it is written and heard. */
export interface TimedWord {
  readonly text: string;
  readonly beginMs: number;
  readonly endMs: number;
}

/** A sentence, or what stands for one, with the words that can be pressed. */
export interface Stretch {
  readonly beginMs: number;
  readonly speaker: number | undefined;
  /** Somebody else begins to speak here. */
  readonly isNewSpeaker: boolean;
  readonly words: readonly TimedWord[];
}

/** The transcript in the order of time; empty where the service gave no times. */
export function timelineOf(transcript: Transcript): Stretch[] {
  let before: number | undefined;
  return transcript.segments.map((segment) => {
    const words = segment.words.map(({ text, punctuation, beginMs, endMs }) => ({
      text: text + punctuation,
      beginMs,
      endMs,
    }));
    const whole = { text: segment.text, beginMs: segment.beginMs, endMs: segment.endMs };
    const speaker = segment.speakerId;
    const stretch: Stretch = {
      beginMs: segment.beginMs,
      speaker,
      isNewSpeaker: speaker !== undefined && speaker !== before,
      words: words.length > 0 ? words : [whole],
    };
    before = speaker;
    return stretch;
  });
}

/** The last word that has begun, or -1 before the first: a pause belongs to the word before it. */
export function wordAt(words: readonly TimedWord[], milliseconds: number): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.beginMs ?? 0) <= milliseconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
