// Which realtime model speaks which protocol, and what it takes.

/**
 * @typedef {object} LiveFamily
 * @property {"task" | "session"} protocol
 * @property {number[]} sampleRates empty: any
 * @property {number} [hints] most language hints
 * @property {boolean} [hotWords] takes parameters.vocabulary
 * @property {boolean} [tokens] counts tokens, not seconds only
 * @property {boolean} [onlyOnRequest] unfinished sentences with intermediate_result_enabled only
 * @property {boolean} [bare] punctuation with disfluency_removal_enabled only
 */

/** First match wins. @type {[RegExp, LiveFamily][]} */
const FAMILIES = [
  [
    /^qwen-audio-3\.\d+-asr-flash-message(-|$)/,
    { protocol: "task", sampleRates: [16000], hotWords: true, tokens: true, onlyOnRequest: true, bare: true },
  ],
  [
    /^qwen-audio-3\.\d+-asr-flash-streaming(-|$)/,
    { protocol: "task", sampleRates: [], hints: 4, hotWords: true, tokens: true },
  ],
  [/^fun-asr(-\w+)*-8k-realtime(-|$)/, { protocol: "task", sampleRates: [8000], hints: 1 }],
  [/^fun-asr(-\w+)*-realtime(-|$)/, { protocol: "task", sampleRates: [], hints: 1 }],
  [/^paraformer-realtime-8k-v[12]$/, { protocol: "task", sampleRates: [8000] }],
  [/^paraformer-realtime-v[12]$/, { protocol: "task", sampleRates: [] }],
  [/^qwen3-asr-flash-realtime(-|$)/, { protocol: "session", sampleRates: [16000, 8000] }],
];

/** @param {unknown} model @param {"task" | "session"} protocol @returns {LiveFamily | undefined} */
export function liveFamilyOf(model, protocol) {
  if (typeof model !== "string") return undefined;
  const family = FAMILIES.find(([name]) => name.test(model))?.[1];
  return family?.protocol === protocol ? family : undefined;
}
