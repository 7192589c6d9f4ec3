// What dialects A and B have in common: annotations, usage and what is said when nobody speaks.
import { FaultMistake } from "./faults.mjs";
import { billedSeconds, textTokensOf, tokensOf } from "./hearing.mjs";
import { QWEN_LANGUAGES } from "./models.mjs";
import { refusal, wrongParameter } from "./service-error.mjs";

/** @param {any} options asr_options @returns {string | undefined} */
export function languageOf(options) {
  const language = options?.language;
  if (language === undefined || language === null) return undefined;
  if (!QWEN_LANGUAGES.has(language)) throw wrongParameter("language");
  return language;
}

/**
 * The recogniser knows English only, so "en" is all it can have detected; a language that the caller named is repeated, as the
 * service does. It hears no emotions: "neutral" is all it ever says.
 * @param {{ language?: string, heard: boolean, faults: import("./faults.mjs").Faults }} context
 */
export function annotationsOf({ language, heard, faults }) {
  if (faults.has("no-annotations") || (!heard && language === undefined)) return undefined;
  return [{ type: "audio_info", language: language ?? "en", emotion: "neutral" }];
}

/** @param {{ durationMs: number, text: string, faults: import("./faults.mjs").Faults }} context */
export function compatibleUsage({ durationMs, text, faults }) {
  const variant = faults.value("usage");
  if (variant === "none") return undefined;
  if (variant === "null") return null;
  const audio = tokensOf(durationMs);
  const spoken = textTokensOf(text);
  return {
    prompt_tokens: audio,
    completion_tokens: spoken,
    total_tokens: audio + spoken,
    seconds: billedSeconds(durationMs),
    prompt_tokens_details: { audio_tokens: audio, text_tokens: 0 },
    completion_tokens_details: { text_tokens: spoken },
  };
}

/** @param {{ durationMs: number, text: string, faults: import("./faults.mjs").Faults }} context */
export function nativeUsage({ durationMs, text, faults }) {
  const audio = tokensOf(durationMs);
  const spoken = textTokensOf(text);
  const seconds = billedSeconds(durationMs);
  switch (faults.value("usage")) {
    case "none":
      return undefined;
    case "null":
      return null;
    case "audio-tokens":
      return { audio_tokens: audio };
    case "seconds-total":
      return { seconds, total_tokens: audio + spoken };
    case "2024":
      return { audio_tokens: audio, input_tokens: 0, output_tokens: spoken };
    case "2025":
      return {
        total_tokens: audio + spoken,
        input_tokens: audio,
        output_tokens: spoken,
        input_tokens_details: { audio_tokens: audio, text_tokens: 0 },
        output_tokens_details: { text_tokens: spoken },
      };
    default:
      return { input_tokens_details: { text_tokens: 0 }, output_tokens_details: { text_tokens: spoken }, seconds };
  }
}

/**
 * How to say that nobody spoke; undefined when no switch asks for it.
 * @param {import("./faults.mjs").Faults} faults
 * @returns {"content-empty-array" | "empty-string" | "error" | undefined}
 */
export function forcedSilence(faults) {
  const shape = faults.value("no-speech");
  if (shape === undefined) return faults.has("empty-content") ? "content-empty-array" : undefined;
  if (shape === "content-empty-array" || shape === "empty-string" || shape === "error") return shape;
  throw new FaultMistake(`no-speech=${shape}: content-empty-array, empty-string or error`);
}

/** @param {ReturnType<typeof forcedSilence>} shape */
export function refuseSilence(shape) {
  if (shape === "error") throw refusal("no-words");
}
