// What callers hand over may be of another realm: an iframe, a test runner that gives each file its own globals
// (jestjs/jest#11864, microsoft/onnxruntime#16622), `node:vm`. `instanceof` does not know such objects.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { EventParser, encodeWav, isAsrError, sniffMediaType, toDataUrl } from "../../dist/index.js";
import { someAudio } from "../emulator/test_client.mjs";
import { startService } from "./service.mjs";

const elsewhere = createContext({});
const foreign = (code) => runInContext(code, elsewhere);
const wave = Float32Array.from({ length: 1_600 }, (_, index) => Math.sin(index / 7));
const theirs = (Type, values) => {
  const typed = foreign(`new ${Type}(${values.length})`);
  typed.set(values);
  assert.equal(typed instanceof globalThis[Type], false);
  return typed;
};

describe("encodeWav", () => {
  test("samples of another realm give the same bytes", () => {
    const samples = theirs("Float32Array", wave);
    const list = foreign("[]");
    list.push(samples);
    for (const channels of [[samples], list, [samples, wave], [theirs("Float32Array", wave).subarray(0)]]) {
      assert.deepEqual(encodeWav(channels, 16_000), encodeWav([wave], 16_000));
    }
    const Own = foreign("(class Own extends Float32Array {})");
    assert.deepEqual(encodeWav([Own.from(wave)], 48_000), encodeWav([wave], 48_000));
  });

  test("what is no list of Float32Array stays refused, of whichever realm", () => {
    const pretending = { [Symbol.toStringTag]: "Float32Array", length: 1, 0: 0 };
    for (const channel of [
      new Float64Array(9),
      theirs("Float64Array", [1, 2]),
      theirs("Int16Array", [1, 2]),
      new ArrayBuffer(8),
      [0, 0],
      pretending,
      undefined,
    ]) {
      assert.throws(
        () => encodeWav([channel], 16_000),
        (error) => isAsrError(error) && error.field === "channels",
      );
    }
    assert.throws(() => encodeWav(wave, 16_000), isAsrError);
  });
});

describe("audio of another realm", () => {
  const audio = new Uint8Array(someAudio(300));
  let service;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());

  const bytes = theirs("Uint8Array", audio);
  for (const [name, make] of Object.entries({
    Uint8Array: () => bytes,
    ArrayBuffer: () => bytes.buffer,
    DataView: () => foreign("(bytes) => new DataView(bytes.buffer)")(bytes),
    "a stream of such chunks": () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(bytes);
          controller.close();
        },
      }),
    "a Blob of another class": () =>
      foreign(
        "(blob) => ({ __proto__: null, arrayBuffer: () => blob.arrayBuffer(), slice: (...range) => blob.slice(...range), stream: () => blob.stream(), size: blob.size, type: blob.type })",
      )(new Blob([audio])),
  })) {
    test(name, async () => {
      assert.equal(await toDataUrl(make()), await toDataUrl(audio));
    });
  }

  test("is sent as it is", async () => {
    assert.equal((await service.client().transcribe(bytes)).text, (await service.client().transcribe(audio)).text);
  });

  test("is known by its first bytes", () => {
    assert.equal(sniffMediaType(bytes), sniffMediaType(audio));
  });
});

test("events in bytes of another realm", () => {
  const events = [];
  const parser = new EventParser({ onEvent: (event) => events.push(event.data) });
  parser.feed(theirs("Uint8Array", new TextEncoder().encode("data: x\n\n")));
  assert.deepEqual(events, ["x"]);
});
