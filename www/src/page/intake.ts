// Files and addresses: chosen, dropped, pasted.

import { canRecord } from "dashscope-asr/recorder";
import type { Elements } from "./elements.ts";

export interface IntakeEvents {
  onFile(file: File): void;
  onUrl(url: string): void;
  onSample(): void;
}

/** The ways in other than the microphone: choosing, dropping and pasting a file, and writing or pasting an address. */
export function listenForAudio(elements: Elements, events: IntakeEvents): void {
  // Where the page cannot record, a phone can still open its own recorder.
  if (!canRecord()) {
    elements.file.accept = "audio/*";
    elements.file.setAttribute("capture", "");
  }
  elements.pick.addEventListener("click", () => elements.file.click());
  elements.file.addEventListener("change", () => {
    const file = elements.file.files?.[0];
    // Choosing the same file again must be heard again.
    elements.file.value = "";
    if (file) events.onFile(file);
  });
  elements.sample.addEventListener("click", () => events.onSample());
  elements.urlForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const url = asAddress(elements.url.value);
    elements.url.setCustomValidity(url ? "" : "An address that begins with https:// is needed here.");
    if (url) events.onUrl(url);
    else elements.url.reportValidity();
  });
  elements.url.addEventListener("input", () => elements.url.setCustomValidity(""));

  document.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    const file = data && fileIn(data);
    const isTyping = event.target instanceof Element && event.target.closest("textarea, input") !== null;
    const url = isTyping ? undefined : asAddress(data?.getData("text") ?? "");
    if (!file && !url) return;
    event.preventDefault();
    if (file) events.onFile(file);
    else if (url) {
      elements.url.value = url;
      events.onUrl(url);
    }
  });

  listenForDrops(elements, events);
}

function listenForDrops(elements: Elements, events: IntakeEvents): void {
  const brings = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  // Enter and leave also come for every child, so they are counted.
  let depth = 0;
  document.addEventListener("dragenter", (event) => {
    if (brings(event)) elements.dropHint.hidden = ++depth === 0;
  });
  document.addEventListener("dragleave", (event) => {
    if (brings(event)) elements.dropHint.hidden = --depth <= 0;
  });
  document.addEventListener("dragover", (event) => {
    if (brings(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    depth = 0;
    elements.dropHint.hidden = true;
    if (!event.dataTransfer || !brings(event)) return;
    event.preventDefault();
    const file = fileIn(event.dataTransfer);
    if (file) events.onFile(file);
  });
}

/** The first sound or film, else the first file: types are sometimes missing, and the bytes are looked at later. */
function fileIn(data: DataTransfer): File | undefined {
  const files = [...data.files];
  return files.find((file) => /^(audio|video)\//.test(file.type)) ?? files[0];
}

function asAddress(text: string): string | undefined {
  const trimmed = text.trim();
  return /^https?:\/\/\S+$/.test(trimmed) && URL.canParse(trimmed) ? trimmed : undefined;
}
