// What answers become: one transcript, whatever the API and the shape the service chose that day.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { audio, fault, PROTOCOLS, SPOKEN, startService, WAYS } from "./service.mjs";

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

for (const [protocol] of PROTOCOLS) {
  for (const [way, ask] of Object.entries(WAYS)) {
    describe(`${protocol}, ${way}`, () => {
      const call = (switches, options) => ask(service.client({ protocol }), audio, fault(switches, options));

      test("the usual", async () => {
        const transcript = await call("", { language: "zh" });
        assert.equal(transcript.text, SPOKEN);
        assert.equal(transcript.noSpeech, false);
        assert.deepEqual([transcript.language, transcript.emotion], ["zh", "neutral"]);
        assert.equal(transcript.finishReason, "stop");
        assert.equal(transcript.model, "qwen3-asr-flash");
        assert.match(transcript.requestId, /^[0-9a-f-]{36}$/u);
        assert.equal(transcript.duration, 1, "billed seconds");
        assert.equal(transcript.usage.seconds, 1);
        assert.ok(Array.isArray(transcript.segments));
        assert.deepEqual(JSON.parse(JSON.stringify(transcript)), transcript, "plain data");
      });

      test("every shape of usage, or none", async () => {
        for (const shape of ["audio-tokens", "seconds-total", "2024", "2025", "none", "null"]) {
          const { text, usage } = await call(`usage=${shape}`);
          assert.equal(text, SPOKEN, shape);
          if (shape === "none" || shape === "null") assert.equal(usage, undefined, shape);
          else
            assert.ok(
              Object.values(usage).some((count) => count > 0),
              `${shape}: ${JSON.stringify(usage)}`,
            );
        }
      });

      test("nobody speaks: a result, in each of its shapes", async () => {
        for (const switches of [
          ...["no-speech=content-empty-array", "no-speech=empty-string", "no-speech=error", "empty-content"],
          ...["code=ASR_RESPONSE_HAVE_NO_WORDS", "code=ASR_RESPONSE_HAVE_NO_WORDS,error-in-200"],
          "code=SUCCESS_WITH_NO_VALID_FRAGMENT,status=400",
        ]) {
          service.forget();
          const transcript = await call(switches);
          assert.deepEqual([transcript.text, transcript.noSpeech], ["", true], switches);
          assert.equal(service.requests.length, 1, `${switches}: not tried again`);
          assert.ok(transcript.requestId, switches);
        }
      });

      test("without annotations, and with any finish reason", async () => {
        const bare = await call("no-annotations");
        assert.deepEqual([bare.text, bare.language, bare.emotion], [SPOKEN, undefined, undefined]);
        for (const reason of ["null", "string-null", "absent"]) {
          assert.equal((await call(`finish-reason=${reason}`)).text, SPOKEN, reason);
        }
        assert.equal((await call("finish-reason=length")).finishReason, "length");
      });
    });
  }

  test(`${protocol}: a stream in every framing`, async () => {
    for (const switches of [
      ...["crlf", "bom", "no-space", "space-after-colon", "no-final-newline", "split=1", "split=1+2+3+100,crlf,bom"],
      ...(protocol === "dashscope" ? ["no-blank-lines", "no-blank-lines,split=3,no-final-newline"] : []),
    ]) {
      let text = "";
      const events = [];
      for await (const event of service.client({ protocol }).stream(audio, fault(switches))) {
        events.push(event.type);
        if (event.type !== "delta") continue;
        text += event.delta;
        assert.equal(event.text, text, "text is all deltas so far");
      }
      assert.equal(text, SPOKEN, switches);
      assert.equal(events.at(-1), "done");
      assert.equal(events.filter((type) => type === "done").length, 1);
    }
  });
}

test("dashscope: cumulative events (incrementalOutput: false) become deltas", async () => {
  const events = await Array.fromAsync(service.client().stream(audio, { incrementalOutput: false }));
  const deltas = events.filter(({ type }) => type === "delta").map(({ delta }) => delta);
  assert.ok(deltas.length > 1);
  assert.equal(deltas.join(""), SPOKEN);
  assert.equal(events.at(-1).transcript.text, SPOKEN);
});

test("an answer without a stream to a call that wanted one is read all the same", async () => {
  const output = { choices: [{ message: { content: [{ text: "whole" }] }, finish_reason: "stop" }] };
  const fetch = async () => Response.json({ output, request_id: "r" });
  const events = await Array.fromAsync(service.client({ fetch }).stream(audio));
  assert.deepEqual(
    events.map(({ type }) => type),
    ["delta", "done"],
  );
  assert.equal(events[1].transcript.text, "whole");
});
