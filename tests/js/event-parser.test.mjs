// EventParser against eventsource-parser, an independent implementation of the same standard, and where the two differ.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { createParser } from "eventsource-parser";
import { EventParser, isAsrError } from "../../dist/index.js";
import { seededRandom } from "../fixtures/seeded-random.mjs";
import { eventStream, randomPieces } from "./event-corpus.mjs";

const STREAMS = 400;
const encoder = new TextEncoder();

/** What a parser told, one line each, so that comparing thousands of runs is comparing strings. */
function notebook() {
  const lines = [];
  return {
    callbacks: {
      onEvent: ({ id, event, data }) => lines.push(JSON.stringify(["event", id ?? null, event ?? null, data])),
      onId: (id) => lines.push(JSON.stringify(["id", id])),
      onComment: (comment) => lines.push(JSON.stringify(["comment", comment])),
      onRetry: (milliseconds) => lines.push(`retry ${milliseconds}`),
    },
    lines,
    take: () => lines.splice(0).join("\n"),
  };
}

/** eventsource-parser takes text; the decoder is told to leave the byte order mark to it. */
function reference(pieces) {
  const { callbacks, take } = notebook();
  const parser = createParser(callbacks);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const piece of pieces) parser.feed(decoder.decode(piece, { stream: true }));
  return take();
}

function ours(options) {
  const { callbacks, take } = notebook();
  const parser = new EventParser({ ...callbacks, ...options });
  return {
    /** Without `flush`, as the standard and eventsource-parser have it: an unfinished event is no event. */
    read(pieces) {
      parser.reset();
      for (const piece of pieces) parser.feed(piece);
      return take();
    },
    readToEnd(pieces) {
      parser.reset();
      for (const piece of pieces) parser.feed(piece);
      parser.flush();
      return take();
    },
  };
}

/** In one piece, byte by byte, cut in two at every byte, and cut in many at random. */
function* cuttings(bytes, random) {
  yield [bytes];
  yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  for (let round = 0; round < 10; round++) yield randomPieces(bytes, random);
}

describe("the same as eventsource-parser", () => {
  for (const [mode, options, corpus] of [
    ["to the letter of the standard (quirks off), any stream", { quirks: false }, {}],
    ["as by default, streams without DashScope's quirk", {}, { idFirst: true }],
  ]) {
    test(mode, () => {
      const parser = ours(options);
      let told = 0;
      for (let seed = 1; seed <= STREAMS; seed++) {
        const bytes = eventStream(seed, corpus);
        const expected = reference([bytes]);
        told += expected.length;
        for (const pieces of cuttings(bytes, seededRandom(seed))) {
          const sizes = pieces.map((piece) => piece.length).join("+");
          assert.equal(parser.read(pieces), expected, `seed ${seed} in pieces of ${sizes} bytes`);
        }
      }
      assert.ok(told > STREAMS * 20, "the corpus says something");
    });
  }

  test("a megabyte in one line, in one event of many lines, and in many events", () => {
    const word = "你好 world 🎤 ";
    const long = word.repeat(1_000_000 / encoder.encode(word).length);
    const streams = [
      `data: ${long}\n\n`,
      `:${long}\r\n\r\ndata: after\r\n\r\n`,
      `unknown: ${long}\n\ndata: after\n\n`,
      `data: ${word}\n`.repeat(20_000).concat("\n"),
      `id: 1\ndata: ${word}\n\n`.repeat(20_000),
    ];
    const parser = ours({ quirks: false });
    const random = seededRandom(7);
    for (const [index, stream] of streams.entries()) {
      const bytes = encoder.encode(stream);
      const expected = reference([bytes]);
      for (const pieces of [[bytes], randomPieces(bytes, random), chunksOf(bytes, 1000), chunksOf(bytes, 16_384)]) {
        assert.equal(parser.read(pieces), expected, `stream ${index} in ${pieces.length} pieces`);
      }
    }
  });

  test("text instead of bytes, cut anywhere, also between the halves of a letter", () => {
    const text = "\ufeffid: 🎤\ndata: 🎧 one\r\ndata: 🎶\r\n\r\n: 你好\ndata: \ud83c\n\n";
    const { callbacks, take } = notebook();
    const parser = new EventParser(callbacks);
    const wanted = createParser(callbacks);
    wanted.feed(text);
    // A half without its other half becomes the replacement character, as everywhere in the platform.
    const expected = take().replace("\\ud83c", "\ufffd");
    for (let at = 0; at <= text.length; at++) {
      parser.reset();
      parser.feed(text.slice(0, at));
      parser.feed("");
      parser.feed(text.slice(at));
      assert.equal(take(), expected, `cut at ${at}`);
    }
  });
});

function chunksOf(bytes, size) {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

describe("different from eventsource-parser, on purpose", () => {
  test("flush delivers a last event that no blank line followed, and a last line that did not end", () => {
    const parser = ours({});
    for (const [stream, last] of [
      ["data: a\n\ndata: b", "b"],
      ["data: a\n\ndata: b\n", "b"],
      ["data: a\n\nid: 1\ndata: b\r", "b"],
    ]) {
      const bytes = encoder.encode(stream);
      for (const pieces of cuttings(bytes, seededRandom(1))) {
        const told = parser.readToEnd(pieces).split("\n");
        const lines = told.filter((line) => line.startsWith('["event"'));
        assert.equal(lines.length, 2);
        assert.equal(JSON.parse(lines[1])[3], last);
        assert.ok(!parser.read(pieces).includes(`"${last}"`), "not before flush");
      }
    }
  });

  test("an id after complete JSON begins the next event: older gateways leave out the blank line", () => {
    const bytes = encoder.encode('id:1\ndata:{"a":"}{"}\nid:2\ndata:{"b":[1]}\n');
    const events = ['["event","1",null,"{\\"a\\":\\"}{\\"}"]', '["event","2",null,"{\\"b\\":[1]}"]'];
    const expected = ['["id","1"]', events[0], '["id","2"]', events[1]].join("\n");
    const [tolerant, strict] = [ours({}), ours({ quirks: false })];
    for (const pieces of cuttings(bytes, seededRandom(1))) {
      assert.equal(tolerant.readToEnd(pieces), expected);
      assert.equal(strict.read(pieces), "");
    }
    const joined = ['["id","2"]', '["event","2",null,"{\\"a\\":\\"}{\\"}\\n{\\"b\\":[1]}"]'].join("\n");
    assert.equal(strict.readToEnd([bytes, encoder.encode("\n")]), joined);
  });

  test("a retry longer than any timer is the longest timer", () => {
    const { callbacks, take } = notebook();
    new EventParser(callbacks).feed("retry: 2147483647\nretry: 99999999999999999999999\n");
    assert.equal(take(), "retry 2147483647\nretry 2147483647");
  });
});

describe("streams that the service sent", () => {
  const folder = new URL("../fixtures/sse/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  assert.ok(names.length >= 5);
  for (const name of names) {
    test(name, () => {
      const bytes = readFileSync(new URL(name, folder));
      const parser = ours({});
      const expected = parser.readToEnd([bytes]);
      const events = expected
        .split("\n")
        .map((line) => JSON.parse(line))
        .filter(([kind]) => kind === "event");
      // Independent of the parser: one event for each data line, and all of that line.
      const data = bytes.toString("utf8").match(/^data:.*$/gmu) ?? [];
      assert.deepEqual(
        events.map((event) => event[3]),
        data.map((line) => line.replace(/^data: ?/u, "")),
      );
      for (const [, , , text] of events) if (text !== "[DONE]") assert.equal(typeof JSON.parse(text), "object");
      if (!name.includes("no_blank_lines")) assert.equal(expected, reference([bytes]));
      for (const pieces of cuttings(bytes, seededRandom(1))) assert.equal(parser.readToEnd(pieces), expected);
      const crlf = encoder.encode(bytes.toString("utf8").replaceAll("\n", "\r\n"));
      for (const pieces of cuttings(crlf, seededRandom(2))) assert.equal(parser.readToEnd(pieces), expected);
    });
  }
});

describe("limits and mistakes", () => {
  const overflow = (error) => isAsrError(error) && error.code === "invalid_response" && /64 bytes/.test(error.message);

  test("more than maxBufferSize fails, after what came before, and until reset", () => {
    const { callbacks, lines } = notebook();
    const parser = new EventParser({ ...callbacks, maxBufferSize: 64 });
    assert.throws(() => parser.feed(`data: before\n\ndata: ${"x".repeat(80)}`), overflow);
    assert.deepEqual(lines, ['["event",null,null,"before"]']);
    assert.throws(() => parser.feed("data: after\n\n"), overflow);
    parser.reset();
    parser.feed("data: again\n\n");
    assert.equal(lines.length, 2);
  });

  test("the limit is for what is kept, not for what has passed", () => {
    const { callbacks, lines } = notebook();
    const parser = new EventParser({ ...callbacks, maxBufferSize: 64 });
    for (let round = 0; round < 100; round++) parser.feed("data: 0123456789\n\n");
    parser.feed(`data: ${"y".repeat(58)}\n\n`);
    assert.equal(lines.length, 101);
    for (const [what, piece] of [
      ["a comment", `:${"c".repeat(10)}`],
      ["many short lines", "data: 0123456789\n"],
      ["one long line", "data: d".padEnd(10)],
    ]) {
      parser.reset();
      const flood = () => {
        for (let round = 0; round < 100; round++) parser.feed(piece);
      };
      assert.throws(flood, overflow, what);
    }
  });

  test("an exception of a callback goes to the caller, and the parser stays usable", () => {
    const seen = [];
    const parser = new EventParser({
      onEvent({ data }) {
        seen.push(data);
        if (data === "bad") throw new RangeError("from the callback");
      },
    });
    assert.throws(() => parser.feed("data: bad\n\n"), { name: "RangeError", message: "from the callback" });
    parser.feed("data: good\n\n");
    assert.deepEqual(seen, ["bad", "good"]);
  });

  test("a callback may feed and reset the parser that called it", () => {
    const seen = [];
    const parser = new EventParser({
      onEvent({ data }) {
        seen.push(data);
        if (data === "1") parser.feed("data: inner\n\n");
        if (data === "2") parser.reset();
      },
    });
    parser.feed("data: 1\n\ndata: 2\n\ndata: 3\n\n");
    assert.deepEqual(seen, ["1", "inner", "2", "3"]);
  });

  test("views of other types are read as their bytes; anything else is refused in words", () => {
    const seen = [];
    const parser = new EventParser({ onEvent: ({ data }) => seen.push(data) });
    const bytes = encoder.encode("__data: x\n\n_");
    parser.feed(new DataView(bytes.buffer, 2, 9));
    parser.feed(Buffer.from("data: y\n\n"));
    parser.feed(new Uint16Array(encoder.encode("data: z\n\n\n").buffer));
    assert.deepEqual(seen, ["x", "y", "z"]);
    for (const wrong of [undefined, null, 5, {}, [100], new ArrayBuffer(4)]) {
      assert.throws(() => parser.feed(wrong), /feed takes a Uint8Array or a string/);
    }
    assert.throws(() => new EventParser(() => {}), /new EventParser\(\{ onEvent: fn \}\)/);
  });

  test("many parsers at once do not mix", () => {
    const heard = Array.from({ length: 100 }, () => "");
    const parsers = heard.map((_, index) => new EventParser({ onEvent: ({ data }) => (heard[index] += data) }));
    for (const letter of "data: hello\n\n") for (const parser of parsers) parser.feed(letter);
    assert.deepEqual(new Set(heard), new Set(["hello"]));
  });
});
