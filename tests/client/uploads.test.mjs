// Audio in the service's temporary store: the policy, the form, the address, and the header that resolves it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { sha256 } from "../emulator/request-log.mjs";
import { audio, errorOf, fault, SPOKEN, startService } from "./service.mjs";
import { AT_ONCE, scriptedFetch } from "./site.mjs";

const POLICY = "/api/v1/uploads";
const QWEN = "qwen3-asr-flash-filetrans";
const FUN = "fun-asr";

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

const dataUrl = `data:audio/wav;base64,${Buffer.from(audio).toString("base64")}`;

describe("an upload", () => {
  test("is a question for the policy and a form to the store, without the key", async () => {
    service.forget();
    const url = await service
      .client()
      .upload(new File([audio], "录音 1.wav"), { model: FUN, headers: { "x-mine": "1" } });
    assert.match(url, /^oss:\/\/dashscope-instant\/[0-9a-f]{32}\/\d{4}-\d\d-\d\d\/[0-9a-f-]{36}\/[0-9a-z]{20}\.wav$/);
    const [policy, form, ...more] = service.requests;
    assert.equal(more.length, 0);
    assert.deepEqual([policy.method, policy.path, policy.query], ["GET", POLICY, { action: "getPolicy", model: FUN }]);
    assert.equal(policy.headers.authorization, "Bearer sk-…");
    assert.deepEqual([form.method, form.path, form.status], ["POST", "/", 200]);
    assert.deepEqual([form.headers.authorization, form.headers["x-mine"]], [undefined, undefined]);
    assert.deepEqual(form.body.fields, [
      "OSSAccessKeyId",
      "Signature",
      "policy",
      "key",
      "x-oss-object-acl",
      "x-oss-forbid-overwrite",
      "success_action_status",
      "file",
    ]);
    assert.equal(`oss://${form.body.values.key}`, url);
    assert.deepEqual([form.body.file.bytes, form.body.file.sha256], [audio.length, sha256(audio)]);
    assert.ok(url.endsWith(form.body.file.name), "nothing of the caller's own name");
  });

  const INPUTS = {
    "a Blob": () => new Blob([audio]),
    "an ArrayBuffer": () => Uint8Array.from(audio).buffer,
    "a view of a buffer": () => new Uint8Array([0, ...audio]).subarray(1),
    "a stream": () => new Blob([audio]).stream(),
    "an async iterable": async function* () {
      yield audio.subarray(0, 100);
      yield audio.subarray(100);
    },
    "a Response": () => new Response(audio),
    "a Request": () => new Request("http://localhost", { method: "POST", body: audio }),
    "an object URL": () => URL.createObjectURL(new Blob([audio])),
  };
  for (const [name, make] of Object.entries(INPUTS)) {
    test(`takes ${name}`, async () => {
      service.forget();
      const input = name === "an async iterable" ? INPUTS[name]() : make();
      const url = await service.client().upload(input);
      const [policy, form] = service.requests;
      assert.deepEqual([policy.query.model, form.body.file.sha256], [QWEN, sha256(audio)]);
      assert.match(url, /\.wav$/);
    });
  }

  test("is named by what the bytes are, not by their label", async () => {
    const webm = new Uint8Array(200);
    webm.set([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84, 0x77, 0x65, 0x62, 0x6d]);
    assert.match(await service.client().upload(new Blob([webm], { type: "audio/wav" })), /\.webm$/);
    const unknown = new Uint8Array(200).fill(0x3f);
    assert.match(await service.client().upload(unknown, { mediaType: "audio/flac" }), /\.flac$/);
  });

  test("tells its progress, and nothing of the question before it", async () => {
    const large = new Uint8Array(3_000_000);
    large.set(audio.subarray(0, 44));
    const phasesOf = async (input) => {
      const seen = [];
      await service.client().upload(input, { onProgress: (progress) => seen.push(progress) });
      const read = seen.filter(({ phase }) => phase === "read");
      assert.ok(read.every(({ loaded }, at) => at === 0 || read[at - 1].loaded < loaded));
      return [...new Set(seen.map(({ phase }) => phase))];
    };
    assert.deepEqual(await phasesOf(new Blob([large])), ["upload"]);
    assert.deepEqual(await phasesOf(large), ["upload"]);
    assert.deepEqual(await phasesOf(new Blob([large]).stream()), ["read", "upload"]);
  });

  test("larger than a direct call may be is what it is for", async () => {
    const large = new Uint8Array(20_000_000);
    large.set(audio.subarray(0, 44));
    service.forget();
    await service.client().upload(new Blob([large]));
    assert.equal(service.requests[1].body.file.bytes, large.length);
  });

  test("many at once have names of their own", async () => {
    const urls = await Promise.all(Array.from({ length: 10 }, () => service.client().upload(audio)));
    assert.equal(new Set(urls).size, 10);
  });
});

describe("the address", () => {
  test("works in every request that names it, for the model that it was made for", async () => {
    const client = service.client();
    for (const model of [QWEN, FUN]) {
      const url = await client.upload(audio, { model });
      service.forget();
      const task = await client.submit(url, fault(AT_ONCE, { model }));
      assert.equal(service.requests[0].headers["x-dashscope-ossresourceresolve"], "enable");
      assert.equal((await task.result()).text, SPOKEN);
    }
    for (const [model, options] of [
      ["qwen3-asr-flash", {}],
      ["qwen3-asr-flash", { protocol: "openai" }],
      ["fun-asr-flash-2026-06-15", {}],
    ]) {
      const url = await client.upload(audio, { model });
      service.forget();
      assert.equal((await client.transcribe(url, { model, ...options })).text, SPOKEN);
      assert.equal((await client.stream(url, { model, ...options }).final()).text, SPOKEN);
      assert.ok(service.requests.every(({ headers }) => headers["x-dashscope-ossresourceresolve"] === "enable"));
    }
  });

  test("is nothing to another model", async () => {
    const url = await service.client().upload(audio, { model: FUN });
    const task = await service.client().submit(url, fault(AT_ONCE));
    const error = await errorOf(task.result());
    assert.equal(error.code, "bad_request");
  });
});

describe("when the store refuses", () => {
  test("an expired policy: a new one, a new name, and it goes through", async () => {
    service.forget();
    const switches = "policy-expired,fail-times=1,fault-key=expired-once";
    const url = await service.client({ maxRetries: 1 }).upload(audio, fault(switches));
    const [first, refused, second, taken] = service.requests;
    assert.deepEqual([first.path, second.path], [POLICY, POLICY]);
    assert.deepEqual([refused.status, taken.status], [403, 200]);
    assert.notEqual(refused.body.values.key, taken.body.values.key);
    assert.equal(url, `oss://${taken.body.values.key}`);
  });

  test("a stream is sent once", async () => {
    service.forget();
    const switches = "policy-expired,fail-times=1,fault-key=stream-once";
    const error = await errorOf(service.client().upload(new Blob([audio]).stream(), fault(switches)));
    assert.deepEqual([error.status, service.requests.length], [403, 2]);
  });

  test("its XML is read, with its code and the id of the request", async () => {
    const error = await errorOf(service.client().upload(audio, fault("policy-expired", { maxRetries: 0 })));
    assert.deepEqual([error.code, error.serviceCode, error.status], ["permission_denied", "AccessDenied", 403]);
    assert.match(error.message, /Policy expired/);
    assert.equal(typeof error.requestId, "string");
  });

  test("a failure that may pass is tried again with a policy of its own", async () => {
    service.forget();
    let forms = 0;
    const fetch = async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/" && forms++ === 0) request.headers.set("x-emulator-fault", "status=503,retry-after-ms=5");
      return globalThis.fetch(request);
    };
    await service.client({ fetch }).upload(audio);
    assert.deepEqual(
      service.requests.map(({ path, status }) => [path, status]),
      [
        [POLICY, 200],
        ["/", 503],
        [POLICY, 200],
        ["/", 200],
      ],
    );
  });

  test("a policy that allows less says how much, before anything is sent", async () => {
    const data = {
      policy: "p",
      signature: "s",
      upload_dir: "dashscope-instant/a",
      upload_host: "https://store.example",
      max_file_size_mb: 1,
      oss_access_key_id: "k",
      x_oss_object_acl: "private",
      x_oss_forbid_overwrite: "true",
    };
    const { fetch, sent } = scriptedFetch(() => ({ data }));
    const large = new Uint8Array(1_100_000);
    large.set(audio.subarray(0, 44));
    const error = await errorOf(new Transcriber({ apiKey: "sk-test", fetch }).upload(large));
    assert.deepEqual([error.code, sent.length], ["audio_too_large", 1]);
    assert.match(error.message, /1100000 bytes.*1048576/);
  });

  test("a wrong key is not tried again", async () => {
    service.forget();
    const error = await errorOf(service.client({ apiKey: "sk-invalid" }).upload(audio));
    assert.deepEqual([error.code, service.requests.length], ["authentication", 1]);
  });

  test("a signal ends it", async () => {
    service.forget();
    const error = await errorOf(
      service.client().upload(audio, fault("delay=2000", { signal: AbortSignal.timeout(50) })),
    );
    assert.deepEqual([error.code, service.requests.length], ["aborted", 1]);
  });
});

describe("refused before anything is sent", () => {
  for (const [name, input, options, code, field] of [
    ["an address", "https://example.com/a.wav", {}, "invalid_audio"],
    ["a data URL", dataUrl, {}, "invalid_audio"],
    ["nothing", new Blob([]), {}, "empty_audio"],
    ["HTML", new Blob(["<!doctype html><html>".padEnd(200)]), {}, "unsupported_format"],
    ["a model over WebSocket", audio, { model: "fun-asr-realtime" }, "invalid_option", "model"],
    ["an option that does not exist", audio, { name: "x.wav" }, "invalid_option", "name"],
  ]) {
    test(name, async () => {
      service.forget();
      const error = await errorOf(service.client().upload(input, options));
      assert.deepEqual([error.code, error.field, service.requests.length], [code, field, 0], error.message);
    });
  }
});
