// The form of the settings.

import { listMicrophones } from "dashscope-asr/recorder";
import { type Recognition, type Settings, saveSettings } from "../settings.ts";
import { LANGUAGE_CODES, languageName } from "../words/languages.ts";
import type { Elements } from "./elements.ts";

/** Shows the settings and keeps them up to date and remembered. */
export function connectOptions(elements: Elements, settings: Settings): void {
  const languages = LANGUAGE_CODES.map((code) => new Option(languageName(code), code));
  languages.sort((one, other) => one.text.localeCompare(other.text));
  elements.language.append(new Option("Automatic", ""), ...languages);

  elements.language.value = settings.language;
  elements.enableItn.checked = settings.enableItn;
  elements.startAtOnce.checked = settings.startAtOnce;
  elements.context.value = settings.context;
  elements.hotWords.value = settings.hotWords;
  const choices = [...elements.recognition.querySelectorAll<HTMLInputElement>("input[type=radio]")];
  for (const choice of choices) choice.checked = choice.value === settings.recognition;

  const read = (): void => {
    settings.language = elements.language.value;
    settings.enableItn = elements.enableItn.checked;
    settings.startAtOnce = elements.startAtOnce.checked;
    settings.context = elements.context.value;
    settings.hotWords = elements.hotWords.value;
    settings.recognition = (choices.find((choice) => choice.checked)?.value ?? "quick") as Recognition;
    if (!elements.microphone.disabled) settings.microphoneId = elements.microphone.value;
    saveSettings(settings);
  };
  for (const control of [
    elements.language,
    elements.enableItn,
    elements.startAtOnce,
    elements.microphone,
    ...choices,
  ]) {
    control.addEventListener("change", read);
  }
  elements.context.addEventListener("input", read);
  elements.hotWords.addEventListener("input", read);
}

/** Names appear only after leave to record was given, and change when something is plugged in. */
export async function showMicrophones(elements: Elements, settings: Settings): Promise<void> {
  const microphones = await listMicrophones();
  if (microphones.length === 0) return;
  elements.microphone.replaceChildren(...microphones.map(({ deviceId, label }) => new Option(label, deviceId)));
  const chosen = microphones.find(({ deviceId }) => deviceId === settings.microphoneId) ?? microphones[0];
  elements.microphone.value = chosen?.deviceId ?? "";
  elements.microphone.disabled = false;
}
