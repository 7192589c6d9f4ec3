// `timeout`: until the headers, and between two pieces of the answer.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { audio, errorOf, fault, PROTOCOLS, SPOKEN, startService, until, WAYS } from "./service.mjs";

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

for (const [protocol] of PROTOCOLS) {
  for (const [way, ask] of Object.entries(WAYS)) {
    describe(`${protocol}, ${way}`, () => {
      test("no headers in time: a TimeoutError that says how long, tried again as the policy says", async () => {
        for (const [client, call] of [
          [{ timeout: 60, maxRetries: 0 }, {}],
          [{ maxRetries: 0 }, { timeout: 60 }],
          [
            { timeout: 60_000, maxRetries: 5 },
            { timeout: 60, maxRetries: 0 },
          ],
        ]) {
          const began = performance.now();
          const error = await errorOf(ask(service.client({ protocol, ...client }), audio, fault("delay=3000", call)));
          assert.deepEqual([error.name, error.code, error.retryable], ["TimeoutError", "timeout", true]);
          assert.match(error.message, /60 ms/);
          assert.ok(performance.now() - began < 1500);
        }
      });

      test("the connection of an attempt given up is closed", async () => {
        const lines = service.log.length;
        const options = fault("delay=60000", { timeout: 60, maxRetries: 0 });
        await errorOf(ask(service.client({ protocol }), audio, options));
        await until(() => service.log.slice(lines).some((line) => line.includes("→ gone")), "the service sees it");
      });

      test("a body that falls silent", async () => {
        service.forget();
        const options = fault("stall=60000,stall-after=1", { timeout: 80, maxRetries: 0 });
        const began = performance.now();
        const error = await errorOf(ask(service.client({ protocol }), audio, options));
        assert.equal(error.code, "timeout");
        assert.ok(performance.now() - began < 1500);
        assert.equal(service.requests[0].status, 200, "headers had come");
      });

      test("slow but steady is no timeout", async () => {
        const slow = await startService({ pauseMs: 40 });
        try {
          // Seven pieces make 280 ms in all; in one answer they come at once after that time.
          const timeout = way === "stream" ? 200 : 2000;
          const { text } = await ask(slow.client({ protocol, timeout, maxRetries: 0 }), audio);
          assert.equal(text, SPOKEN);
        } finally {
          await slow.close();
        }
      });
    });
  }

  test(`${protocol}: a stream that falls silent keeps what it had`, async () => {
    const stream = service.client({ protocol, timeout: 80 }).stream(audio, fault("stall=60000,stall-after=3"));
    let text = "";
    const error = await errorOf(
      (async () => {
        for await (const event of stream) text = event.text;
      })(),
    );
    assert.deepEqual([error.code, error.partialText], ["timeout", text]);
    assert.ok(text.length > 0 && SPOKEN.startsWith(text));
  });
}

test("a wrong timeout is refused by name, before anything is sent", async () => {
  service.forget();
  for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, "5", {}]) {
    const error = await errorOf(service.client().transcribe(audio, { timeout }));
    assert.deepEqual([error.name, error.field], ["InvalidOptionError", "timeout"], String(timeout));
    assert.throws(() => service.client({ timeout }), { name: "InvalidOptionError", field: "timeout" }, String(timeout));
  }
  assert.equal(service.requests.length, 0);
});
