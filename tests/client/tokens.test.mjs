// Keys for one caller and a short time.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { inspect } from "node:util";
import { audio, errorOf, fault, SPOKEN, startService } from "./service.mjs";

let service;

before(async () => {
  service = await startService();
});
after(() => service.close());
beforeEach(() => service.forget());

test("a token does what the key does, until it ends", async () => {
  const { token, expiresAt } = await service.client().createToken({ expireInSeconds: 2 });
  assert.match(token, /^st-/);
  const left = expiresAt - Date.now() / 1000;
  assert.ok(left > -1 && left < 3, `${left}`);
  const [{ method, path, query, bodyBytes }] = service.requests;
  assert.deepEqual([method, path, query, bodyBytes], ["POST", "/api/v1/tokens", { expire_in_seconds: "2" }, 0]);
  const short = service.client({ apiKey: token });
  assert.equal((await short.transcribe(audio)).text, SPOKEN);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  assert.equal((await errorOf(short.transcribe(audio))).code, "authentication");
});

test("a minute where nothing is said, half an hour at most", async () => {
  const minute = await service.client().createToken();
  assert.ok(Math.abs(minute.expiresAt - Date.now() / 1000 - 60) < 5);
  assert.deepEqual(service.requests[0].query, {});
  const longest = await service.client().createToken({ expireInSeconds: 1800 });
  assert.ok(Math.abs(longest.expiresAt - Date.now() / 1000 - 1800) < 5);
});

test("a key that is asked for each time can be such a token", async () => {
  const owner = service.client();
  const asr = service.client({ apiKey: async () => (await owner.createToken({ expireInSeconds: 30 })).token });
  assert.equal((await asr.transcribe(audio)).text, SPOKEN);
  assert.equal((await asr.stream(audio).final()).text, SPOKEN);
  assert.equal(service.requests.filter(({ path }) => path === "/api/v1/tokens").length, 2);
});

for (const [given, field] of [
  [{ expireInSeconds: 0 }, "expireInSeconds"],
  [{ expireInSeconds: 1801 }, "expireInSeconds"],
  [{ expireInSeconds: 1.5 }, "expireInSeconds"],
  [{ expireInSeconds: -5 }, "expireInSeconds"],
  [{ expireInSeconds: "60" }, "expireInSeconds"],
  [{ expireInSeconds: Number.NaN }, "expireInSeconds"],
  [{ expiresIn: 60 }, "expiresIn"],
]) {
  test(`refused before anything is sent: ${inspect(given)}`, async () => {
    const error = await errorOf(service.client().createToken(given));
    assert.deepEqual([error.code, error.field, service.requests.length], ["invalid_option", field, 0]);
  });
}

test("failures that may pass are tried again, others are not; the key is in no message", async () => {
  const passing = fault("status=503,retry-after-ms=5,fail-times=1,fault-key=token");
  assert.match((await service.client().createToken(passing)).token, /^st-/);
  assert.equal(service.requests.length, 2);
  const error = await errorOf(service.client({ apiKey: "sk-invalid-secret" }).createToken());
  assert.deepEqual([error.code, service.requests.length], ["authentication", 3]);
  assert.ok(!inspect(error).includes("secret"));
});
