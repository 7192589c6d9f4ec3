// All that the element says, by name.

/** All that the element says. `{length}` and `{heard}` stand for a time, e.g. `0:42`, `{parts}` for stretches, e.g. `1:00–2:00, 7:00–8:00`. */
export interface VoiceNoteStrings {
  /** Its name for screen readers, where it has no label. */
  readonly name: string;
  /** The name of the text for screen readers, and what stands where there is none. */
  readonly text: string;
  /** Buttons. */
  readonly record: string;
  /** Ends the recording. */
  readonly stop: string;
  /** Leaves out what is said. */
  readonly pause: string;
  /** Goes on. */
  readonly resume: string;
  /** Plays the recording. */
  readonly play: string;
  /** Ends the playing. */
  readonly stopPlaying: string;
  /** Asks for the words. */
  readonly transcribe: string;
  /** Asks for them again. */
  readonly retry: string;
  /** Asks for what is missing in them. */
  readonly retryMissing: string;
  /** Asks for them no longer. */
  readonly cancel: string;
  /** Throws away the recording and its words. */
  readonly discard: string;
  /** Takes up a recording of an earlier visit. */
  readonly restore: string;
  /** Deletes a recording of an earlier visit. */
  readonly forget: string;
  /** States. */
  readonly starting: string;
  /** It records. */
  readonly recording: string;
  /** It waits to go on. */
  readonly paused: string;
  /** The words are asked for. */
  readonly transcribing: string;
  /** How much of a long recording has been heard. */
  readonly heard: string;
  /** The words are there. */
  readonly done: string;
  /** There was nothing to be heard in it. */
  readonly noSpeech: string;
  /** There is a recording, and nobody has asked for its words. */
  readonly ready: string;
  /** It was thrown away. */
  readonly discarded: string;
  /** Nothing has been heard for some seconds. */
  readonly silent: string;
  /** The limit has ended it. */
  readonly limit: string;
  /** The microphone has gone. */
  readonly lost: string;
  /** The disk will not have room for all of it. */
  readonly scarce: string;
  /** There is no complete copy on disk. */
  readonly unsafe: string;
  /** A recording of an earlier visit is there. */
  readonly found: string;
  /** Why there is no recording: it is not allowed. */
  readonly blocked: string;
  /** There is no microphone. */
  readonly missing: string;
  /** It is in use. */
  readonly busy: string;
  /** The page is not of https. */
  readonly insecure: string;
  /** The browser cannot. */
  readonly unsupported: string;
  /** Something else. */
  readonly failed: string;
  /** Why there are no words: the service was not reached. */
  readonly unreachable: string;
  /** The service has too much to do. */
  readonly overloaded: string;
  /** Something else, which trying again does not change. */
  readonly refused: string;
  /** Some parts of the recording are not in the text. */
  readonly incomplete: string;
  /** Said by the form: nothing is in it. */
  readonly required: string;
  /** Said by the form: it is not finished. */
  readonly unfinished: string;
}
