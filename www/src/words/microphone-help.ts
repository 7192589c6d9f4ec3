// Why there is no microphone, in words.

import type { Trouble } from "./trouble.ts";

/** Why there is no microphone and what to do about it, for the browser at hand. */
export function describeMicrophoneTrouble(error: unknown, userAgent = navigator.userAgent): Trouble {
  const name = error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return {
        title: "The microphone is blocked",
        advice: `${howToAllow(userAgent)} A recording from a file works without it.`,
      };
    case "NotFoundError":
    case "OverconstrainedError":
      return {
        title: "No microphone was found",
        advice: "Plug one in or switch it on, then press Record again. A recording from a file works without one.",
      };
    case "NotReadableError":
    case "AbortError":
      return {
        title: "The microphone is in use or does not answer",
        advice: "Close other programs that record (calls, meetings), or choose another microphone under Options.",
      };
    default:
      return { title: "Recording could not start", advice: error instanceof Error ? error.message : String(error) };
  }
}

export function describeMissingRecorder(): Trouble {
  return globalThis.isSecureContext
    ? { title: "This browser cannot record", advice: "Choose or drop a recording instead; everything else works." }
    : {
        title: "Browsers record on https pages only",
        advice: "Open this page over https or on localhost. Choosing or dropping a recording works here too.",
      };
}

function howToAllow(userAgent: string): string {
  if (/iPhone|iPad/.test(userAgent)) {
    return "In the address bar tap the page menu, then Website Settings, Microphone, Allow. Then press Record again.";
  }
  if (/Firefox\//.test(userAgent)) {
    return "Click the crossed-out microphone in the address bar and remove the block. Then press Record again.";
  }
  if (/Android/.test(userAgent)) {
    return "Tap the icon before the address, then Permissions, Microphone, Allow. Then press Record again.";
  }
  if (/Chrome\/|Edg\//.test(userAgent)) {
    return "Click the icon before the address, then set Microphone to Allow. Then press Record again.";
  }
  if (/Safari\//.test(userAgent)) {
    return "In the menu bar choose Safari, Settings for This Website, Microphone, Allow. Then press Record again.";
  }
  return "Allow the microphone for this page in the browser's settings. Then press Record again.";
}
