// A recorder, and voice notes as they are used in pages.
import { Transcriber } from "dashscope-asr";
import {
  type Draft,
  type FinishedRecording,
  listMicrophones,
  type RecorderState,
  SavedRecordings,
  VoiceNote,
  type VoiceNoteState,
  VoiceRecorder,
} from "dashscope-asr/recorder";
import { defineVoiceNote, type VoiceNoteElement, type VoiceNoteStrings } from "dashscope-asr/voice-note";

const asr = new Transcriber({ baseURL: "/dashscope" });

export async function record(show: (state: RecorderState) => void): Promise<FinishedRecording | undefined> {
  const saved = await SavedRecordings.open("my-notes");
  const [first] = await listMicrophones();
  const recorder = new VoiceRecorder({ saved, limitSeconds: 60, deviceId: first?.deviceId, onState: show });
  const began: boolean = await recorder.start({ limitSeconds: 30 });
  if (!began) console.error(recorder.state.trouble?.code === "blocked", recorder.state.trouble?.advice);
  const drafts: Draft[] = await saved.list();
  for (const draft of drafts) await saved.delete(draft);
  // @ts-expect-error there is no such option
  new VoiceRecorder({ limit: 3 });
  return recorder.stop();
}

export function note(show: (state: VoiceNoteState) => void): VoiceNote {
  // @ts-expect-error a client has methods
  new VoiceNote({ asr: {} });
  return new VoiceNote({ asr, transcribe: { language: "en" }, live: { languageHints: ["en"] }, onState: show });
}

export function element(): VoiceNoteElement | null {
  defineVoiceNote("my-note");
  const strings: Partial<VoiceNoteStrings> = { record: "Speak" };
  const found = document.querySelector("voice-note");
  if (found) Object.assign(found, { asr, strings });
  const made: VoiceNoteElement = document.createElement("voice-note");
  made.asr = asr;
  const audio: File | null = made.audio;
  const valid: boolean = made.checkValidity();
  console.log(audio?.name, valid, made.state.phase === "done", made.transcript?.segments.length);
  return found;
}
