// Why there is no microphone, in words.

/** Why there is no microphone; stable. */
export type MicrophoneTroubleCode =
  /** The person, the browser's or the system's settings, or the policy of the page do not allow it. */
  | "blocked"
  /** There is none. */
  | "missing"
  /** It is there and cannot be opened: another program has it, or it does not answer. */
  | "busy"
  /** The page is neither `https:` nor on this machine. */
  | "insecure"
  /** This browser has no recorder. */
  | "unsupported"
  /** Something else. */
  | "failed";

/** Why there is no microphone, and what to do about it. */
export interface MicrophoneTrouble {
  /** For programs. */
  readonly code: MicrophoneTroubleCode;
  /** What is wrong, in English. */
  readonly title: string;
  /** What to do about it, in English, for the browser at hand. */
  readonly advice: string;
}

/** What `getUserMedia` and `MediaRecorder` have failed with, in words for the browser at hand. */
export function describeMicrophoneTrouble(error: unknown, userAgent: string = navigator.userAgent): MicrophoneTrouble {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return { code: "blocked", title: "The microphone is blocked", advice: howToAllow(userAgent) };
    case "NotFoundError":
    case "OverconstrainedError":
      return {
        code: "missing",
        title: "No microphone was found",
        advice: "Plug one in or switch it on, then press Record again.",
      };
    case "NotReadableError":
    case "AbortError":
      return {
        code: "busy",
        title: "The microphone is in use or does not answer",
        advice: "Close other programs that record (calls, meetings), or choose another microphone.",
      };
    default: {
      const advice = error instanceof Error ? error.message : String(error);
      return { code: "failed", title: "Recording could not start", advice };
    }
  }
}

/** Why `canRecord()` says no. */
export function describeMissingRecorder(): MicrophoneTrouble {
  return globalThis.isSecureContext
    ? { code: "unsupported", title: "This browser cannot record", advice: "Another browser, or a newer one, can." }
    : {
        code: "insecure",
        title: "Browsers record on https pages only",
        advice: "Open this page over https or on localhost.",
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
