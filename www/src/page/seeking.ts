// The waveform as a slider.

import type { Elements } from "./elements.ts";
import type { Playback } from "./playback.ts";

const STEP_SECONDS = 5;

/** The waveform is also the slider of the player, for pointers and for keys. */
export function listenForSeeking(elements: Elements, playback: Playback, length: () => number | undefined): void {
  const { position } = elements;
  const seekTo = (event: PointerEvent): void => {
    const { left, width } = position.getBoundingClientRect();
    void playback.seek((length() ?? 0) * Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  position.addEventListener("pointerdown", (event) => {
    position.setPointerCapture(event.pointerId);
    seekTo(event);
  });
  position.addEventListener("pointermove", (event) => {
    if (position.hasPointerCapture(event.pointerId)) seekTo(event);
  });
  position.addEventListener("keydown", (event) => {
    const target = targetOf(event.key, playback.seconds, length() ?? 0);
    if (target === undefined) return;
    event.preventDefault();
    void playback.seek(target);
  });
}

function targetOf(key: string, seconds: number, length: number): number | undefined {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, seconds - STEP_SECONDS);
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(length, seconds + STEP_SECONDS);
    case "Home":
      return 0;
    case "End":
      return length;
    default:
      return undefined;
  }
}
