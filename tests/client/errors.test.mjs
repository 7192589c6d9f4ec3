// Every refusal of the service ends in the class and code it means, however it was packed, whichever API, streamed or not.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as everything from "../../dist/index.js";
import { audio, errorOf, fault, PROTOCOLS, startService, WAYS } from "./service.mjs";

const { isAsrError, AsrError, ...exported } = everything;
const classes = new Map(Object.entries(exported));
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Service code → class, code, status, retryable. */
const REFUSALS = [
  ["InvalidApiKey", "AuthenticationError", "authentication", 401, false],
  ["Arrearage", "BillingError", "billing", 400, false],
  ["PostpaidBillOverdue", "BillingError", "billing", 429, false],
  ["CommodityNotPurchased", "BillingError", "billing", 429, false],
  ["AccessDenied", "PermissionDeniedError", "permission_denied", 403, false],
  ["AccessDenied.Unpurchased", "PermissionDeniedError", "permission_denied", 403, false],
  ["Model.AccessDenied", "PermissionDeniedError", "permission_denied", 403, false],
  ["Workspace.AccessDenied", "PermissionDeniedError", "permission_denied", 403, false],
  ["AllocationQuota.FreeTierOnly", "PermissionDeniedError", "permission_denied", 403, false],
  ["ModelNotFound", "NotFoundError", "not_found", 404, false],
  ["WorkSpaceNotFound", "NotFoundError", "not_found", 404, false],
  ["Throttling", "RateLimitError", "rate_limit", 429, true],
  ["Throttling.RateQuota", "RateLimitError", "rate_limit", 429, true],
  ["Throttling.BurstRate", "RateLimitError", "rate_limit", 429, true],
  ["Throttling.AllocationQuota", "RateLimitError", "rate_limit", 429, true],
  ["LimitRequests", "RateLimitError", "rate_limit", 429, true],
  ["DataInspectionFailed", "ContentFilterError", "content_filtered", 400, false],
  ["InvalidParameter", "BadRequestError", "bad_request", 400, false],
  ["BadRequest.IllegalInput", "BadRequestError", "bad_request", 400, false],
  ["AUDIO_DURATION_TOO_LONG", "InvalidAudioError", "audio_too_long", 400, false],
  ["Conflict", "ConflictError", "conflict", 409, true],
  ["InternalError", "ServerError", "server_error", 500, true],
  ["InternalError.Algo", "ServerError", "server_error", 500, true],
  ["SystemError", "ServerError", "server_error", 500, true],
  ["ServiceUnavailable", "ServerError", "server_error", 503, true],
  ["ModelUnavailable", "ServerError", "server_error", 503, true],
  ["RequestTimeOut", "TimeoutError", "timeout", 500, true],
];

/** How a refusal can be packed: with its status, as events with its status, as an event inside 200, as JSON inside 200. */
const PACKINGS = ["", "sse-on-error", "error-in-200", "json-error-in-200"];

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());

describe("refusals by code", () => {
  for (const [protocol] of PROTOCOLS) {
    for (const [way, ask] of Object.entries(WAYS)) {
      for (const packing of PACKINGS) {
        test(`${protocol}, ${way}, ${packing || "plain"}`, async () => {
          const client = service.client({ protocol, maxRetries: 0 });
          for (const [serviceCode, className, code, status, retryable] of REFUSALS) {
            const error = await errorOf(ask(client, audio, fault(`code=${serviceCode},${packing}`)));
            assert.ok(error instanceof classes.get(className), `${serviceCode}: ${error.name} ${error.message}`);
            assert.ok(error instanceof AsrError && error instanceof Error && isAsrError(error));
            assert.deepEqual([error.name, error.code, error.retryable], [className, code, retryable], serviceCode);
            // JSON inside 200 says nothing about a status: it is a refusal, whatever the line said.
            if (packing === "json-error-in-200") assert.ok(error.status >= 400, `${serviceCode}: ${error.status}`);
            else assert.equal(error.status, status, serviceCode);
            assert.match(error.requestId, UUID, serviceCode);
            assert.ok(error.message.length > 20 && !error.message.includes("undefined"), error.message);
            if (protocol === "dashscope") assert.equal(error.serviceCode, serviceCode);
          }
        });
      }
    }
  }
});

describe("refusals by status alone", () => {
  for (const [protocol] of PROTOCOLS) {
    for (const [way, ask] of Object.entries(WAYS)) {
      for (const packing of ["", "sse-on-error", "error-in-200"]) {
        test(`${protocol}, ${way}, ${packing || "plain"}: a code nobody knows`, async () => {
          const client = service.client({ protocol, maxRetries: 0 });
          for (const [status, code] of [
            [400, "bad_request"],
            [401, "authentication"],
            [403, "permission_denied"],
            [404, "not_found"],
            [408, "timeout"],
            [409, "conflict"],
            [413, "audio_too_large"],
            [418, "bad_request"],
            [429, "rate_limit"],
            [500, "server_error"],
            [502, "server_error"],
            [504, "server_error"],
            [599, "server_error"],
          ]) {
            const switches = `status=${status},code=Unheard.Of,message=words%20of%202031,${packing}`;
            const error = await errorOf(ask(client, audio, fault(switches)));
            assert.deepEqual([error.code, error.status], [code, status], `${status}: ${error.message}`);
            assert.match(error.message, /words of 2031/);
            assert.equal(error.serviceCode, "Unheard.Of");
          }
        });
      }
    }
  }

  test("a gateway's page of HTML", async () => {
    for (const [protocol] of PROTOCOLS) {
      for (const ask of Object.values(WAYS)) {
        const error = await errorOf(ask(service.client({ protocol, maxRetries: 0 }), audio, fault("html-error")));
        assert.deepEqual([error.name, error.status, error.retryable], ["ServerError", 502, true]);
        assert.ok(!error.message.includes("<"), error.message);
      }
    }
  });
});

describe("refusals in the middle of a stream", () => {
  // Slowly, so that the text comes in pieces of its own: text that arrives together with the refusal is not delivered.
  let slowly;
  before(async () => {
    slowly = await startService({ pauseMs: 3 });
  });
  after(() => slowly.close());

  for (const [protocol] of PROTOCOLS) {
    test(`${protocol}: the class of the refusal, and the text so far`, async () => {
      for (const [serviceCode, className, code, status, retryable] of REFUSALS) {
        const stream = slowly.client({ protocol }).stream(audio, fault(`error-mid=3,code=${serviceCode}`));
        let text = "";
        const error = await errorOf(
          (async () => {
            for await (const event of stream) if (event.type === "delta") text += event.delta;
          })(),
        );
        assert.ok(error instanceof classes.get(className), `${serviceCode}: ${error.name} ${error.message}`);
        assert.deepEqual([error.code, error.status, error.retryable], [code, status, retryable], serviceCode);
        assert.equal(error.partialText, "Ask not,");
        assert.equal(text, error.partialText, "what was delivered is what partialText says");
        assert.equal(stream.text, text);
        assert.equal(await errorOf(stream.final()), error, "final() fails with the very same error");
      }
    });
  }
});

describe("answers that are none", () => {
  for (const [protocol, path] of PROTOCOLS) {
    for (const [way, ask] of Object.entries(WAYS)) {
      test(`${protocol}, ${way}`, async () => {
        for (const [body, type, code] of [
          ["", "application/json", way === "stream" ? "stream_interrupted" : "invalid_response"],
          ["<html>login</html>", "text/html", "invalid_response"],
          ["{}", "application/json", "invalid_response"],
          ["[1]", "application/json", "invalid_response"],
          ["null", "application/json", "invalid_response"],
          ["Hello, it works", "text/plain", "invalid_response"],
          ['{"output":{"choices":[]},"choices":[]}', "application/json", "invalid_response"],
          ["data: not json\n\n", "text/event-stream", "invalid_response"],
        ]) {
          const seen = [];
          const fetch = async (request) => {
            seen.push(new URL(request.url).pathname);
            return new Response(body, { headers: { "content-type": type, "x-request-id": "the-header" } });
          };
          const client = service.client({ protocol, fetch, maxRetries: 0 });
          const error = await errorOf(ask(client, audio));
          assert.equal(error.code, code, `${JSON.stringify(body)}: ${error.message}`);
          assert.equal(error.requestId, "the-header", JSON.stringify(body));
          assert.deepEqual(seen, [path]);
        }
      });
    }
  }
});

test("errors survive structured logging: the facts are own, enumerable, and JSON", async () => {
  const error = await errorOf(service.client().transcribe(audio, fault("code=Arrearage")));
  const { name, message, code, status, serviceCode, requestId, retryable } = error;
  assert.deepEqual(
    { name, code, status, serviceCode, retryable },
    { name: "BillingError", code: "billing", status: 400, serviceCode: "Arrearage", retryable: false },
  );
  const logged = JSON.parse(JSON.stringify(error));
  assert.deepEqual([logged.code, logged.status, logged.requestId], [code, status, requestId]);
  assert.match(String(error), /^BillingError: /);
  assert.ok(error.stack.includes(message));
});

test("only an error with a code of ours is an error of this package", () => {
  for (const code of ["constructor", "toString", "__proto__", "hasOwnProperty", "", undefined, 5, Symbol.iterator]) {
    assert.equal(isAsrError(Object.assign(new Error("x"), { code, retryable: true })), false, String(code));
  }
  // Of another copy of the package.
  assert.equal(isAsrError(Object.assign(new Error("x"), { code: "timeout", retryable: true })), true);
  assert.equal(isAsrError(Object.assign(new Error("x"), { code: "timeout" })), false);
  assert.equal(isAsrError({ code: "timeout", retryable: true }), false);
});
