// A wasm instance that dies: its calls fail instead of hanging, nothing else does, and the next call has a new one.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { audio, errorOf, fault, SPOKEN, startService, until } from "./service.mjs";

const project = new URL("../../", import.meta.url);

/**
 * The package with one more export: the calls into the instance, so that a test can make it die.
 * @param {string} folder for the bundle
 */
async function buildWithDoor(folder) {
  const outfile = join(folder, "door.mjs");
  await esbuild.build({
    stdin: {
      contents: `export * from "./slim.js"; export { callCore, runCore } from "./instance.js";
        export { namespace as files } from "../../target/js/files-glue.js";
        export { namespace as formats } from "../../target/js/formats-glue.js";
        export { namespace as core } from "../../target/js/glue.js";`,
      resolveDir: new URL("src/js/", project).pathname,
      loader: "ts",
    },
    ...{ bundle: true, format: "esm", platform: "neutral", target: "es2022", outfile, logLevel: "error" },
  });
  return import(pathToFileURL(outfile).href);
}

/** Namespace of the part whose next call of an import fails as none may, which its instance does not survive. */
let broken;

/** @param {typeof WebAssembly.Instance} Instance */
function breakable(Instance) {
  return class extends Instance {
    constructor(module, imports) {
      const [[namespace, glue]] = Object.entries(imports);
      const breaking = (work) =>
        function (...given) {
          if (broken === namespace) throw new RangeError("not to be survived");
          return work.apply(this, given);
        };
      const wrap = ([name, value]) => [name, typeof value === "function" ? breaking(value) : value];
      super(module, { [namespace]: Object.fromEntries(Object.entries(glue).map(wrap)) });
    }
  };
}

let service;
let door;
let folder;
const uncaught = [];
const note = (error) => uncaught.push(error);

before(async () => {
  service = await startService();
  folder = mkdtempSync(join(tmpdir(), "door-"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  door = await buildWithDoor(folder);
  const module = (part) => readFileSync(new URL(`dist/dashscope_asr${part}_bg.wasm`, project));
  await door.init(module(""));
  await door.init(module("_files"), "files");
  await door.init(module("_formats"), "formats");
  WebAssembly.Instance = breakable(WebAssembly.Instance);
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
});
after(async () => {
  process.off("uncaughtException", note);
  process.off("unhandledRejection", note);
  rmSync(folder, { recursive: true, force: true });
  await service.close();
});
beforeEach(() => {
  uncaught.length = 0;
});

// A dead instance cannot clear its timers, and Node waits for them: so they are short here.
const client = (options) =>
  new door.Transcriber({ apiKey: "sk-test", baseURL: service.url, timeout: 3000, ...options });

function trap() {
  assert.throws(() => door.callCore((glue) => glue.trapForTest()), {
    name: "InternalError",
    code: "internal_error",
    retryable: true,
  });
}

async function works() {
  assert.equal((await client().transcribe(audio)).text, SPOKEN);
  assert.equal((await client().stream(audio).final()).text, SPOKEN);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(uncaught, []);
}

describe("a trap", () => {
  test("is an InternalError with its cause, and the next call works", async () => {
    const error = await errorOf((async () => door.callCore((glue) => glue.trapForTest()))());
    assert.ok(error instanceof door.InternalError && error instanceof door.AsrError);
    assert.ok(error.cause instanceof WebAssembly.RuntimeError);
    await works();
  });

  test("fails the calls under way, whatever they wait for", async () => {
    service.forget();
    const stream = client().stream(audio, fault("stall=60000"));
    const events = stream[Symbol.asyncIterator]();
    await events.next().catch(() => {});
    const waiting = [
      client().transcribe(audio, fault("delay=60000")),
      client().transcribe(audio, fault("status=503,retry-after=3")),
      client({ apiKey: () => new Promise(() => {}) }).transcribe(audio),
      events.next(),
      stream.final(),
    ].map(errorOf);
    await until(() => service.requests.length === 3, "the requests that can be sent");
    trap();
    for (const error of await Promise.all(waiting)) {
      assert.deepEqual([error.name, error.code], ["InternalError", "internal_error"], error.message);
    }
    await works();
  });

  test("is nothing to calls that still wait for their audio: they go on with a new instance", async () => {
    const feeds = [];
    const slow = () => new ReadableStream({ start: (feed) => void feeds.push(feed) });
    const waiting = [client().transcribe(slow()), client().buildRequest(slow()), door.toDataUrl(slow())];
    trap();
    for (const feed of feeds) {
      feed.enqueue(audio);
      feed.close();
    }
    const [note, request, url] = await Promise.all(waiting);
    assert.equal(note.text, SPOKEN);
    assert.ok(request instanceof Request && url.startsWith("data:audio/wav;base64,"));
    await works();
  });

  test("takes its parsers along, who say so; new ones work", async () => {
    const seen = [];
    const make = () => new door.EventParser({ onEvent: ({ data }) => seen.push(data) });
    const old = make();
    old.feed("data: before\n\ndata: cut");
    trap();
    for (const use of [() => old.feed("x\n\n"), () => old.flush(), () => old.reset()]) {
      assert.throws(use, { name: "InternalError" });
    }
    make().feed("data: after\n\n");
    assert.deepEqual(seen, ["before", "after"]);
    await works();
  });

  test("in a timer or promise: no hanging call, no uncaught exception", async () => {
    // Blobs of one's own whose members throw where the platform's never do.
    const bad = (members) => ({ size: 10, type: "audio/wav", arrayBuffer() {}, slice() {}, ...members });
    const late = () => new Promise((_, reject) => setTimeout(reject, 3000, new Error("hangs")));
    for (const input of [
      bad({}),
      bad({ slice: () => ({}) }),
      bad({
        slice() {
          throw new Error("mine");
        },
      }),
      { getReader: () => ({}) },
    ]) {
      const beside = errorOf(client().transcribe(audio, fault("delay=60000")));
      const error = await errorOf(Promise.race([client().transcribe(input), late()]));
      assert.ok(door.isAsrError(error), String(error));
      if (error.code === "internal_error") assert.equal((await beside).code, "internal_error");
    }
    await works();
  });

  test("again and again", async () => {
    for (let round = 0; round < 20; round++) {
      trap();
      assert.equal(door.sniffMediaType(audio), "audio/wav");
    }
    await works();
  });
});

describe("the parts die each for itself", () => {
  /** What makes a part call its imports. */
  const uses = {
    core: async () => client().transcribe(audio),
    files: async () => client().createToken(),
    formats: async () => door.encodeWav([new Float32Array(160)], 16_000).length,
  };

  for (const part of ["core", "files", "formats"]) {
    test(part, async () => {
      for (const use of Object.values(uses)) await use();
      service.forget();
      // Long enough to be under way when the part dies, and answered at once when it has.
      const calls = {
        core: client().transcribe(audio, fault("delay=400")),
        files: client().createToken(fault("delay=400")),
      };
      const outcomes = Object.entries(calls).map(([name, call]) =>
        call.then(
          () => [name, undefined],
          (error) => [name, error.code],
        ),
      );
      await until(() => service.requests.length === 2, "both requests");
      broken = door[part];
      const { name, code, retryable, cause } = await errorOf(uses[part]());
      broken = undefined;
      assert.deepEqual([name, code, retryable], ["InternalError", "internal_error", true]);
      assert.equal(cause.message, "not to be survived");
      const dead = (name) => (name === part ? "internal_error" : undefined);
      for (const [name, code] of await Promise.all(outcomes)) assert.equal(code, dead(name), name);
      assert.equal(await uses.formats(), 44 + 2 * 160);
      assert.equal(typeof (await uses.files()).token, "string");
      await works();
    });
  }
});

describe("no trap, though one might think so", () => {
  test("an exception of a callback leaves other calls alone", async () => {
    const beside = client().transcribe(audio, fault("delay=100"));
    const parser = new door.EventParser({
      onEvent() {
        throw new RangeError("mine");
      },
    });
    assert.throws(() => parser.feed("data: x\n\n"), { name: "RangeError", message: "mine" });
    const onProgress = () => {
      throw new RangeError("mine too");
    };
    const error = await errorOf(client().transcribe(audio, { onProgress }));
    assert.deepEqual([error.code, error.cause.message], ["aborted", "mine too"]);
    assert.equal((await beside).text, SPOKEN);
    await works();
  });

  test("wrong headers, wrong answers, a buffer given away: refused in words", async () => {
    for (const [headers, field] of [
      [{ "x-name": "你好" }, "headers.x-name"],
      [{ "x-name": "a\nb" }, "headers.x-name"],
      [{ "x-name": 5 }, "headers.x-name"],
      [{ "bad name": "b" }, "headers.bad name"],
    ]) {
      const error = await errorOf(client().transcribe(audio, { headers }));
      assert.deepEqual([error.name, error.field], ["InvalidOptionError", field]);
      assert.equal((await errorOf(client({ defaultHeaders: headers }).transcribe(audio))).field, field);
    }
    for (const answer of [
      undefined,
      null,
      5,
      "text",
      {},
      { ok: true, json: () => ({}) },
      { status: 200, headers: {} },
    ]) {
      const error = await errorOf(client({ fetch: async () => answer }).transcribe(audio));
      assert.deepEqual([error.code, /Response/.test(error.message)], ["invalid_response", true], String(answer));
      assert.equal((await errorOf(client().readResponse(answer))).code, "invalid_response");
    }
    const hidden = await errorOf(client({ fetch: async () => Response.error(), maxRetries: 0 }).transcribe(audio));
    assert.equal(hidden.code, "connection_error");
    for (const pick of [(bytes) => bytes, (bytes) => bytes.buffer]) {
      const bytes = new Uint8Array(audio);
      const input = pick(bytes);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      assert.equal((await errorOf(client().transcribe(input))).code, "empty_audio");
    }
    await works();
  });

  test("headers in every form a fetch takes", async () => {
    for (const headers of [
      { "X-One": "1" },
      new Headers({ "x-one": "1" }),
      [["x-one", "1"]],
      new Map([["x-one", "1"]]),
    ]) {
      service.forget();
      await client({ defaultHeaders: headers }).transcribe(audio);
      await client().transcribe(audio, { headers });
      assert.deepEqual(
        service.requests.map((request) => request.headers["x-one"]),
        ["1", "1"],
      );
    }
  });
});
