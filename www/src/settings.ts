/** What the visitor chose, remembered in this browser only. */
export interface Settings {
  /** Empty for automatic. */
  language: string;
  enableItn: boolean;
  context: string;
  /** Transcribe as soon as recording stops or a file arrives, instead of waiting for the button. */
  startAtOnce: boolean;
  microphoneId: string;
}

const KEY = "dashscope-asr-demo settings";

const DEFAULTS: Settings = { language: "", enableItn: false, context: "", startAtOnce: true, microphoneId: "" };

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
  return settings;
}

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Forbidden or full: the choice holds until the page is closed.
  }
}
