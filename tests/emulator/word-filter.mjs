// special_word_filter of the batch models: a string that holds JSON.

/**
 * @param {unknown} setting
 * @returns {(words: import("./recogniser/words.mjs").TimedWord[]) => import("./recogniser/words.mjs").TimedWord[]}
 */
export function wordFilterOf(setting) {
  const rules = parse(setting);
  const signed = lowered(rules.filter_with_signed?.word_list);
  const emptied = lowered(rules.filter_with_empty?.word_list);
  return (words) =>
    words
      .filter((word) => !emptied.has(word.text.toLowerCase()))
      .map((word) => (signed.has(word.text.toLowerCase()) ? { ...word, text: "*".repeat(word.text.length) } : word));
}

function parse(setting) {
  if (typeof setting !== "string") return {};
  try {
    return JSON.parse(setting) ?? {};
  } catch {
    return {};
  }
}

function lowered(list) {
  return new Set((Array.isArray(list) ? list : []).map((word) => String(word).toLowerCase()));
}
