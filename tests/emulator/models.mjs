// Which model speaks which dialect, and what it takes. The order of the rules matters: names are prefixes of each other.

const MIB = 1024 * 1024;

/**
 * @typedef {object} Family
 * @property {"qwen" | "flash" | "qwen-task" | "task" | "other"} kind A and B; C; D1; D2; known, but not served over this API
 * @property {boolean} [compatible] also behind the OpenAI-compatible door
 * @property {number} [dataUriLimit] characters of a data URL
 * @property {number} [byteLimit] of a file behind a URL
 * @property {number} [seconds]
 * @property {boolean} [snapshots] streams unfinished text also when the audio is short
 * @property {boolean} [sentences] answers with a list of sentences and counts tokens
 * @property {boolean} [instantVocabulary] takes parameters.vocabulary
 * @property {boolean} [diarization] takes parameters.speaker_diarization_enabled
 */

const SYNCHRONOUS = { dataUriLimit: 10 * MIB, seconds: 300 };
const BATCH = { byteLimit: 2048 * MIB, seconds: 12 * 3600 };

/** @type {[RegExp, Family][]} */
const FAMILIES = [
  [/^fun-asr-realtime/, { kind: "flash", snapshots: true, ...SYNCHRONOUS, byteLimit: 2048 * MIB }],
  [/-(realtime|streaming|message|live)(-|$)|^gummy/, { kind: "other" }],
  [/^qwen3-asr-flash-filetrans/, { kind: "qwen-task", ...BATCH }],
  [/^qwen-audio-3\.\d+-asr-flash-filetrans/, { kind: "task", instantVocabulary: true, ...BATCH }],
  [/^fun-asr-flash/, { kind: "flash", ...SYNCHRONOUS, byteLimit: 2048 * MIB }],
  [
    /^qwen-audio-3\.0-asr-flash/,
    { kind: "flash", ...SYNCHRONOUS, dataUriLimit: 20 * MIB, byteLimit: 2048 * MIB, instantVocabulary: true },
  ],
  [
    /^qwen-audio-3\.\d+-asr-flash/,
    {
      kind: "flash",
      ...SYNCHRONOUS,
      dataUriLimit: 20 * MIB,
      byteLimit: 2048 * MIB,
      sentences: true,
      instantVocabulary: true,
      diarization: true,
    },
  ],
  [/^(fun-asr|paraformer|sensevoice)/, { kind: "task", ...BATCH }],
  [/^qwen3-asr-flash/, { kind: "qwen", compatible: true, ...SYNCHRONOUS, byteLimit: 10 * MIB }],
];

/** @param {unknown} model @returns {Family | undefined} */
export function familyOf(model) {
  if (typeof model !== "string") return undefined;
  return FAMILIES.find(([name]) => name.test(model))?.[1];
}

/** What `language` may be for Qwen3-ASR. */
export const QWEN_LANGUAGES = new Set(
  "zh yue en ja de ko ru fr pt ar it es hi id th tr uk vi cs da fil fi is ms no pl sv".split(" "),
);
