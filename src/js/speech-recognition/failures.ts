// What went wrong, by the standard's names.

import type { SpeechRecognitionErrorName } from "./events.js";

export interface Failure {
  name: SpeechRecognitionErrorName;
  message: string;
  cause: unknown;
}

const FORBIDDEN = new Set(["microphone_denied", "insecure_context", "sound_blocked"]);

/** Why there is no microphone. */
export function ofMicrophone(cause: unknown): Failure {
  const { code, message } = told(cause);
  return { name: FORBIDDEN.has(code) ? "not-allowed" : "audio-capture", message, cause };
}

const REFUSALS = new Set(["authentication", "permission_denied", "not_found", "billing", "invalid_option"]);

/** Why nothing is heard. */
export function ofService(cause: unknown): Failure {
  const { code, message, field } = told(cause);
  if (code === "invalid_option" && /^language/.test(field)) return { name: "language-not-supported", message, cause };
  return { name: REFUSALS.has(code) ? "service-not-allowed" : "network", message, cause };
}

/** What names no language. */
export function ofLanguage(lang: string): Failure {
  const message = `lang: "${lang}" names no language; expected one as "en-US"`;
  return { name: "language-not-supported", message, cause: undefined };
}

function told(cause: unknown): { code: string; message: string; field: string } {
  const { code = "", message = String(cause), field = "" } = (cause ?? {}) as Record<string, string | undefined>;
  return { code, message, field };
}
