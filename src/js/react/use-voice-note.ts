// A voice note as a hook.

import { useEffect, useMemo, useRef, useState } from "react";
import { EMPTY_NOTE, VoiceNote, type VoiceNoteOptions, type VoiceNoteState } from "../recorder.js";

/** The state of a voice note, and what can be done with it. */
export interface VoiceNoteHook
  extends VoiceNoteState,
    Pick<VoiceNote, "record" | "pause" | "resume" | "stop" | "transcribe" | "cancel" | "discard" | "clear"> {
  /** The text as somebody has written it. */
  readonly setText: VoiceNote["setText"];
  /** Takes up the recording of an earlier visit that was found. */
  readonly restore: VoiceNote["restore"];
  /** Deletes the recording of an earlier visit that was found. */
  readonly forget: VoiceNote["forget"];
  /** Its words have gone where they belong: the copy on disk goes. */
  readonly used: VoiceNote["used"];
}

/**
 * A voice note for as long as the component is there. It records when `record()` is called and never by itself, so mounting
 * twice, as StrictMode does, opens one microphone.
 *
 * ```tsx
 * const note = useVoiceNote({ endpoint: "/dashscope" });
 * return <button onClick={note.phase === "recording" ? note.stop : note.record}>{note.text || "Record"}</button>;
 * ```
 */
export function useVoiceNote(options: VoiceNoteOptions = {}): VoiceNoteHook {
  const [state, setState] = useState(EMPTY_NOTE);
  const given = useRef(options);
  const note = useRef<VoiceNote | undefined>(undefined);
  const { keep, place } = options;

  useEffect(() => {
    const made = new VoiceNote({ ...given.current, keep, place });
    const configure = () => made.configure(told(given.current, setState));
    configure();
    note.current = made;
    setState(made.state);
    return () => {
      made.close();
      note.current = undefined;
    };
  }, [keep, place]);

  useEffect(() => {
    given.current = options;
    note.current?.configure(told(options, setState));
  });

  const actions = useMemo(() => actionsOf(() => note.current), []);
  return { ...state, ...actions };
}

/** The same options, with the component among those who are told. */
function told(options: VoiceNoteOptions, setState: (state: VoiceNoteState) => void): VoiceNoteOptions {
  return {
    ...options,
    onState(state) {
      setState(state);
      options.onState?.(state);
    },
  };
}

/** The same functions for the whole life of the component, which effects and memos may name. */
function actionsOf(note: () => VoiceNote | undefined): Omit<VoiceNoteHook, keyof VoiceNoteState> {
  return {
    record: async () => note()?.record(),
    pause: async () => note()?.pause(),
    resume: async () => note()?.resume(),
    stop: async () => note()?.stop(),
    transcribe: async () => note()?.transcribe(),
    cancel: () => note()?.cancel(),
    discard: async () => note()?.discard(),
    // A handler of a button gives an event, which is no text.
    clear: async (text) => note()?.clear(typeof text === "string" ? text : ""),
    setText: (text) => note()?.setText(text),
    restore: async () => note()?.restore(),
    forget: async () => note()?.forget(),
    used: async () => note()?.used(),
  };
}
