// The settings of the visitor, in the storage of the browser.

/** What matters most: the text at once, the time of every word, or who said what. */
export type Recognition = "quick" | "words" | "speakers";

/** What the visitor chose, remembered in this browser only. */
export interface Settings {
  recognition: Recognition;
  /** Empty for automatic. */
  language: string;
  enableItn: boolean;
  context: string;
  /** One per line, or separated by commas. */
  hotWords: string;
  /** Transcribe as soon as recording stops or a file arrives, instead of waiting for the button. */
  startAtOnce: boolean;
  microphoneId: string;
}

const KEY = "dashscope-asr-demo settings";

const DEFAULTS: Settings = {
  recognition: "quick",
  language: "",
  enableItn: false,
  context: "",
  hotWords: "",
  startAtOnce: true,
  microphoneId: "",
};

/** Takes from storage only what has the right type: it may be from an older page, or edited by hand. */
export function readSettings(): Settings {
  const settings: Settings = { ...DEFAULTS };
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
    for (const [name, fallback] of Object.entries(DEFAULTS)) {
      if (typeof stored[name] === typeof fallback) Object.assign(settings, { [name]: stored[name] });
    }
  } catch {
    // Storage is forbidden or its content is not JSON: the defaults will do.
  }
  if (!["quick", "words", "speakers"].includes(settings.recognition)) settings.recognition = DEFAULTS.recognition;
  return settings;
}

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Forbidden or full: the choice holds until the page is closed.
  }
}
