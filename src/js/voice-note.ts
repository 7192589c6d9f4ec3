// dashscope-asr/voice-note: a recorder with a text field, as an element for forms. Importing it makes `<voice-note>` known.

import { defineVoiceNote } from "./voice-note/element.js";

export { defineVoiceNote, VoiceNoteElement } from "./voice-note/element.js";
export type { VoiceNoteStrings } from "./voice-note/strings.js";

defineVoiceNote();
