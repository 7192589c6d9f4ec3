/**
 * What to record. Opus is a fifth of the size of anything else and all that Chromium and Firefox offer. Safari claims WebM
 * since 18.4, but its files have broken timing, so it is asked for MP4, which it has always done well.
 */
const FORMATS = ["audio/webm;codecs=opus", "audio/webm", "audio/ogg;codecs=opus", "audio/ogg", "audio/mp4"];
const FORMATS_FOR_SAFARI = ["audio/mp4", ...FORMATS.filter((format) => format !== "audio/mp4")];

/** The service takes five minutes in one request. */
const LIMIT_SECONDS = 300;

/**
 * MP4 is sent as WAV at 32 000 bytes per second, and the service takes 10 MiB of base64, which is 245 seconds of that.
 */
const LIMIT_SECONDS_AS_WAV = 240;

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
  const compact = mimeType.includes("webm") || mimeType.includes("ogg");
  return { mimeType, limitSeconds: compact ? LIMIT_SECONDS : LIMIT_SECONDS_AS_WAV };
}
