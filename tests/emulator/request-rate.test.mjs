// An account that may not ask as often as it likes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { createRequestRate } from "./request-rate.mjs";
import { startEmulator } from "./server.mjs";
import { CHAT, chatBody, GENERATION, generationBody, send } from "./test-client.mjs";

test("model calls behind both doors are counted together, and what is one too many is refused in the service's words", async () => {
  const emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello."), requestsPerMinute: 2 });
  try {
    assert.equal((await send(emulator.url + GENERATION, { body: generationBody(), key: "sk-invalid" })).status, 401);
    assert.equal((await send(emulator.url + GENERATION, { body: generationBody() })).status, 200);
    assert.equal((await send(emulator.url + CHAT, { body: chatBody() })).status, 200);
    const refused = await send(emulator.url + GENERATION, { body: generationBody() });
    assert.deepEqual([refused.status, refused.json().code], [429, "Throttling.RateQuota"]);
    const other = await send(`${emulator.url}/api/v1/uploads?action=getPolicy&model=qwen3-asr-flash`);
    assert.equal(other.status, 200, "which is no model call");
  } finally {
    await emulator.close();
  }
});

test("any sixty seconds count, and what was refused does not", () => {
  const rate = createRequestRate(2);
  const begin = (now) => rate.begin("POST", GENERATION, now);
  begin(0);
  begin(59_000);
  assert.throws(() => begin(59_999));
  begin(60_000);
  assert.throws(() => begin(118_999));
  begin(119_000);
});
