// Who calls: whatever authorize may do, forged and foreign tokens and signatures, two callers, and callers that come too often.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GENERATION, SUBMIT, speech, task } from "../speech.mjs";
import { answersJson, RUNTIMES, staged } from "./stage.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const OWN = { output: { task_id: "0f3c-1", transcription_url: "https://results.example/a.json?x=1" } };

for (const runtime of RUNTIMES) {
  describe(runtime, () => {
    const stage = staged(runtime, { answer: answersJson(OWN) });

    const as = (name) => (name ? { authorization: `Bearer ${name}` } : {});
    const call = (relay, headers = {}) =>
      stage.send({ path: `/${relay}${GENERATION}`, headers: { ...JSON_TYPE, ...headers }, body: speech() });
    const ask = (relay, path, headers, method = "GET") => stage.send({ method, path: `/${relay}${path}`, headers });
    const tokenOf = async (query) => (await stage.send({ method: "GET", path: `/token?${query}` })).text;
    /** Submits a task: its id and the address of its result as this caller has them. */
    const submit = async (relay, headers) => {
      const sent = { headers: { ...JSON_TYPE, ...headers }, body: task() };
      const { status, json, text } = await stage.send({ path: `/${relay}${SUBMIT}`, ...sent });
      assert.equal(status, 200, text);
      stage.upstream.requests.length = 0;
      return { id: json.output.task_id, url: json.output.transcription_url };
    };

    describe("authorize", () => {
      for (const [name, relay, status] of [
        ["that throws is no yes", "throws", 500],
        ["that fails later is no yes", "rejects", 500],
        ["that gives nothing is no yes", "undefined", 403],
        ["that gives a word is no yes", "truthy", 403],
        ["that gives a caller without a name is no yes", "nameless", 403],
        ["that answers is answered with", "answers", 401],
        ["whose answer is none that can be sent", "error", 500],
        ["without a key behind it", "keyless", 401],
        ["with a key that would be two headers", "badkey", 401],
      ]) {
        test(name, async () => {
          const response = await call(relay);
          assert.equal(response.status, status, response.text);
          assert.doesNotMatch(response.text, /operator's own|sk-first/);
          stage.assertUntouched();
        });
      }

      test("that gives the same answer twice", async () => {
        const statuses = [(await call("again")).status, (await call("again")).status];
        assert.equal(statuses[0], 418);
        assert.ok([418, 500].includes(statuses[1]), String(statuses));
        stage.assertUntouched();
      });

      test("that takes its time, and is then fine", async () => {
        assert.equal((await call("later")).status, 200);
      });
    });

    test("an onEvent that throws, at once or later, is nobody's trouble but the operator's", async () => {
      for (const relay of ["event", "eventlater", "event", "eventlater"]) {
        const response = await call(relay);
        assert.equal(response.status, 200);
        assert.doesNotMatch(response.text, /trouble/);
      }
    });

    test("what the operator is told has no audio, text, key or credential in it", async () => {
      stage.upstreamAnswers(answersJson({ output: { text: "what was said" }, usage: { seconds: 3 } }));
      await call("told", as("ana"));
      await stage.send({ path: `/told${GENERATION}`, headers: { ...JSON_TYPE, ...as("ana") }, body: "{}" });
      const { text, json } = await stage.send({ method: "GET", path: "/events" });
      assert.deepEqual(
        json.map(({ caller, model, status, seconds }) => [caller, model, status, seconds]),
        [
          ["ana", "qwen3-asr-flash", 200, 3],
          ["ana", undefined, 400, undefined],
        ],
      );
      assert.doesNotMatch(text, /UklGR|what was said|Bearer|sk-/);
    });

    describe("page tokens", () => {
      const good = () => tokenOf("caller=ana");

      test("let in whom they were made for, and only where they are asked for", async () => {
        const token = await good();
        assert.equal((await call("tokens", as(token))).status, 200);
        assert.equal((await call("both", as(token))).status, 200);
        assert.equal((await call("both", as("ana"))).status, 200);
        assert.equal((await call("named", as(token))).status, 403);
      });

      for (const [name, made] of [
        ["none", async () => ""],
        ["one that has expired", () => tokenOf("caller=ana&ago=61")],
        ["one of another secret", () => tokenOf(`caller=ana&secret=${"b".repeat(40)}`)],
        ["one that is cut off", async () => (await good()).slice(0, -1)],
        ["one with a letter more", async () => `${await good()}A`],
        ["one whose caller was changed", async () => changed(await good(), { caller: "bob", expires: 4e9 })],
        ["one that never expires", async () => changed(await good(), { caller: "ana", expires: 1e300 })],
        ["one without a signature", async () => `${(await good()).split(".").slice(0, 2).join(".")}.`],
        ["one whose signature is another's", async () => withSignature(await good(), await tokenOf("caller=bob"))],
        ["the signature of a task", async () => withSignature(await good(), (await submit("named", as("ana"))).id)],
        ["no JSON", async () => `dsp1.${Buffer.from("{").toString("base64url")}.${"A".repeat(43)}`],
        ["the key's own form", async () => "sk-0000"],
      ]) {
        test(`${name} is refused`, async () => {
          const token = await made();
          stage.upstream.requests.length = 0;
          for (const relay of ["tokens", "both"]) {
            const { status, text } = await call(relay, as(token));
            assert.ok([401, 403].includes(status), `${relay}: ${status} ${text}`);
          }
          stage.assertUntouched();
        });
      }
    });

    describe("another's task", () => {
      test("can be asked for, cancelled and read by its caller", async () => {
        const { id, url } = await submit("named", as("ana"));
        assert.equal((await ask("named", `/api/v1/tasks/${id}`, as("ana"))).status, 200);
        assert.equal((await ask("named", `/api/v1/tasks/${id}/cancel`, as("ana"), "POST")).status, 200);
        assert.deepEqual(
          stage.upstream.requests.map(({ url }) => url),
          ["/api/v1/tasks/0f3c-1", "/api/v1/tasks/0f3c-1/cancel"],
        );
        assert.match(url, /^https:\/\/results\.example\/a\.json\?x=1#[\w-]{43}$/);
      });

      for (const [name, change] of [
        ["by its plain id", () => ({ id: "0f3c-1", url: "https://results.example/a.json?x=1" })],
        ["by somebody else", (own) => own],
        ["by the signature of an address", ({ id, url }) => ({ id: swap(id, url), url: swap(url, id) })],
        ["by a signature that is cut off", ({ id, url }) => ({ id: id.slice(0, -1), url: url.slice(0, -1) })],
        [
          "by a signature of zeros",
          ({ id, url }) => ({ id: swap(id, "A".repeat(43)), url: swap(url, "A".repeat(43)) }),
        ],
        [
          "by the id of another and its own signature",
          ({ id, url }) => ({ id: `x${id}`, url: url.replace("a.json", "b.json") }),
        ],
        ["by an address with more behind it", ({ id, url }) => ({ id: `${id}.x`, url: `${url}#x` })],
      ]) {
        test(`${name} is nobody's`, async () => {
          const { id, url } = change(await submit("named", as("ana")));
          for (const caller of name.startsWith("by somebody") ? ["bob"] : ["ana", "bob"]) {
            const question = await ask("named", `/api/v1/tasks/${id}`, as(caller));
            const cancelled = await ask("named", `/api/v1/tasks/${id}/cancel`, as(caller), "POST");
            const result = await ask("named", `/result?url=${encodeURIComponent(url)}`, as(caller));
            assert.deepEqual([question.status, cancelled.status, result.status], [404, 404, 403]);
          }
          stage.assertUntouched();
        });
      }

      test("is not the same at a relay whose secret is another", async () => {
        const { id } = await submit("both", as("ana"));
        assert.equal((await ask("named", `/api/v1/tasks/${id}`, as("ana"))).status, 404);
        stage.assertUntouched();
      });

      test("is no secret where the operator has said so, and only there", async () => {
        assert.equal((await ask("mine", "/api/v1/tasks/0f3c-1")).status, 200);
        assert.equal((await ask("mine", "/api/v1/tasks/?api_key_id=7&page_no=1")).status, 200);
        assert.equal(stage.upstream.requests.at(-1).url, "/api/v1/tasks/?page_no=1");
        assert.equal((await ask("open", "/api/v1/tasks/")).status, 403);
      });
    });

    describe("callers that come too often", () => {
      const many = async (addresses) => {
        const statuses = [];
        for (const address of addresses) statuses.push((await call("few", { "x-test-address": address })).status);
        return statuses.filter((status) => status === 200).length;
      };

      test("by one address", async () => {
        assert.equal(await many(Array(20).fill("203.0.113.7")), 3);
        const { status, headers, json } = await call("few", { "x-test-address": "203.0.113.7" });
        assert.deepEqual([status, json.code], [429, "Throttling.RateQuota"]);
        assert.ok(Number(headers.get("retry-after")) >= 1);
        assert.equal(await many(["203.0.113.8"]), 1, "somebody else is not held up");
      });

      test("by 70 addresses of one IPv6 network", async () => {
        assert.equal(await many(Array.from({ length: 70 }, (_, at) => `2001:db8:1:2::${at.toString(16)}`)), 3);
        assert.equal(await many(["2001:db8:1:3::1"]), 1);
      });

      test("by addresses that are none", async () => {
        assert.equal(await many(Array.from({ length: 20 }, (_, at) => `1.2.3.4, 5.6.7.${at}`)), 3);
      });

      test("by cancelling, which is no free question", async () => {
        const headers = { "x-test-address": "203.0.113.9" };
        const statuses = [];
        for (let at = 0; at < 6; at += 1)
          statuses.push((await ask("few", "/api/v1/tasks/x/cancel", headers, "POST")).status);
        assert.deepEqual(statuses, [404, 404, 404, 429, 429, 429]);
      });
    });

    test("headers by which callers make up an address", async () => {
      const statuses = [];
      for (let at = 0; at < 8; at += 1) {
        const address = `198.51.100.${at}`;
        const made = { "cf-connecting-ip": address, "x-forwarded-for": address, "x-real-ip": address };
        statuses.push((await call("counted", made)).status);
      }
      assert.deepEqual(statuses, [200, 200, 200, 429, 429, 429, 429, 429]);
    });
  });
}

/** The same token with other words and the old signature. */
function changed(token, words) {
  const [prefix, , signature] = token.split(".");
  return `${prefix}.${Buffer.from(JSON.stringify(words)).toString("base64url")}.${signature}`;
}

const withSignature = (token, other) => token.slice(0, -43) + other.slice(-43);
const swap = (name, other) => name.slice(0, -43) + other.slice(-43);
