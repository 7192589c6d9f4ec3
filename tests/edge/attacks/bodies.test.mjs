// What a request says: attacks.mjs' table of bodies, in workerd and in Node.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GENERATION, speech, speechOf } from "../speech.mjs";
import { BODIES } from "./bodies.mjs";
import { answersJson, RUNTIMES, staged } from "./stage.mjs";

for (const runtime of RUNTIMES) {
  describe(runtime, () => {
    const stage = staged(runtime, { answer: answersJson({ output: {} }) });

    const post = (body, { path = GENERATION, relay = "open", type = "application/json", ...more } = {}) =>
      stage.send({ path: `/${relay}${path}`, headers: { "content-type": type, ...more.headers }, body });

    for (const [name, body, status, path] of BODIES) {
      test(name, async () => {
        const response = await post(body, { path });
        assert.equal(response.status, status, response.text);
        assert.match(response.json.message, /\S+ \S+ \S+/);
        assert.ok(response.text.length < 4000, "a refusal does not repeat what was sent");
        stage.assertUntouched();
      });
    }

    test("a request that is wrong at its end only, when most of it is on its way", async () => {
      for (const more of [',"model":"qwen-max"}', ',"mod\\u0065l":"qwen-max"}', '}{"model":"qwen-max"}', "", "}x"]) {
        const response = await post(speechOf(400_000).replace(/\}$/, more));
        assert.equal(response.status, 400, response.text);
        stage.assertUntouched();
      }
    });

    test("audio that turns out to be none, when most of it is on its way", async () => {
      const response = await post(speechOf(400_000).replace("UklGRiQAAABXQVZF", "iVBORw0KGgoAAAAN"));
      assert.equal(response.status, 415, response.text);
      stage.assertUntouched();
    });

    test("a recording that is longer than the site takes", async () => {
      // 16 bit at 1000 Hz: 40 seconds are 80,000 bytes.
      const head = Buffer.alloc(44);
      head.write("RIFF\xff\xff\xff\0WAVEfmt \x10\0\0\0\x01\0\x01\0\xe8\x03\0\0\xd0\x07\0\0\x02\0\x10\0data", "latin1");
      for (const [seconds, status] of [
        [20, 200],
        [36, 413],
      ]) {
        head.writeUInt32LE(seconds * 2000, 40);
        const audio = Buffer.concat([head, Buffer.alloc(seconds * 2000, 7)]);
        const response = await post(speech({ audio: `data:audio/wav;base64,${audio.toString("base64")}` }), {
          relay: "small",
        });
        assert.equal(response.status, status, response.text);
      }
    });

    test("types that another site's page may send without asking", async () => {
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "",
        "*/*",
      ]) {
        assert.equal((await post(speech(), { type })).status, 415, type);
      }
      assert.equal((await post(speech(), { headers: { "content-type": null } })).status, 415);
      stage.assertUntouched();
    });

    test("an encoding that the service would read another request in", async () => {
      for (const headers of [{ "content-type": "application/json; charset=utf-7" }, { "content-encoding": "gzip" }]) {
        assert.equal((await post(speech(), { headers })).status, 200);
        const { headers: seen } = stage.upstream.requests.at(-1);
        assert.deepEqual([seen["content-type"], seen["content-encoding"]], ["application/json", undefined]);
      }
    });

    test("a model off the operator's list, though it is for speech", async () => {
      assert.equal((await post(speech(), { relay: "one" })).status, 403);
      stage.assertUntouched();
      assert.equal((await post(speech({ model: "my-own-model" }), { relay: "one" })).status, 200);
    });

    test("after all of these it works as before", async () => {
      assert.equal((await post(speech())).status, 200);
      assert.equal(Buffer.concat(stage.upstream.requests[0].pieces).toString(), speech());
      assert.equal(stage.upstream.requests[0].headers.authorization.startsWith("Bearer sk-"), true);
      assert.doesNotMatch(stage.log(), /relay failed|RuntimeError|panicked/);
    });
  });
}
