// Event streams from a seeded generator: every rule of the standard, and every way to break it, in odd company.
// The same seed gives the same bytes on every machine, so a failure can be repeated from the seed in its message.

import { seededRandom } from "../fixtures/seeded-random.mjs";

const LINE_ENDS = [["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]];

const TEXTS = [
  ...["", "a", "hello", "{}", '{"text":"}{"}', "  two spaces", "trailing ", "a: b", ":", "null", "[DONE]"],
  ...[
    "héllo",
    "你好，世界",
    "🎤🎧",
    "ok\u2028line separator",
    "e\u0301",
    "\ufeff",
    "\u0000",
    "tab\there",
    "\u{10ffff}",
  ],
];

/** Bytes that are no UTF-8: cut off, overlong, a surrogate, beyond Unicode, lone continuation. */
const BROKEN = [[0xe4, 0xbd], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0x80], [0xff], [0xf0, 0x9f, 0x8e]];

const FIELDS = [
  "Data: x",
  "dat: x",
  "datas: x",
  "eventx",
  " data: x",
  "\tid: 1",
  "foo: bar",
  "foo",
  "id",
  "event",
  "retry",
];

const RETRIES = ["0", "10", "3000", "007", "5s", "+5", "-1", "1.5", " 7", "", "٣"];

/**
 * One stream.
 *
 * @param {number} seed
 * @param {{ idFirst?: boolean }} [options] `idFirst`: at most one id in an event and never after its data, so that
 *   nothing looks like two events without a blank line between them
 * @returns {Uint8Array}
 */
export function eventStream(seed, { idFirst = false } = {}) {
  const random = seededRandom(seed);
  const below = (count) => Math.floor(random() * count);
  const pick = (choices) => choices[below(choices.length)];
  const chance = (probability) => random() < probability;
  const encoder = new TextEncoder();
  /** @type {number[]} */
  const bytes = [];
  const put = (text) => bytes.push(...encoder.encode(text));
  const lineEnds = pick(LINE_ENDS);
  const endLine = () => put(pick(lineEnds));
  const colon = () => pick([":", ": ", ": ", ":  "]);
  const field = (name, value) => {
    put(name + colon() + value);
    if (chance(0.05)) bytes.push(...pick(BROKEN));
    endLine();
  };

  const marks = pick([0, 0, 0, 1, 2]);
  for (let mark = 0; mark < marks; mark++) bytes.push(0xef, 0xbb, 0xbf);
  if (chance(0.03)) bytes.push(0xef, 0xbb); // a mark that is none

  const events = 1 + below(4);
  for (let event = 0; event < events; event++) {
    if (idFirst && chance(0.5)) field("id", pick(TEXTS));
    for (let lines = below(6); lines > 0; lines--) {
      const kind = below(idFirst ? 9 : 11);
      if (kind < 4) field("data", pick(TEXTS));
      else if (kind === 4) field("event", pick(TEXTS));
      else if (kind === 5) field("", pick([...TEXTS, "HTTP_STATUS/200", "HTTP_STATUS/400"]));
      else if (kind === 6) field("retry", pick(RETRIES));
      else if (kind === 7) put(pick(idFirst ? FIELDS.filter((line) => line !== "id") : FIELDS) + pick(lineEnds));
      else if (kind === 8) put(`data${pick(lineEnds)}`);
      else field("id", pick([...TEXTS, "with\u0000nul", "7"]));
    }
    for (let blanks = 1 + below(2); blanks > 0; blanks--) endLine();
  }
  // How a stream stops: politely, in the middle of an event, in the middle of a line, in the middle of a letter.
  const ending = below(5);
  if (ending === 1) field("data", pick(TEXTS));
  if (ending === 2) put(pick(["data: cut", "data", "da", "event: x", ": comment", "data: \r"]));
  if (ending === 3) bytes.push(...encoder.encode("data: x"), 0xe4, 0xbd);
  return Uint8Array.from(bytes);
}

/** Cuts at random places; pieces may be empty. @param {Uint8Array} bytes @param {() => number} random */
export function randomPieces(bytes, random) {
  const cuts = Array.from({ length: 1 + Math.floor(random() * 8) }, () => Math.floor(random() * (bytes.length + 1)));
  const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}
