// A stream as its caller sees it: when it starts, who may read it, and what its ends are.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TranscriptStream } from "../../dist/index.js";
import { audio, errorOf, fault, PIECES, PROTOCOLS, SPOKEN, startService } from "./service.mjs";

let service;
let slowly;

before(async () => {
  service = await startService();
  slowly = await startService({ pauseMs: 10 });
});
after(() => Promise.all([service.close(), slowly.close()]));

for (const [protocol] of PROTOCOLS) {
  describe(protocol, () => {
    const open = (options, where = service) => where.client({ protocol }).stream(audio, options);

    test("nothing is sent before somebody asks", async () => {
      service.forget();
      const stream = open();
      assert.ok(stream instanceof TranscriptStream);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(service.requests.length, 0);
      await stream.final();
      assert.equal(service.requests.length, 1);
    });

    test("text comes while it is recognised, piece by piece", async () => {
      const times = [];
      const deltas = [];
      for await (const event of open({}, slowly)) {
        if (event.type !== "delta") continue;
        times.push(performance.now());
        deltas.push(event.delta);
      }
      assert.deepEqual(deltas, PIECES);
      assert.ok(times.at(-1) - times[0] > 30, "spread over the time of recognition");
    });

    test("text, final() and the events agree", async () => {
      const stream = open();
      assert.equal(stream.text, "");
      const events = await Array.fromAsync(stream);
      const { type, transcript } = events.at(-1);
      assert.equal(type, "done");
      assert.equal(transcript.text, SPOKEN);
      assert.equal(stream.text, SPOKEN);
      assert.equal(await stream.final(), transcript, "the very same object");
    });

    test("final() alone runs the stream; twice is the same", async () => {
      service.forget();
      const stream = open();
      const [first, second] = await Promise.all([stream.final(), stream.final()]);
      assert.equal(first, second);
      assert.equal(first.text, SPOKEN);
      assert.equal(service.requests.length, 1);
    });

    test("final() beside a loop takes nothing away from it", async () => {
      const stream = open({}, slowly);
      const final = stream.final();
      const events = await Array.fromAsync(stream);
      assert.equal(events.filter(({ type }) => type === "delta").length, PIECES.length);
      assert.equal((await final).text, SPOKEN);
    });

    test("as ReadableStream, piped and read", async () => {
      const deltas = new TransformStream({
        transform(event, controller) {
          if (event.type === "delta") controller.enqueue(event.delta);
        },
      });
      const body = open().toReadableStream().pipeThrough(deltas).pipeThrough(new TextEncoderStream());
      assert.equal(await new Response(body).text(), SPOKEN);
    });

    test("a ReadableStream fails as the loop would", async () => {
      const reader = open(fault("code=Arrearage")).toReadableStream().getReader();
      const error = await errorOf(reader.read());
      assert.equal(error.name, "BillingError");
    });

    test("an iterator by hand, with return()", async () => {
      const events = open({}, slowly)[Symbol.asyncIterator]();
      assert.equal((await events.next()).value.delta, "Ask");
      assert.deepEqual(await events.return(), { value: undefined, done: true });
      assert.deepEqual(await events.next(), { value: undefined, done: true });
    });

    test("a stream cut short: an error with what had come, for every place it may be cut", async () => {
      // The stream has an event for each piece, one before or after, and (openai) two at the end.
      for (let events = 1; events <= PIECES.length; events++) {
        for (const how of ["cut", "end-after"]) {
          const stream = open(fault(`${how}=${events}`, { maxRetries: 0 }), slowly);
          let text = "";
          const error = await errorOf(
            (async () => {
              for await (const event of stream) text = event.text;
            })(),
          );
          assert.equal(error.code, "stream_interrupted", `${how}=${events}: ${error.message}`);
          assert.equal(error.name, "StreamInterruptedError");
          assert.deepEqual([error.partialText, stream.text], [text, text]);
          assert.equal(text, PIECES.slice(0, protocol === "openai" ? events - 1 : events).join(""));
          assert.equal((await errorOf(stream.final())).partialText, text);
        }
      }
    });

    test("fifty calls at once on one client do not mix", async () => {
      const client = service.client({ protocol });
      const others = await startService({ words: "something else" });
      const another = others.client({ protocol });
      const results = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const which = index % 2 ? client : another;
          const call = index % 3 ? which.transcribe(audio) : which.stream(audio).final();
          return (await call).text === (index % 2 ? SPOKEN : "something else");
        }),
      );
      await others.close();
      assert.ok(results.every(Boolean));
    });
  });
}

test("an error nobody waits for is not an unhandled rejection", async () => {
  const unhandled = [];
  const note = (reason) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const stream = service.client().stream(audio, fault("code=Arrearage"));
  const events = stream[Symbol.asyncIterator]();
  await assert.rejects(events.next());
  stream.cancel();
  const cancelled = service.client().stream(audio);
  cancelled.cancel();
  await new Promise((resolve) => setTimeout(resolve, 30));
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
});
