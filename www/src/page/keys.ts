// Shortcuts of the keyboard.

import { actionFor, KEY_HELP, type KeyAction } from "./keyboard.ts";

export function listenForKeys(isRecording: () => boolean, actions: Record<KeyAction, () => void>): void {
  document.addEventListener("keydown", (event) => {
    const action = actionFor(event, isRecording());
    if (!action) return;
    // Space would scroll the page as well.
    event.preventDefault();
    actions[action]();
  });
}

/** Only where there is likely a keyboard; the style sheet decides that. */
export function showKeyHelp(): void {
  const help = document.getElementById("key-help");
  help?.replaceChildren(
    ...KEY_HELP.map(({ keys, does }) => {
      const entry = document.createElement("span");
      for (const key of keys) {
        const cap = document.createElement("kbd");
        cap.textContent = key;
        entry.append(cap, " ");
      }
      entry.append(does);
      return entry;
    }),
  );
}
