// The question before something is lost.

import type { Elements } from "./elements.ts";

/** Asks before something is lost. Escape and the first button are "no". */
export function confirmWith(elements: Elements, words: string, verb: string): Promise<boolean> {
  const dialog = elements.confirm;
  if (dialog.open) return Promise.resolve(false);
  elements.confirmWords.textContent = words;
  elements.confirmYes.textContent = verb;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
