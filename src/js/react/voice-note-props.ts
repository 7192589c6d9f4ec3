// What `<voice-note>` takes in JSX.

import type { LiveCallOptions, SplitCallOptions, TranscribeCallOptions } from "../api.js";
import type { SpeechClient } from "../recorder.js";
import type { VoiceNoteStrings } from "../voice-note/strings.js";

/** What `<voice-note>` takes in JSX, beside what every element does. React sets those that are no text as properties. */
export interface VoiceNoteProps {
  /** Where your relay is. */
  endpoint?: string | undefined;
  /** The language spoken, e.g. `"en"`. */
  language?: string | undefined;
  /** The model that hears it. */
  model?: string | undefined;
  /** When the recording ends by itself. */
  "max-seconds"?: number | string | undefined;
  /** The name of the text in the form. */
  name?: string | undefined;
  /** The name of the recording in the form. */
  "audio-name"?: string | undefined;
  /** `"off"`: nothing is kept on disk. */
  keep?: "off" | undefined;
  /** Shows words while somebody speaks. */
  live?: boolean | undefined;
  /** What stands where there is no text. */
  placeholder?: string | undefined;
  /** Whether the form wants something in it. */
  required?: boolean | undefined;
  /** Whether it can be used. */
  disabled?: boolean | undefined;
  /** A client of your own. */
  asr?: SpeechClient | undefined;
  /** More options of the call. */
  callOptions?: TranscribeCallOptions | SplitCallOptions | undefined;
  /** The same, with options. */
  liveOptions?: LiveCallOptions | undefined;
  /** What it says, in your own words. */
  strings?: Partial<VoiceNoteStrings> | undefined;
  /** The id of the microphone. */
  deviceId?: string | undefined;
}
