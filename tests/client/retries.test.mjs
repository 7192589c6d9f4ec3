// What is tried again, how often, after which pause; counted by what the service received.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { audio, errorOf, fault, PROTOCOLS, SPOKEN, startService, WAYS } from "./service.mjs";

let service;
let slowly;

before(async () => {
  service = await startService();
  slowly = await startService({ pauseMs: 4 });
});
after(() => Promise.all([service.close(), slowly.close()]));

/** `times` failures and then success. The pause of our own choosing would take a second, so the service asks for less. */
const failing = (switches, times, options) =>
  fault(`${switches},retry-after-ms=5,fail-times=${times},fault-key=${crypto.randomUUID()}`, options);

for (const [protocol] of PROTOCOLS) {
  for (const [way, ask] of Object.entries(WAYS)) {
    describe(`${protocol}, ${way}`, () => {
      test("two failures and then success: three requests, one transcript", async () => {
        for (const switches of [
          ...["status=429", "status=500", "status=503", "status=408", "status=409", "html-error", "code=Throttling"],
          ...["sse-on-error,status=503", "code=InternalError.Algo"],
        ]) {
          service.forget();
          const { text } = await ask(service.client({ protocol }), audio, failing(switches, 2));
          assert.equal(text, SPOKEN);
          assert.deepEqual(
            service.requests.map(({ status }) => status >= 400),
            [true, true, false],
            switches,
          );
        }
      });

      test("every attempt sends the same body", async () => {
        service.forget();
        await ask(service.client({ protocol }), audio, failing("status=503", 2, { language: "en", context: "Câfé" }));
        const [first, ...others] = service.requests.map(({ body, bodyBytes }) => JSON.stringify([body, bodyBytes]));
        assert.equal(others.length, 2);
        for (const other of others) assert.equal(other, first);
      });

      test("a third failure is the caller's, unless maxRetries says otherwise", async () => {
        for (const [client, call, requests] of [
          [{}, {}, 3],
          [{ maxRetries: 0 }, {}, 1],
          [{}, { maxRetries: 0 }, 1],
          [{ maxRetries: 0 }, { maxRetries: 1 }, 2],
          [{}, { maxRetries: 4 }, 5],
        ]) {
          service.forget();
          const options = fault("status=503,retry-after-ms=2", call);
          const error = await errorOf(ask(service.client({ protocol, ...client }), audio, options));
          assert.equal(error.code, "server_error");
          assert.equal(service.requests.length, requests, JSON.stringify([client, call]));
        }
      });

      test("what will not get better is not tried again", async () => {
        for (const code of [
          "InvalidApiKey",
          "Arrearage",
          "ModelNotFound",
          "DataInspectionFailed",
          "InvalidParameter",
        ]) {
          service.forget();
          await errorOf(ask(service.client({ protocol }), audio, fault(`code=${code}`)));
          assert.equal(service.requests.length, 1, code);
        }
        service.forget();
        await errorOf(ask(service.client({ protocol }), audio, fault("code=PostpaidBillOverdue")));
        assert.equal(service.requests.length, 1, "429, but a bill");
      });

      test("a refusal inside 200 is tried again as any other", async () => {
        for (const packing of ["error-in-200", "json-error-in-200"]) {
          service.forget();
          const options = fault(`code=ServiceUnavailable,${packing},fail-times=1,fault-key=${crypto.randomUUID()}`);
          const { text } = await ask(service.client({ protocol }), audio, options);
          assert.equal(text, SPOKEN);
          assert.equal(service.requests.length, 2, packing);
        }
      });

      test("x-should-retry has the last word", async () => {
        for (const [status, verdict, attempts] of [
          [503, "false", 1],
          [400, "true", 3],
          [503, "true", 3],
          [429, "nonsense", 3],
        ]) {
          let sent = 0;
          const fetch = async () => {
            sent++;
            return Response.json(
              { code: "Whatever", message: "m" },
              { status, headers: { "x-should-retry": verdict, "retry-after-ms": "1" } },
            );
          };
          await errorOf(ask(service.client({ protocol, fetch }), audio));
          assert.equal(sent, attempts, `${status} with ${verdict}`);
        }
      });
    });
  }
}

// Pauses take real time, so one half of the four combinations has to speak for all.
for (const [protocol, way] of [
  ["dashscope", "transcribe"],
  ["openai", "stream"],
]) {
  const ask = WAYS[way];
  describe(`pauses: ${protocol}, ${way}`, () => {
    test("Retry-After is honoured: seconds, milliseconds, a date", async () => {
      // HTTP dates have whole seconds, so this one is between one and two seconds away.
      const soon = () => `retry-after=${encodeURIComponent(new Date(Date.now() + 2000).toUTCString())}`;
      for (const [header, least, most] of [
        [() => "retry-after=1", 990, 1900],
        [() => "retry-after-ms=100,retry-after=30", 95, 370],
        [soon, 900, 2900],
      ]) {
        const began = performance.now();
        const switches = `status=429,${header()},fail-times=1,fault-key=${crypto.randomUUID()}`;
        await ask(service.client({ protocol }), audio, fault(switches));
        const took = performance.now() - began;
        assert.ok(took >= least && took < most, `${header}: ${took.toFixed(0)} ms`);
      }
    });

    test("without Retry-After the first pause is about half a second", async () => {
      const began = performance.now();
      const switches = `status=503,fail-times=1,fault-key=${crypto.randomUUID()}`;
      await ask(service.client({ protocol }), audio, fault(switches));
      const took = performance.now() - began;
      assert.ok(took >= 370 && took < 900, `${took.toFixed(0)} ms`);
    });

    test("an absurd Retry-After is not obeyed", async () => {
      const began = performance.now();
      const switches = `status=503,retry-after=86400,fail-times=1,fault-key=${crypto.randomUUID()}`;
      await ask(service.client({ protocol }), audio, fault(switches));
      assert.ok(performance.now() - began < 2000);
    });

    test("a connection that breaks before any answer is tried again", async () => {
      let connections = 0;
      const server = createServer((request, response) => {
        request.resume();
        request.on("end", () => {
          if (++connections < 3) return request.socket.destroy();
          answer(response);
        });
      });
      await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
      const client = service.client({ protocol, baseURL: `http://127.0.0.1:${server.address().port}` });
      const { text } = await ask(client, audio);
      server.closeAllConnections();
      await new Promise((over) => server.close(over));
      assert.equal(connections, 3);
      assert.equal(text, SPOKEN);
    });

    test("nobody there: three attempts, then an error that says so", async () => {
      let attempts = 0;
      const fetch = (request) => {
        attempts++;
        return globalThis.fetch(request);
      };
      const began = performance.now();
      const error = await errorOf(ask(service.client({ protocol, baseURL: "http://127.0.0.1:9", fetch }), audio));
      assert.deepEqual([error.name, error.code, error.retryable], ["ConnectionError", "connection_error", true]);
      assert.ok(error.cause instanceof Error, "fetch's own error is the cause");
      assert.equal(attempts, 3);
      assert.ok(performance.now() - began > 1000, "with growing pauses between");
    });
  });
}

/** Both dialects' answers in one document. @param {import("node:http").ServerResponse} response */
function answer(response) {
  const text = SPOKEN;
  const message = { content: [{ text }], role: "assistant" };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      output: { choices: [{ message, finish_reason: "stop" }] },
      choices: [{ message: { content: text, role: "assistant" }, finish_reason: "stop" }],
      request_id: "r",
    }),
  );
}

describe("streams", () => {
  for (const [protocol] of PROTOCOLS) {
    test(`${protocol}: never again once text was delivered`, async () => {
      for (const switches of ["cut=3", "error-mid=2,code=Throttling", "end-after=3", "error-mid=1,status=503"]) {
        slowly.forget();
        const events = [];
        const error = await errorOf(
          (async () => {
            for await (const event of slowly.client({ protocol }).stream(audio, fault(switches))) events.push(event);
          })(),
        );
        assert.ok(events.length > 0, switches);
        assert.equal(slowly.requests.length, 1, switches);
        assert.equal(error.partialText, events.at(-1).text, switches);
        assert.ok(SPOKEN.startsWith(error.partialText));
        assert.ok(error.retryable, "the caller may");
      }
    });

    test(`${protocol}: not again when the answer had begun, because it may have been billed`, async () => {
      for (const switches of ["cut=0", "end-after=0"]) {
        slowly.forget();
        const error = await errorOf(slowly.client({ protocol }).stream(audio, fault(switches)).final());
        assert.deepEqual(
          [error.code, error.retryable, slowly.requests.length],
          ["stream_interrupted", true, 1],
          switches,
        );
      }
    });

    test(`${protocol}: again when the service refused and nothing had been delivered`, async () => {
      for (const switches of ["error-in-200,code=Throttling", "error-mid=0,code=SystemError"]) {
        slowly.forget();
        let text = "";
        const options = fault(`${switches},retry-after-ms=1,fail-times=1,fault-key=${crypto.randomUUID()}`);
        for await (const event of slowly.client({ protocol }).stream(audio, options)) {
          if (event.type === "delta") text += event.delta;
        }
        assert.equal(text, SPOKEN, switches);
        assert.equal(slowly.requests.length, 2, switches);
      }
    });
  }
});
