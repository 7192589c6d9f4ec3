// What a relay tells of itself: to those who may call, and to nobody else.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RUNTIMES, staged } from "./stage.mjs";

const ANA = { authorization: "Bearer ana" };

for (const runtime of RUNTIMES) {
  describe(runtime, () => {
    const stage = staged(runtime);
    const ask = (relay, headers = {}, more = {}) =>
      stage.send({ method: "GET", path: `/${relay}/capabilities`, headers, ...more });

    test("what is set is told, and what is not set is what holds", async () => {
      const told = await ask("small");
      assert.equal(told.status, 200);
      assert.equal(told.headers.get("content-type"), "application/json");
      assert.equal(told.headers.get("cache-control"), "no-store");
      assert.equal(told.headers.get("x-content-type-options"), "nosniff");
      assert.match(told.headers.get("x-request-id"), /^[\w-]+$/);
      assert.deepEqual(told.json, {
        models: null,
        limits: { bytes: 100_000, uploadBytes: 100_000, seconds: 30, perMinute: 100_000 },
        ...{ tasks: true, uploads: true, live: true },
      });
      const { limits } = (await ask("open")).json;
      assert.deepEqual([limits.bytes, limits.uploadBytes, limits.seconds], [28_200_000, 2 ** 30 + 16_384, null]);
      assert.deepEqual((await ask("one")).json.models, ["my-own-model"]);
      stage.assertUntouched();
    });

    test("pages of named origins may read it", async () => {
      const { status, headers } = await ask("pages", { origin: "https://app.example" });
      assert.deepEqual([status, headers.get("access-control-allow-origin")], [200, "https://app.example"]);
    });

    test("it costs a tenth of a call, like all questions", async () => {
      const address = { "x-test-address": `198.51.100.${runtime === "node" ? 7 : 8}` };
      const statuses = [];
      for (let count = 0; count < 31; count += 1) statuses.push((await ask("few", address)).status);
      assert.deepEqual([statuses.indexOf(429), statuses.filter((status) => status === 200).length], [30, 30]);
    });

    describe("is told to nobody", () => {
      for (const [name, relay, headers, status] of [
        ["without a credential", "named", {}, 403],
        ["with another's", "named", { authorization: "Bearer eve" }, 403],
        ["without a page token", "tokens", {}, 401],
        ["with a forged page token", "tokens", { authorization: "Bearer dsp1.e30.AAAA" }, 401],
        ["by a relay without a policy", "closed", {}, 403],
        ["of a foreign origin", "pages", { origin: "https://evil.example" }, 403],
        ["of a foreign origin with a credential", "stranger", { ...ANA, origin: "https://evil.example" }, 403],
        ["of no origin that can be named", "pages", { origin: "null" }, 403],
        ["of a foreign site that hides its origin", "pages", { "sec-fetch-site": "cross-site" }, 403],
      ]) {
        test(name, async () => {
          const response = await ask(relay, headers);
          assert.equal(response.status, status, response.text);
          assert.doesNotMatch(response.text, /perMinute|uploadBytes/);
          assert.equal(response.headers.get("access-control-allow-origin"), null);
          stage.assertUntouched();
        });
      }

      test("by another method or path", async () => {
        assert.equal((await ask("open", { "content-length": "0" }, { method: "POST" })).status, 405);
        for (const path of ["/open/capabilities/", "/open//capabilities", "/capabilities", "/open/Capabilities"]) {
          const { status } = await stage.send({ method: "GET", path });
          assert.ok([404, 599].includes(status), `${path}: ${status}`);
        }
      });
    });
  });
}
