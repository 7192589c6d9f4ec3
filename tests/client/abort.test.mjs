// Cancelling, in every phase of a call: the promise fails at once, with the caller's reason, and nothing goes on behind it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { audio, errorOf, fault, PROTOCOLS, SPOKEN, startService, until, WAYS } from "./service.mjs";

let service;
let slowly;

before(async () => {
  service = await startService();
  slowly = await startService({ pauseMs: 30 });
});
after(() => Promise.all([service.close(), slowly.close()]));

const reason = new Error("the user pressed stop");

function assertAborted(error, wanted) {
  assert.deepEqual([error.name, error.code, error.retryable], ["AbortError", "aborted", false], error.message);
  assert.equal(error.cause, wanted);
}

/** Megabytes of WAV, so that there is something to encode. */
function longAudio() {
  const bytes = new Uint8Array(6_000_000);
  bytes.set(audio.subarray(0, 44));
  return new Blob([bytes]);
}

for (const [protocol] of PROTOCOLS) {
  for (const [way, ask] of Object.entries(WAYS)) {
    describe(`${protocol}, ${way}`, () => {
      test("before the start: nothing is read, nothing is sent", async () => {
        service.forget();
        let pulled = false;
        const untouched = new ReadableStream(
          {
            pull: () => {
              pulled = true;
            },
          },
          { highWaterMark: 0 },
        );
        const signal = AbortSignal.abort(reason);
        assertAborted(await errorOf(ask(service.client({ protocol }), untouched, { signal })), reason);
        assert.deepEqual([pulled, service.requests.length], [false, 0]);
      });

      test("while a stream is read: its source is cancelled", async () => {
        service.forget();
        const controller = new AbortController();
        let cancelled = false;
        const source = new ReadableStream(
          {
            async pull(stream) {
              stream.enqueue(audio);
              controller.abort(reason);
              await new Promise((resolve) => setTimeout(resolve, 5));
            },
            cancel: () => {
              cancelled = true;
            },
          },
          { highWaterMark: 0 }, // nothing is pulled before the call reads
        );
        assertAborted(await errorOf(ask(service.client({ protocol }), source, { signal: controller.signal })), reason);
        await until(() => cancelled, "the source hears of it");
        assert.equal(service.requests.length, 0);
      });

      test("while audio is encoded", async () => {
        service.forget();
        const controller = new AbortController();
        const onProgress = ({ phase }) => {
          if (phase === "encode") controller.abort(reason);
        };
        const options = { signal: controller.signal, onProgress };
        assertAborted(await errorOf(ask(service.client({ protocol }), longAudio(), options)), reason);
        assert.equal(service.requests.length, 0);
      });

      test("before the headers: the connection is closed", async () => {
        const controller = new AbortController();
        const lines = service.log.length;
        service.forget();
        const call = ask(service.client({ protocol }), audio, fault("delay=60000", { signal: controller.signal }));
        const failure = errorOf(call);
        await until(() => service.requests.length === 1, "the request arrives");
        const began = performance.now();
        controller.abort(reason);
        assertAborted(await failure, reason);
        assert.ok(performance.now() - began < 500);
        await until(() => service.log.slice(lines).some((line) => line.includes("→ gone")), "the service sees it");
      });

      test("in the middle of the answer: the connection is closed, recognition stops", async () => {
        const controller = new AbortController();
        slowly.forget();
        slowly.left.length = 0;
        const failure = errorOf(ask(slowly.client({ protocol }), audio, { signal: controller.signal }));
        await until(() => slowly.requests.length === 1, "the request arrives");
        await new Promise((resolve) => setTimeout(resolve, 60));
        controller.abort(reason);
        assertAborted(await failure, reason);
        await until(() => slowly.left.length === 1, "the service sees it");
      });

      test("during the pause before another attempt: no further request", async () => {
        const controller = new AbortController();
        service.forget();
        const options = fault("status=503,retry-after=30", { signal: controller.signal });
        const failure = errorOf(ask(service.client({ protocol }), audio, options));
        await until(() => service.requests[0]?.status === 503, "the refusal");
        await new Promise((resolve) => setTimeout(resolve, 20));
        const began = performance.now();
        controller.abort(reason);
        assertAborted(await failure, reason);
        assert.ok(performance.now() - began < 500);
        assert.equal(service.requests.length, 1);
      });

      test("while the key is awaited", async () => {
        service.forget();
        const controller = new AbortController();
        const apiKey = () => {
          setTimeout(() => controller.abort(reason), 10);
          return new Promise(() => {});
        };
        const client = service.client({ protocol, apiKey });
        assertAborted(await errorOf(ask(client, audio, { signal: controller.signal })), reason);
        assert.equal(service.requests.length, 0);
      });

      test("after the end a signal does nothing, and keeps nothing", async () => {
        const controller = new AbortController();
        const listeners = countListeners(controller.signal);
        const { text } = await ask(service.client({ protocol }), audio, { signal: controller.signal });
        controller.abort(reason);
        assert.equal(text, SPOKEN);
        assert.equal(listeners.count(), 0, "listeners left on the signal");
      });

      test("a failed call leaves nothing on the signal either", async () => {
        const { signal } = new AbortController();
        const listeners = countListeners(signal);
        await errorOf(ask(service.client({ protocol, maxRetries: 0 }), audio, fault("status=503", { signal })));
        await errorOf(ask(service.client({ protocol }), new Uint8Array(), { signal }));
        assert.equal(listeners.count(), 0);
      });
    });
  }

  describe(`${protocol}: streams`, () => {
    const slow = (options) => slowly.client({ protocol }).stream(audio, options);

    test("break ends the request; what comes after is nothing", async () => {
      slowly.left.length = 0;
      const stream = slow();
      for await (const { text } of stream) {
        assert.equal(text, "Ask");
        break;
      }
      await until(() => slowly.left.length === 1, "the service sees it");
      assertAborted(await errorOf(stream.final()), undefined);
      assert.deepEqual(await Array.fromAsync(stream).catch(({ code }) => code), "aborted");
    });

    test("an exception in the loop is the caller's own, and ends the request", async () => {
      slowly.left.length = 0;
      const failure = new RangeError("mine");
      const error = await errorOf(
        (async () => {
          for await (const _ of slow()) throw failure;
        })(),
      );
      assert.equal(error, failure);
      await until(() => slowly.left.length === 1, "the service sees it");
    });

    test("cancel() ends a pending loop and final() with the text so far", async () => {
      slowly.left.length = 0;
      const stream = slow();
      const final = errorOf(stream.final());
      const loop = errorOf(
        (async () => {
          for await (const { text } of stream) if (text === "Ask not") stream.cancel();
        })(),
      );
      for (const error of await Promise.all([loop, final])) {
        assert.equal(error.code, "aborted");
        assert.equal(error.partialText, "Ask not");
      }
      await until(() => slowly.left.length === 1, "the service sees it");
      stream.cancel();
      stream.cancel();
    });

    test("cancel() before the start sends nothing", async () => {
      slowly.forget();
      const stream = slow();
      stream.cancel();
      assert.equal((await errorOf(stream.final())).code, "aborted");
      assert.equal(slowly.requests.length, 0);
    });

    test("cancel() after the end changes nothing", async () => {
      const stream = service.client({ protocol }).stream(audio);
      const { text } = await stream.final();
      stream.cancel();
      assert.equal(text, SPOKEN);
      assert.equal((await stream.final()).text, SPOKEN);
    });

    test("the signal ends a stream with the text so far and the reason", async () => {
      const controller = new AbortController();
      const stream = slow({ signal: controller.signal });
      const error = await errorOf(
        (async () => {
          for await (const { text } of stream) if (text === "Ask not,") controller.abort(reason);
        })(),
      );
      assertAborted(error, reason);
      assert.equal(error.partialText, "Ask not,");
    });

    test("cancelling the ReadableStream ends the request", async () => {
      slowly.left.length = 0;
      const reader = slow().toReadableStream().getReader();
      assert.equal((await reader.read()).value.delta, "Ask");
      await reader.cancel();
      await until(() => slowly.left.length === 1, "the service sees it");
    });
  });
}

test("toDataUrl and buildRequest can be cancelled too", async () => {
  const { toDataUrl } = await import("../../dist/index.js");
  const controller = new AbortController();
  const onProgress = () => controller.abort(reason);
  const { signal } = controller;
  assertAborted(await errorOf(toDataUrl(longAudio(), { signal, onProgress })), reason);
  assertAborted(await errorOf(service.client().buildRequest(longAudio(), { signal })), reason);
});

describe("a process has nothing to wait for", () => {
  for (const [what, script] of [
    ["after a call", "await asr.transcribe(audio);"],
    [
      "after a call that timed out",
      "await asr.transcribe(audio, { ...faulty('delay=60000'), timeout: 50 }).catch(() => {});",
    ],
    ["after break", "for await (const _ of asr.stream(audio, faulty('stall=60000'))) break;"],
    [
      "after cancel()",
      "const s = asr.stream(audio, faulty('stall=60000')); const f = s.final(); setTimeout(() => s.cancel(), 50); await f.catch(() => {});",
    ],
    [
      "after an abort during a pause",
      "const c = new AbortController(); setTimeout(() => c.abort(), 150); await asr.transcribe(audio, { ...faulty('status=503,retry-after=50'), signal: c.signal }).catch(() => {});",
    ],
    [
      "after an abort before the headers",
      "const c = new AbortController(); setTimeout(() => c.abort(), 150); await asr.transcribe(audio, { ...faulty('delay=60000'), signal: c.signal }).catch(() => {});",
    ],
    ["with a stream nobody asked", "asr.stream(audio); asr.stream(audio).toReadableStream();"],
  ]) {
    test(what, async () => {
      const source = `
        import { Transcriber } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
        const asr = new Transcriber({ apiKey: "sk-test", baseURL: ${JSON.stringify(service.url)}, maxRetries: 1 });
        const audio = Buffer.from(${JSON.stringify(Buffer.from(audio).toString("base64"))}, "base64");
        const faulty = (fault) => ({ headers: { "x-emulator-fault": fault } });
        ${script}
        const began = performance.now();
        process.on("exit", () => console.log(Math.round(performance.now() - began)));`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      const output = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"]) child[name].on("data", (data) => (output[name] += data));
      const limit = setTimeout(() => child.kill(), 20_000);
      const code = await new Promise((resolve) => child.on("close", resolve));
      clearTimeout(limit);
      assert.deepEqual([code, output.stderr], [0, ""]);
      // Node's fetch itself keeps an idle connection, but not the process, for a moment.
      assert.ok(Number(output.stdout) < 1500, `${what}: ${output.stdout.trim()} ms after the last word`);
    });
  }
});

/** How many listeners a signal has, by wrapping its methods. @param {AbortSignal} signal */
function countListeners(signal) {
  const listeners = new Set();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = function (name, listener, ...rest) {
    listeners.add(listener);
    return addEventListener.call(this, name, listener, ...rest);
  };
  signal.removeEventListener = function (name, listener, ...rest) {
    listeners.delete(listener);
    return removeEventListener.call(this, name, listener, ...rest);
  };
  return { count: () => listeners.size };
}
