// From recognised phrases to the sentences and words of the native answers. Spaces are inside the members, so that joining
// `text + punctuation` of all words gives the sentence.

/** @typedef {import("./recogniser/recogniser.mjs").Phrase} Phrase */
/** @typedef {import("./recogniser/words.mjs").TimedWord} TimedWord */

/** Dialect C: a word brings the space before it. @param {TimedWord[]} words @param {boolean} fixed */
export function leadingSpaceWords(words, fixed) {
  return words.map((word, index) => ({
    begin_time: word.beginMs,
    end_time: word.endMs,
    fixed,
    punctuation: word.punctuation,
    text: (index === 0 ? "" : " ") + word.text,
  }));
}

/** Result documents: the space stands after the word, or after its mark. @param {TimedWord[]} words */
export function trailingSpaceWords(words) {
  return words.map(({ beginMs, endMs, text, punctuation }, index) => {
    const space = index === words.length - 1 ? "" : " ";
    return {
      begin_time: beginMs,
      end_time: endMs,
      text: punctuation === "" ? text + space : text,
      punctuation: punctuation === "" ? "" : punctuation + space,
    };
  });
}

/** Cut after every word that ends a sentence. @param {Phrase[]} phrases @returns {Phrase[]} */
export function cutAtPunctuation(phrases) {
  return phrases.flatMap((phrase) => {
    const parts = [];
    let words = [];
    for (const [index, word] of phrase.words.entries()) {
      words.push(word);
      const ends = /[.?!]/.test(word.punctuation) && !/^(Mr|Mrs|Ms|Dr|St)$/.test(word.text);
      if (ends || index === phrase.words.length - 1) {
        parts.push(phraseOfWords(words));
        words = [];
      }
    }
    return parts;
  });
}

/** @param {TimedWord[]} words @returns {Phrase} */
export function phraseOfWords(words) {
  return {
    text: words.map((word) => word.text + word.punctuation).join(" "),
    beginMs: words[0].beginMs,
    endMs: /** @type {TimedWord} */ (words.at(-1)).endMs,
    words,
  };
}
