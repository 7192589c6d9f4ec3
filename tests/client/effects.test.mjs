// Effects at their edges: cancelled or given up at every moment, with a fetch and answers of somebody's own making.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber, toDataUrl } from "../../dist/index.js";
import { errorOf, until } from "./service.mjs";

const AUDIO = new Uint8Array([82, 73, 70, 70, 4, 0, 0, 0, 87, 65, 86, 69]);
const ANSWER = {
  output: { choices: [{ finish_reason: "stop", message: { content: [{ text: "hi" }] } }] },
  request_id: "r",
};
const event = (text) =>
  `data:${JSON.stringify({ output: { choices: [{ finish_reason: "null", message: { content: [{ text }] } }] } })}\n\n`;
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const client = (fetch, more = {}) => new Transcriber({ baseURL: "https://relay.example", fetch, ...more });

/** A fetch that heeds no signal and counts its calls. */
function deafFetch() {
  const fetch = async () => {
    fetch.calls++;
    return Response.json(ANSWER);
  };
  fetch.calls = 0;
  return fetch;
}

/** Audio of which more is promised than comes. */
function endlessAudio() {
  const source = { cancelled: false };
  source.stream = new ReadableStream({
    start(controller) {
      controller.enqueue(AUDIO);
      controller.enqueue(new Uint8Array(5000));
    },
    cancel() {
      source.cancelled = true;
    },
  });
  return source;
}

/** What would end a process of Node. */
const unhandled = [];
const note = (error) => unhandled.push(error);
before(() => process.on("unhandledRejection", note));
after(() => process.off("unhandledRejection", note));

describe("a call that is over", () => {
  for (const last of ["encode", "send"]) {
    test(`sends nothing and tells nothing once it was cancelled at "${last}", even by a fetch that heeds no signal`, async () => {
      const fetch = deafFetch();
      const controller = new AbortController();
      const phases = [];
      const onProgress = ({ phase }) => {
        phases.push(phase);
        if (phase === last) controller.abort("enough");
      };
      const error = await errorOf(client(fetch).transcribe(AUDIO, { signal: controller.signal, onProgress }));
      await pause(10);
      assert.deepEqual([error.code, error.cause, fetch.calls, phases.at(-1)], ["aborted", "enough", 0, last]);
    });
  }

  test("does not send the part of a stream that it had read", async () => {
    const fetch = deafFetch();
    const source = endlessAudio();
    const controller = new AbortController();
    const failure = errorOf(client(fetch).transcribe(source.stream, { signal: controller.signal }));
    await pause(20);
    controller.abort();
    assert.equal((await failure).code, "aborted");
    await pause(10);
    assert.deepEqual([fetch.calls, source.cancelled], [0, true]);
  });

  test("lets an answer go that comes too late", async () => {
    let cancelled = false;
    const controller = new AbortController();
    const asr = client(async () => {
      await pause(30);
      return new Response(
        new ReadableStream({
          cancel() {
            cancelled = true;
          },
        }),
      );
    });
    setTimeout(() => controller.abort(), 10);
    assert.equal((await errorOf(asr.transcribe(AUDIO, { signal: controller.signal }))).code, "aborted");
    await until(() => cancelled, "the body is cancelled");
  });

  test("leaves no rejection that nobody handles", async () => {
    const key = new AbortController();
    const apiKey = () => {
      key.abort();
      throw new Error("no key");
    };
    assert.equal(
      (await errorOf(client(deafFetch(), { apiKey }).transcribe(AUDIO, { signal: key.signal }))).code,
      "aborted",
    );

    const answer = new AbortController();
    const asr = client(async (request) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(": a comment, which is no text yet\n\n"));
          request.signal.addEventListener("abort", () => controller.error(new Error("cut off")));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    });
    const onProgress = ({ phase }) => phase === "receive" && answer.abort();
    assert.equal((await errorOf(asr.stream(AUDIO, { signal: answer.signal, onProgress }).final())).code, "aborted");
    await pause(20);
    assert.deepEqual(unhandled, []);
  });
});

test("an attempt that runs out of time over a slow stream of audio leaves the reading to the next", async () => {
  const fetch = deafFetch();
  let sent;
  const asr = client(async (request) => {
    sent = await request.json();
    return fetch();
  });
  const slow = ReadableStream.from(
    (async function* () {
      yield AUDIO;
      yield new Uint8Array(5001);
      await pause(900);
      yield new Uint8Array(3);
    })(),
  );
  // The pause before the second attempt is half a second or less.
  assert.equal((await asr.transcribe(slow, { timeout: 300, maxRetries: 3 })).text, "hi");
  assert.equal(fetch.calls, 1);
  const [, base64] = sent.input.messages[0].content[0].audio.split(",");
  assert.equal(Buffer.from(base64, "base64").length, AUDIO.length + 5004);
});

describe("buildRequest", () => {
  test("lets its stream go when it is cancelled", async () => {
    const source = endlessAudio();
    const signal = AbortSignal.timeout(20);
    assert.equal((await errorOf(client(deafFetch()).buildRequest(source.stream, { signal }))).code, "aborted");
    await until(() => source.cancelled, "the source hears of it");
  });

  test("lets its stream go when there is no key", async () => {
    const source = endlessAudio();
    const apiKey = () => Promise.reject(new Error("locked"));
    const error = await errorOf(client(deafFetch(), { apiKey }).buildRequest(source.stream));
    assert.equal(error.code, "authentication");
    await until(() => source.cancelled, "the source hears of it");
  });
});

describe("an answer of somebody's own making", () => {
  /** As people write it in their tests: it can be read, and nothing else. */
  const bodyOf = (...pieces) => ({
    getReader: () => ({ read: async () => ({ done: pieces.length === 0, value: pieces.shift() }) }),
  });
  const bytes = (text) => new TextEncoder().encode(text);

  test("needs no reader that can be cancelled", async () => {
    const asr = client(async () => ({
      status: 200,
      headers: new Headers(),
      body: bodyOf(bytes(JSON.stringify(ANSWER))),
    }));
    assert.equal((await asr.transcribe(AUDIO)).text, "hi");
  });

  test("may have headers that are no text, or that throw", async () => {
    const wild = {
      get() {
        throw new RangeError("mine");
      },
    };
    for (const headers of [new Map([["retry-after-ms", 1]]), wild]) {
      const asr = client(async () => ({ status: 503, headers, body: null }), { maxRetries: 1 });
      assert.deepEqual(await errorOf(asr.transcribe(AUDIO)).then(({ code, status }) => [code, status]), [
        "server_error",
        503,
      ]);
    }
  });

  test("may answer a read at once, or throw", async () => {
    const done = { getReader: () => ({ read: () => ({ done: true }) }) };
    const broken = {
      getReader: () => ({
        read() {
          throw new Error("mine");
        },
      }),
    };
    for (const [body, code] of [
      [done, "invalid_response"],
      [broken, "connection_error"],
    ]) {
      const asr = client(async () => ({ status: 200, headers: new Headers(), body }), { maxRetries: 0 });
      assert.equal((await errorOf(asr.transcribe(AUDIO))).code, code);
    }
  });

  test("is refused in words where its body gives no bytes", async () => {
    for (const piece of [JSON.stringify(ANSWER), -1, {}]) {
      const asr = client(async () => ({ status: 200, headers: new Headers(), body: bodyOf(piece) }));
      const error = await errorOf(asr.transcribe(AUDIO));
      assert.equal(error.code, "invalid_response");
      assert.match(error.message, /Uint8Array/);
    }
  });
});

describe("what is the caller's", () => {
  test("toDataUrl takes no memory away from a Blob of one's own", async () => {
    const own = AUDIO.slice();
    const blob = {
      size: own.length,
      type: "audio/wav",
      slice: (start, end) => new Blob([own.subarray(start, end)]),
      arrayBuffer: async () => own.slice().buffer,
      stream: () => ReadableStream.from([own]),
    };
    assert.match(await toDataUrl(blob), /^data:audio\/wav;base64,UklGR/);
    assert.deepEqual(own, AUDIO);
  });

  test("bytes that were transferred meanwhile are an error, not a request without audio", async () => {
    for (const send of [(asr, audio) => asr.transcribe(audio), (asr, audio) => asr.upload(audio)]) {
      const sent = [];
      const own = AUDIO.slice();
      const fetch = async (request) => {
        sent.push(request.method);
        if (request.method === "POST") return Response.json(ANSWER);
        const data = { upload_host: "https://store.example", upload_dir: "d", policy: "p", signature: "s" };
        return Response.json({
          data: { ...data, oss_access_key_id: "k", x_oss_object_acl: "private", x_oss_forbid_overwrite: "true" },
        });
      };
      const apiKey = async () => {
        structuredClone(own, { transfer: [own.buffer] });
        return "sk-1";
      };
      const error = await errorOf(send(client(fetch, { apiKey }), own));
      assert.equal(error.code, "invalid_audio", error.message);
      assert.match(error.message, /transferred/);
      assert.ok(!sent.includes("POST"));
    }
  });
});

describe("what a fetch of one's own throws", () => {
  test("is told without key and signature", async () => {
    const asr = client(
      async (request) => {
        const { authorization } = Object.fromEntries(request.headers);
        throw new Error(`failed: ${authorization} for https://store.example/x?Signature=s3cret of "${authorization}"`);
      },
      { apiKey: "sk-0123456789abcdef", maxRetries: 0 },
    );
    const { code, message } = await errorOf(asr.transcribe(AUDIO));
    assert.equal(code, "connection_error");
    assert.match(message, /did not get through .*failed.*store\.example\/x/);
    assert.doesNotMatch(message, /0123456789|s3cret/);
  });

  test("is a failure of the request, be it an error of another call", async () => {
    const inner = client(deafFetch());
    const asr = client(() => inner.transcribe(new Uint8Array()), { maxRetries: 0 });
    const error = await errorOf(asr.transcribe(AUDIO));
    assert.deepEqual([error.code, error.cause.code], ["connection_error", "empty_audio"]);
  });
});

test("a Blob tells its size", async () => {
  const blob = { type: "audio/wav", slice: () => new Blob([AUDIO]), arrayBuffer: async () => AUDIO.buffer };
  const fetch = deafFetch();
  assert.equal((await errorOf(client(fetch).transcribe(blob))).code, "invalid_audio");
  assert.equal(fetch.calls, 0);
});

describe("what is no data is refused by its name as well", () => {
  const refused = { name: "InvalidOptionError", code: "invalid_option" };

  for (const [field, value] of [
    ["signal", new AbortController()],
    ["signal", "stop"],
    ["onProgress", "tell me"],
    ["headers", "x-mine: 1"],
    ["headers", [5]],
    ["headers.x-mine", { "x-mine": 5n }],
  ]) {
    test(`${field} of ${typeof value === "object" ? value.constructor.name : value}`, async () => {
      const fetch = deafFetch();
      const options = { [field.split(".")[0]]: value };
      const asr = client(fetch);
      for (const call of [
        () => asr.transcribe(AUDIO, options),
        () => asr.stream(AUDIO, options).final(),
        () => asr.buildRequest(AUDIO, options),
        () => asr.readResponse(Response.json(ANSWER), options),
        () => asr.task("t-1").status(options),
      ]) {
        await assert.rejects(call(), { ...refused, field });
      }
      assert.equal(fetch.calls, 0);
    });
  }

  test("onStatus", async () => {
    await assert.rejects(client(deafFetch()).task("t-1").wait({ onStatus: "x" }), { ...refused, field: "onStatus" });
  });

  test("options of a client", () => {
    assert.throws(() => new Transcriber({ fetch: "x" }), { ...refused, field: "fetch" });
    assert.throws(() => new Transcriber({ defaultHeaders: "x" }), { ...refused, field: "defaultHeaders" });
  });

  test("null is as good as nothing", async () => {
    const asr = client(deafFetch(), { defaultHeaders: null });
    assert.equal((await asr.transcribe(AUDIO, { signal: null, headers: null, onProgress: null })).text, "hi");
  });
});

test("an iterator that was left gives nothing more", async () => {
  const events = client(async () => new Response(event("a") + event("b")))
    .stream(AUDIO)
    [Symbol.asyncIterator]();
  assert.equal((await events.next()).value.delta, "a");
  await events.return();
  assert.deepEqual(await events.next(), { value: undefined, done: true });
});

test("a stream that nobody asks sends nothing and listens to nothing, as a ReadableStream too", async () => {
  const fetch = deafFetch();
  const { signal } = new AbortController();
  let listeners = 0;
  for (const [method, step] of [
    ["addEventListener", 1],
    ["removeEventListener", -1],
  ]) {
    const original = signal[method];
    signal[method] = (...rest) => {
      listeners += step;
      return original.apply(signal, rest);
    };
  }
  const streams = [client(fetch).stream(AUDIO, { signal }), client(fetch).stream(AUDIO, { signal }).toReadableStream()];
  await pause(20);
  assert.deepEqual([fetch.calls, listeners], [0, 0]);
  assert.equal((await streams[0].final()).text, "hi");
  const { value } = await streams[1].getReader().read();
  assert.deepEqual([value.delta, fetch.calls], ["hi", 2]);
});

test("a stream that was cancelled before anybody asked it says so when it is asked", async () => {
  const fetch = deafFetch();
  const controller = new AbortController();
  const stream = client(fetch).stream(AUDIO, { signal: controller.signal });
  controller.abort("enough");
  const error = await errorOf(stream.final());
  assert.deepEqual([error.code, error.cause, fetch.calls], ["aborted", "enough", 0]);
});
