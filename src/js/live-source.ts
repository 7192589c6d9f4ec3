// What stands on a live transcription needs of it: a `Transcriber` of any entry has it.

import type { LiveOptions, Message, Transcript } from "../../target/js/glue.js";
import type { LiveEvent } from "./live-events.js";

/** Makes live transcriptions: a `Transcriber`, of the main entry or of `dashscope-asr/slim`. */
export interface LiveSource {
  /** Begins one. */
  live(options?: LiveOptions): LiveListener;
}

/** A live transcription. */
export interface LiveListener extends AsyncIterable<LiveEvent> {
  /** Sends audio: samples, or bytes of 16-bit samples. */
  send(audio: Int16Array | ArrayBuffer): void;
  /** No more audio: waits until all of it is heard. */
  finish(): Promise<Transcript>;
  /** Gives up. */
  close(): void;
  /** Other words that were said before. */
  setContext(messages: Message[]): void;
}
