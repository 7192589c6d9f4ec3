// No request of ours follows a redirect: key, headers and audio go to the host that the caller chose, or nowhere.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { startRedirects } from "./redirects.mjs";
import { audio, errorOf } from "./service.mjs";
import { VERBS } from "./verbs.mjs";

const KEY = "sk-of-the-caller";
const SECRETS = /mallory|PASS|TOKEN|signature|sk-of/;

/** What callers give as `fetch`, beside nothing at all. */
const FETCHES = {
  "the runtime's fetch": undefined,
  "a fetch that hands the request on": (request) => fetch(request),
  "a fetch that copies the request": (request) => fetch(new Request(request, { headers: request.headers })),
};

for (const status of [300, 301, 302, 303, 307, 308]) {
  describe(`HTTP ${status}`, () => {
    let hosts;

    before(async () => {
      hosts = await startRedirects(status);
    });
    after(() => hosts.close());

    for (const [kind, fetch] of Object.entries(FETCHES)) {
      test(`${kind}: nothing arrives at the other host, which the error names`, async () => {
        const options = { apiKey: KEY, fetch, defaultHeaders: { "x-session": KEY } };
        const asr = new Transcriber({ ...options, baseURL: hosts.chosen });
        const stores = new Transcriber({ ...options, baseURL: `${hosts.chosen}/stores` });
        for (const [verb, ask] of Object.entries(VERBS)) {
          const error = await errorOf(ask(asr, stores, new Blob([audio])));
          assert.deepEqual([error.code, error.status, error.retryable], ["invalid_response", status, false], verb);
          assert.ok(error.message.includes(`a redirect to ${hosts.evilHost},`), `${verb}: ${error.message}`);
          assert.doesNotMatch(`${error.message} ${error.cause}`, SECRETS, verb);
        }
        assert.deepEqual(hosts.stolen, []);
      });
    }
  });
}

/** It makes a request of its own, and fetch follows; that cannot be prevented any more, but it is not taken for an answer. */
test("a fetch that follows all the same is told so", async () => {
  const hosts = await startRedirects(307);
  try {
    const following = async ({ url, method, headers }) => fetch(url, { method, headers });
    const asr = new Transcriber({ baseURL: hosts.chosen, fetch: following });
    const error = await errorOf(asr.task("t").status());
    assert.deepEqual([error.code, error.status], ["invalid_response", undefined]);
    assert.ok(error.message.includes(`a redirect to ${hosts.evilHost},`), error.message);
    assert.doesNotMatch(error.message, SECRETS);
  } finally {
    await hosts.close();
  }
});

describe("odd addresses", () => {
  for (const baseURL of ["https:///mallory:PASS@x", "https://mallory:PASS@x", "https://mallory:PASS", "/TOKEN"]) {
    test(`${baseURL} is refused, and not repeated`, async () => {
      const call = async () => new Transcriber({ baseURL, apiKey: KEY }).transcribe(audio);
      const error = await errorOf(call());
      assert.deepEqual([error.code, error.field], ["invalid_option", "baseURL"]);
      assert.doesNotMatch(`${error.message} ${error.cause} ${error.stack}`, /mallory|PASS@|PASS\/|TOKEN\//);
    });
  }

  test("the service gets no key in the clear", () => {
    const make = () => new Transcriber({ baseURL: "http://dashscope.aliyuncs.com", apiKey: KEY });
    assert.throws(make, { code: "invalid_option", field: "baseURL", message: /https:\/\/ only/ });
  });
});
