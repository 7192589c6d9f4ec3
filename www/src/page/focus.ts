// Where the keyboard is when what it was on has gone.

import type { Elements } from "./elements.ts";
import type { State } from "./state.ts";

let hadFocusInStage = false;

/** A button that disappears takes the focus with it; then the focus goes to what comes next, not to the top of the page. */
export function keepFocus(elements: Elements, state: State): void {
  const active = document.activeElement;
  if (active instanceof HTMLElement && active !== document.body) {
    const isVisible = active.closest("[hidden]") === null;
    if (isVisible) {
      hadFocusInStage = elements.stage.contains(active) && active instanceof HTMLButtonElement;
      return;
    }
  } else if (!hadFocusInStage) return;

  const next = [elements.tryAgain, elements.transcribe, elements.cancel, elements.record].find(
    (button) => !button.disabled && button.closest("[hidden]") === null,
  );
  if (hadFocusInStage && state.phase.name !== "starting") next?.focus({ preventScroll: true });
}
