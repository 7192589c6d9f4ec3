// What a page says once, for all recognitions.

import type { LiveOptions } from "../api.js";
import type { MicrophoneOptions } from "../microphone/options.js";

/** Where audio comes from: a `Microphone` is one. */
export interface SpeechSource extends AsyncIterable<Int16Array> {
  /** `"lost"`: it ended by itself. */
  readonly state: string;
  /** Ends it; what was said before still comes. */
  close(): void;
}

/** What the Web Speech API has no words for. */
export interface SpeechRecognitionSettings {
  /** Options of `live`, e.g. `model` and `vocabulary`. `lang` counts before the languages here. */
  live?: Omit<LiveOptions, "sampleRate" | "format"> | undefined;
  /** Options of the microphone, e.g. `deviceId`. */
  microphone?: Omit<MicrophoneOptions, "sampleRate" | "signal" | "stream"> | undefined;
  /** Opens something else than a microphone: 16 kHz, one channel. */
  openMicrophone?: ((options: MicrophoneOptions) => Promise<SpeechSource>) | undefined;
}
