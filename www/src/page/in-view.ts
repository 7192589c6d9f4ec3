// Brings onto the screen what has begun or ended.

import type { Elements } from "./elements.ts";
import type { Phase } from "./state.ts";

let before: Phase["name"] = "idle";

/**
 * When something begins or ends, where it is seen is brought onto the screen: somebody may have been at the end of a list, or of a
 * text. The style sheet leaves room for the words below the recorder, so that usually nothing moves.
 */
export function bringIntoView({ stage, record }: Elements, phase: Phase): void {
  const { name } = phase;
  if (name === before) return;
  before = name;
  const hasWords = name === "busy" || name === "ready" || (name === "recording" && phase.live);
  const { top, bottom } = (hasWords ? stage : record).getBoundingClientRect();
  const isSeen = top >= 0 && (hasWords ? top < innerHeight / 3 : bottom <= innerHeight);
  if (isSeen) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  stage.scrollIntoView({ block: "start", behavior: isCalm ? "instant" : "smooth" });
}
