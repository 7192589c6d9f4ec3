// What the tests of eventsource-parser 4.1 (rexxars/eventsource-parser, test/parse.test.ts) state, in our words: streams in
// pieces, and all that a parser tells of them. Each is put to that parser too, so that none of them is our invention; what
// differs by design stands at the end, and in the README under "Building blocks".
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createParser } from "eventsource-parser";
import { EventParser, EventStream, isAsrError } from "../../dist/index.js";
import { seededRandom } from "../fixtures/seeded-random.mjs";
import { eventStream, randomPieces } from "./event-corpus.mjs";

const LONG = "x".repeat(2049);

/** What both parsers tell, in order; the words of an error are each one's own. */
function notebook() {
  const told = [];
  const callbacks = {
    onEvent: ({ id, event, data }) => told.push(["event", id, event, data]),
    onId: (id) => told.push(["id", id]),
    onRetry: (milliseconds) => told.push(["retry", milliseconds]),
    onComment: (comment) => told.push(["comment", comment]),
    onError: ({ type, value, line }) => told.push([type, value, line]),
  };
  return { told, callbacks };
}

const only = (callbacks, names) => Object.fromEntries(names.map((name) => [name, callbacks[name]]));

function ours(pieces, names, options) {
  const { told, callbacks } = notebook();
  const parser = new EventParser({ quirks: false, ...only(callbacks, names), ...options });
  for (const piece of pieces) typeof piece === "string" ? parser.feed(piece) : parser.reset(piece);
  return told;
}

function theirs(pieces, names, options) {
  const { told, callbacks } = notebook();
  const parser = createParser({ ...only(callbacks, names), ...options });
  for (const piece of pieces) typeof piece === "string" ? parser.feed(piece) : parser.reset(piece);
  return told;
}

const ALL = ["onEvent", "onId", "onRetry", "onComment", "onError"];
const SILENT = ["onEvent", "onError"];
const event = (data, name, id) => ["event", id, name, data];

/** @type {[statement: string, pieces: (string | { consume: boolean })[], told: unknown[][], names?: string[], maxBufferSize?: number][]} */
const STATEMENTS = [
  ["an event of one line", ["data: 0\n\n"], [event("0")]],
  ["a name, and a letter of three bytes", ["event: done\ndata: ✔\n\n"], [event("✔", "done")]],
  [
    "an id, a retry and a name",
    ["event: tick\nid: 1337\nretry: 50\ndata: 1337\n\n"],
    [["retry", 50], ["id", "1337"], event("1337", "tick", "1337")],
  ],
  ["a comment keeps all but one space", [":  ♥\n\ndata: A\n\n"], [["comment", " ♥"], event("A")]],
  ["several data lines are one text", ["event: stock\n", "data: YHOO\n", "data: +2\n\n"], [event("YHOO\n+2", "stock")]],
  ["blank lines before anything", ["\n\n\n\nid: 1\ndata: 我\n\n"], [["id", "1"], event("我", undefined, "1")]],
  ["one byte-order mark at the beginning", ["\ufeffdata: a\n\n", "data: b\n\n"], [event("a"), event("b")]],
  ["a mark in a piece of its own, and empty pieces before it", ["", "", "\ufeff", "", "data: a\n\n"], [event("a")]],
  [
    "a mark later on is part of a field's name",
    ["\ufeffdata: a\n\n", "\ufeffdata: b\n\n", "data: c\n\n"],
    [event("a"), ["unknown-field", "b", "\ufeffdata: b"], event("c")],
  ],
  ["a mark after a reset, as at a new connection", ["data: a\n", {}, "\ufeffdata: b\n\n"], [event("b")]],
  ["lines end with CR", ["data: dog\r", "data: bark\r\r", "data: cat\r\r"], [event("dog\nbark"), event("cat")]],
  ["lines end with CR LF", ["data: a\r\n", "data: b\r\n\r\n"], [event("a\nb")]],
  ["CR LF between pieces ends one line", ["data: A\r\n", "data: B\r", "\n", "data: C\r\n", "\n"], [event("A\nB\nC")]],
  ["LF, then CR, is an event", ["data: x\n\r"], [event("x")]],
  ["CR CR LF, cut anywhere, is one event", ["data: one\r", "\r", "\n"], [event("one")]],
  [
    "odd comments",
    [`data:1\r\r:\0\n:\r\ndata:2\n\n:`, LONG, "\rdata:3\n\n:data:fail\r:", LONG, "\ndata:4\n\n", "data:5"],
    [
      event("1"),
      ["comment", "\0"],
      ["comment", ""],
      event("2"),
      ["comment", LONG],
      event("3"),
      ["comment", "data:fail"],
      ["comment", LONG],
      event("4"),
    ],
  ],
  ["an empty name is none, and a name alone is no event", ["event:\ndata: H\n\nevent: x\n\n"], [event("H")]],
  ["empty data is data", ["data:\n\ndata\ndata\n\ndata:test\n\n"], [event(""), event("\n"), event("test")]],
  [
    "a retry that is no number",
    ["retry:1000\nretry:2000x\n"],
    [
      ["retry", 1000],
      ["invalid-retry", "2000x", "retry:2000x"],
    ],
  ],
  [
    "an empty retry",
    ["id:2\nretry:\ndata:x\n\n"],
    [["invalid-retry", "", "retry:"], ["id", "2"], event("x", undefined, "2")],
  ],
  ["an id with a NUL leaves the one before", ["id: 123\nid: bad\0id\n\n"], [["id", "123"]]],
  ["an id without data is told when its block ends", ["id: 42\n"], []],
  [
    "an id without data",
    ["id: 42\n", "\n", "id: bad\0id\n\n", "id:\n\n"],
    [
      ["id", "42"],
      ["id", ""],
    ],
  ],
  ["an id before its event", ["id: 42\ndata: hello\n\n"], [["id", "42"], event("hello", undefined, "42")]],
  ["an id of a block with CR", ["id: 42\r\r"], [["id", "42"]]],
  ["an id of a block with CR LF", ["id: 42\r\n\r\n"], [["id", "42"]]],
  ["the last id of a block", ["id: 1\nid: 2\n\ndata: x\n\n"], [["id", "2"], event("x")]],
  [
    "unknown fields change nothing",
    ["data:abc\n data\ndata\nfoobar:xxx\njust text\n:comment\ndata:123\n\n"],
    [
      ["unknown-field", "", " data"],
      ["unknown-field", "xxx", "foobar:xxx"],
      ["unknown-field", "", "just text"],
      ["comment", "comment"],
      event("abc\n\n123"),
    ],
  ],
  ["JSON is no stream", ['{"error":"Oh","m":1}\n'], [["unknown-field", '"Oh","m":1}', '{"error":"Oh","m":1}']]],
  ["a line without a colon", ["Well, not this\n"], [["unknown-field", "", "Well, not this"]]],
  [
    "a junk line that CR ends at the end of a piece",
    ["junk\r", "data: ok\n\n"],
    [["unknown-field", "", "junk"], event("ok")],
  ],
  ["JSON without a line's end is nothing", ['{"error":"Oh"}', {}], []],
  ["… nor if it is consumed: it was not kept", ['{"error":"Oh"}', { consume: true }], []],
  ["an unfinished comment is told if consumed", [": c", { consume: true }], [["comment", "c"]]],
  ["an unfinished retry is told if consumed", ["retry: 7", { consume: true }], [["retry", 7]]],
  [
    "an unfinished bad retry is told if consumed",
    ["retry: x", { consume: true }],
    [["invalid-retry", "x", "retry: x"]],
  ],
  ["an unfinished event is none, consumed or not", ["data: x", { consume: true }, "data: y\n", {}, "\n\n"], []],
  ["an unfinished id is none, consumed or not", ["id: 1", { consume: true }, "\n\n"], []],
  [
    "unknown fields are not kept",
    ["unknown-field", ": ignored without an end", "\ndata: ok\n\n"],
    [event("ok")],
    SILENT,
    16,
  ],
  [
    "… from the letter on that makes them so",
    ["datax", ": is not a field", "\ndata: ok\n\n"],
    [event("ok")],
    SILENT,
    16,
  ],
  ["the beginning of a field is kept", ["da", "ta\n\n"], [event("")], SILENT, 16],
  ["comments nobody listens to are not kept", [":".repeat(64), "more", "\ndata: ok\n\n"], [event("ok")], SILENT, 16],
  ["… and end with CR LF", ["data: one\n:", "ignored\r\ndata: two\n\n"], [event("one\ntwo")], SILENT, 16],
  ["… also between two pieces", ["data: one\n:", "ignored\r", "\ndata: two\n\n"], [event("one\ntwo")], SILENT],
  ["… and with CR", ["data: one\n:", "ignored\r", "data: two\n\n"], [event("one\ntwo")], SILENT],
  ["… in the piece that they began in", ["data: one\n:ignored\r", "data: two\n\n"], [event("one\ntwo")], SILENT],
  ["… which CR LF may cut", ["data: one\n:ignored\r", "\ndata: two\n\n"], [event("one\ntwo")], SILENT],
  [
    "`data` that CR ends at the end of a piece",
    ["data: one\ndata\r", "\ndata: two\n\n"],
    [event("one\n\ntwo")],
    SILENT,
  ],
  ["comments that somebody listens to are kept", [":", "kept", "\n"], [["comment", "kept"]], ALL, 64],
  ["what has passed does not count", Array(100).fill("data: 0\n\n"), Array(100).fill(event("0")), ALL, 64],
];

describe("the statements of eventsource-parser's tests", () => {
  for (const [statement, pieces, told, names = ALL, maxBufferSize] of STATEMENTS) {
    test(statement, () => {
      const options = maxBufferSize === undefined ? {} : { maxBufferSize };
      assert.deepEqual(theirs(pieces, names, options), told, "theirs");
      assert.deepEqual(ours(pieces, names, options), told, "ours");
    });
  }
});

test("everything that is told of random streams in random pieces of text is the same, errors included", () => {
  let errors = 0;
  for (let seed = 1; seed <= 1500; seed++) {
    const random = seededRandom(seed);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(eventStream(seed));
    const characters = Array.from(text); // a half of a letter is no error of the stream
    for (let round = 0; round < 6; round++) {
      const pieces = randomPieces(Uint32Array.from(characters.keys()), random).map((places) =>
        Array.from(places, (place) => characters[place]).join(""),
      );
      const names = ALL.filter(() => random() < 0.8);
      if (random() < 0.3) pieces.push({ consume: true });
      const expected = theirs(pieces, names, {});
      errors += expected.filter(([kind]) => kind.includes("-")).length;
      assert.deepEqual(ours(pieces, names, {}), expected, `seed ${seed}: ${JSON.stringify(pieces)}`);
    }
  }
  assert.ok(errors > 1000, `${errors} errors`);
});

describe("different by design", () => {
  test("too much is thrown by the feed that brings it, and told to no onError", () => {
    const { told, callbacks } = notebook();
    const parser = new EventParser({ ...callbacks, maxBufferSize: 8 });
    const overflow = (error) => isAsrError(error) && error.code === "invalid_response";
    assert.throws(() => parser.feed("data: too long for that"), overflow);
    assert.throws(() => parser.feed("data: 1\n\n"), overflow);
    parser.reset();
    parser.feed("data: 1\n\n");
    assert.deepEqual(told, [event("1")]);
  });

  test("the letters ï»¿ are text, not a mark that somebody decoded as Latin-1", () => {
    assert.deepEqual(ours(["\xef\xbb\xbfdata: a\n\n"], ["onEvent"]), []);
    assert.deepEqual(theirs(["\xef\xbb\xbfdata: a\n\n"], ["onEvent"], {}), [event("a")]);
  });

  test("an error is an Error with its field, and with its line in the message", () => {
    const errors = [];
    const parser = new EventParser({ onError: (error) => errors.push(error) });
    parser.feed(`foo: bar\nretry: 5s\n${"y".repeat(500)}\n`);
    assert.ok(errors.every((error) => error instanceof Error && error.message.length < 120));
    assert.deepEqual(
      errors.map(({ name, type, field }) => [name, type, field.slice(0, 5)]),
      [
        ["EventParserError", "unknown-field", "foo"],
        ["EventParserError", "invalid-retry", "retry"],
        ["EventParserError", "unknown-field", "yyyyy"],
      ],
    );
  });

  test("a stream ends with its first error if its onError throws", async () => {
    const heard = [];
    const events = new EventStream({
      onId: (id) => heard.push(id),
      onError(error) {
        throw error;
      },
    });
    const text = ReadableStream.from(["id: 7\n\n", "data: a\n\nfoo\ndata: b\n\n"]);
    await assert.rejects(Array.fromAsync(text.pipeThrough(events)), { type: "unknown-field", line: "foo" });
    assert.deepEqual(heard, ["7"]);
  });
});
