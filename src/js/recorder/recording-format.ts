// Which format each browser records, and for how long.

/**
 * What to record. Opus is a fifth of the size of anything else and all that Chromium and Firefox offer. Safari claims WebM
 * since 18.4, but its files have broken timing, so it is asked for MP4, which it has always done well.
 */
const FORMATS = ["audio/webm;codecs=opus", "audio/webm", "audio/ogg;codecs=opus", "audio/ogg", "audio/mp4"];
const FORMATS_FOR_SAFARI = ["audio/mp4", ...FORMATS.filter((format) => format !== "audio/mp4")];

/** What is longer than five minutes goes the long way; this is what a page can be trusted to record without a break. */
export const LIMIT_SECONDS = 2 * 3600;

export interface RecordingFormat {
  /** For MediaRecorder; empty to let the browser choose. */
  readonly mimeType: string;
  readonly limitSeconds: number;
}

export function chooseRecordingFormat(
  isSupported: (mimeType: string) => boolean = (mimeType) => MediaRecorder.isTypeSupported(mimeType),
  vendor: string = navigator.vendor,
): RecordingFormat {
  const formats = vendor.startsWith("Apple") ? FORMATS_FOR_SAFARI : FORMATS;
  const mimeType = formats.find(isSupported) ?? "";
  return { mimeType, limitSeconds: LIMIT_SECONDS };
}
