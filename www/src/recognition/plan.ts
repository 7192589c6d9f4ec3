// Which model is asked, and for what.

import type { LiveOptions, TranscribeOptions } from "dashscope-asr";
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

/** Qwen-Audio writes one language differently and does not know another. */
const HINTS: Readonly<Record<string, string | undefined>> = { fil: "tl", yue: undefined };

/** The visitor's settings as the package wants them: what is not set, or what the model would not listen to, is left out. */
export function planFor(settings: Settings, models: About["models"] | undefined): Plan {
  const hotWords = hotWordsIn(settings.hotWords);
  const withSpeakers = settings.recognition === "speakers";
  const context = settings.context.trim() ? { context: settings.context.trim() } : {};

  if (withSpeakers || hotWords.length > 0) {
    const common: TranscribeOptions = { ...context, ...hintsOf(settings), ...weighted(hotWords) };
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

/**
 * The visitor's settings for words while they are spoken; nothing where the site has no model for that, where something was asked
 * for that only another one gives, or where nothing shall be sent before a button is pressed.
 */
export function planLive(settings: Settings, models: About["models"] | undefined): LiveOptions | undefined {
  const isWanted = settings.recognition === "quick" && settings.startAtOnce && !settings.enableItn;
  if (!models?.live || !isWanted) return undefined;
  const context = settings.context.trim() ? { context: settings.context.trim() } : {};
  return { model: models.live, ...context, ...hintsOf(settings), ...weighted(hotWordsIn(settings.hotWords)) };
}

function hintsOf({ language }: Settings): { languageHints?: string[] } {
  const hint = language in HINTS ? HINTS[language] : language || undefined;
  return hint ? { languageHints: [hint] } : {};
}

function weighted(hotWords: readonly string[]): { vocabulary?: Record<string, number> } {
  if (hotWords.length === 0) return {};
  return { vocabulary: Object.fromEntries(hotWords.map((word) => [word, HOT_WORD_WEIGHT])) };
}

/** All of them: how many are too many the package says, and a list cut in silence would be believed in. */
export function hotWordsIn(text: string): string[] {
  const words = text.split(/[\n,，、;；]+/).map((word) => word.trim());
  return [...new Set(words.filter(Boolean))];
}

function named(model: string | undefined): TranscribeOptions {
  return model ? { model } : {};
}
