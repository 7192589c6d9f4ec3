// Voice notes in React.
import { Transcriber } from "dashscope-asr";
import { useLive, useVoiceNote } from "dashscope-asr/react";
import type { VoiceNoteElement } from "dashscope-asr/voice-note";
import { createElement, useRef } from "react";

const asr = new Transcriber({ baseURL: "/dashscope" });

export function Notes() {
  const note = useVoiceNote({ endpoint: "/dashscope", transcribe: { language: "en" } });
  const { phase, text, start, stop, error } = useLive({ asr, languageHints: ["en"] });
  const field = useRef<VoiceNoteElement>(null);
  const label: string = note.trouble?.message ?? note.microphoneTrouble?.advice ?? note.text;
  return (
    <>
      <button type="button" onClick={note.phase === "recording" ? note.stop : note.record}>
        {label}
      </button>
      <button type="button" onClick={phase === "live" ? stop : start}>
        {error?.message ?? text}
      </button>
      <voice-note ref={field} name="note" asr={asr} max-seconds={60} required className="note" />
      {/* @ts-expect-error no text */}
      <voice-note required="yes" />
    </>
  );
}

export const made = createElement(Notes);
