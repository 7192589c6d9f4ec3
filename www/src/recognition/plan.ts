// Which model is asked, and for what.

import type { TranscribeOptions } from "dashscope-asr";
import type { About } from "../../edge/about.ts";
import type { Settings } from "../settings.ts";

/** Which model is asked for what, for a short recording and for a long one. */
export interface Plan {
  /** Undefined where only a task gives what was asked for. */
  readonly direct?: TranscribeOptions;
  readonly byTask: TranscribeOptions;
}

/** The usual strength; the service knows 1 to 5. */
const HOT_WORD_WEIGHT = 4;

/** More than this helps nobody and is refused. */
const MOST_HOT_WORDS = 500;

/** Qwen-Audio writes one language differently and does not know another. */
const HINTS: Readonly<Record<string, string | undefined>> = { fil: "tl", yue: undefined };

/** The visitor's settings as the package wants them: what is not set, or what the model would not listen to, is left out. */
export function planFor(settings: Settings, models: About["models"] | undefined): Plan {
  const hotWords = hotWordsIn(settings.hotWords);
  const withSpeakers = settings.recognition === "speakers";
  const context = settings.context.trim() ? { context: settings.context.trim() } : {};

  if (withSpeakers || hotWords.length > 0) {
    const hint = settings.language in HINTS ? HINTS[settings.language] : settings.language || undefined;
    const common: TranscribeOptions = {
      ...context,
      ...(hint ? { languageHints: [hint] } : {}),
      ...(hotWords.length > 0
        ? { vocabulary: Object.fromEntries(hotWords.map((word) => [word, HOT_WORD_WEIGHT])) }
        : {}),
    };
    const byTask = {
      ...common,
      ...named(models?.longWithSpeakers),
      ...(withSpeakers ? { diarizationEnabled: true } : {}),
    };
    if (settings.recognition !== "quick") return { byTask };
    return { direct: { ...common, ...named(models?.quickWithHotWords) }, byTask };
  }

  const common: TranscribeOptions = {
    ...context,
    ...(settings.language ? { language: settings.language } : {}),
    ...(settings.enableItn ? { enableItn: true } : {}),
  };
  const byTask = { ...common, ...named(models?.long), enableWords: true };
  if (settings.recognition !== "quick") return { byTask };
  return { direct: { ...common, ...named(models?.quick), includeUsage: true }, byTask };
}

export function hotWordsIn(text: string): string[] {
  const words = text.split(/[\n,，、;；]+/).map((word) => word.trim());
  return [...new Set(words.filter(Boolean))].slice(0, MOST_HOT_WORDS);
}

function named(model: string | undefined): TranscribeOptions {
  return model ? { model } : {};
}
