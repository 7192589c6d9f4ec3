// Why there is no microphone, in words that know of this page's other ways in.

import * as recorder from "dashscope-asr/recorder";
import type { Trouble } from "./trouble.ts";

/** What works without a microphone, where that is what is lacking. */
const OTHER_WAYS: Partial<Record<recorder.MicrophoneTroubleCode, string>> = {
  blocked: " A recording from a file works without it.",
  missing: " A recording from a file works without one.",
  insecure: " Choosing or dropping a recording works here too.",
  unsupported: " Choosing or dropping a recording works here all the same.",
};

/** Why there is no microphone and what to do about it, for the browser at hand. */
export function describeMicrophoneTrouble(error: unknown, userAgent = navigator.userAgent): Trouble {
  return withOtherWays(recorder.describeMicrophoneTrouble(error, userAgent));
}

export function describeMissingRecorder(): Trouble {
  return withOtherWays(recorder.describeMissingRecorder());
}

/** The code is for programs: the page would show it as the service's. */
function withOtherWays({ code, title, advice }: recorder.MicrophoneTrouble): Trouble {
  return { title, advice: `${advice}${OTHER_WAYS[code] ?? ""}` };
}
