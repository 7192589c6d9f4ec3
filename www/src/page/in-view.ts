// Brings onto the screen what has begun or ended.

import type { Elements } from "./elements.ts";
import type { Phase } from "./state.ts";

let before: Phase["name"] = "idle";

/**
 * When something begins or ends, where it is seen is brought onto the screen: somebody may have been at the end of a list, or of a
 * text. The style sheet leaves room for the words below the recorder, so that usually nothing moves.
 */
export function bringIntoView({ stage, record }: Elements, { name }: Phase): void {
  if (name === before) return;
  before = name;
  const hasSource = name === "busy" || name === "ready";
  const { top, bottom } = (hasSource ? stage : record).getBoundingClientRect();
  const isSeen = top >= 0 && (hasSource ? top < innerHeight / 3 : bottom <= innerHeight);
  if (isSeen) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  stage.scrollIntoView({ block: "start", behavior: isCalm ? "instant" : "smooth" });
}
