import type { TranscribeOptions } from "dashscope-asr";
import type { Settings } from "../settings.ts";
import type { State } from "./state.ts";

/** The visitor's settings as the package wants them: what is not set is left out. */
export function transcribeOptions(settings: Settings, about: State["about"]): TranscribeOptions {
  const options: TranscribeOptions = { includeUsage: true };
  if (typeof about === "object") options.model = about.model;
  if (settings.language) options.language = settings.language;
  if (settings.enableItn) options.enableItn = true;
  if (settings.context.trim()) options.context = settings.context.trim();
  return options;
}
