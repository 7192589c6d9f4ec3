// Where the words of a phrase are put on its stretches of speech.

import assert from "node:assert/strict";
import { test } from "node:test";
import { splitWords, spreadWords } from "./words.mjs";

test("words are parted from the marks behind them", () => {
  assert.deepEqual(splitWords('He said: "Mr. Dash-wood, don\'t!" – 5'), [
    { text: "He", punctuation: "" },
    { text: "said", punctuation: ":" },
    { text: '"Mr', punctuation: "." },
    { text: "Dash-wood", punctuation: "," },
    { text: "don't", punctuation: '!"' },
    { text: "–", punctuation: "" },
    { text: "5", punctuation: "" },
  ]);
});

test("words are in order, do not overlap and begin and end with the speech", () => {
  const voiced = [
    { begin: 10, end: 60 },
    { begin: 100, end: 130 },
  ];
  const words = spreadWords("one three seventeen two.", voiced);
  assert.deepEqual([words[0].beginMs, words.at(-1)?.endMs], [200, 2600]);
  words.forEach((word, index) => {
    assert.ok(word.beginMs < word.endMs, word.text);
    if (index > 0) assert.ok(word.beginMs >= words[index - 1].endMs);
  });
});

test("a word that ends with a stretch of speech does not reach into the pause", () => {
  const words = spreadWords("ab cd", [
    { begin: 0, end: 50 },
    { begin: 100, end: 150 },
  ]);
  assert.deepEqual(
    words.map((word) => [word.beginMs, word.endMs]),
    [
      [0, 1000],
      [2000, 3000],
    ],
  );
});
