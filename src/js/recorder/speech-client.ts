// What a voice note needs of a client.

import type {
  LiveCallOptions,
  LiveEvent,
  LongEvent,
  SplitCallOptions,
  TranscribeCallOptions,
  Transcript,
  TranscriptEvent,
} from "../api.js";

/** A live transcription, as far as it is needed here: `asr.live()` gives it. */
export interface LiveClient extends AsyncIterable<LiveEvent> {
  /** Takes samples. */
  send(audio: Int16Array): void;
  /** No more of them: what was heard. */
  finish(): Promise<Transcript>;
}

/** A `Transcriber`, or what does the same. */
export interface SpeechClient {
  /** The words of a recording. */
  transcribe(audio: Blob, options?: TranscribeCallOptions): Promise<Transcript>;
  /** The same, while they are recognised; what is longer than five minutes with `longAudio: "auto"`. */
  stream(
    audio: Blob,
    options?: TranscribeCallOptions | SplitCallOptions,
  ): AsyncIterable<TranscriptEvent | LongEvent> & { final(): Promise<Transcript> };
  /** Words while they are spoken. */
  live?(options?: LiveCallOptions): LiveClient;
}
