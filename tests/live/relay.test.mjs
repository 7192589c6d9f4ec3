// live() by way of the relay, and with a token that it gives out; and a relay that is killed in the middle of a word.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { eventually } from "../edge/upstream.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { startRelay } from "./relay-process.mjs";
import { listen, OPTIONS, SAID, SAMPLES, speak } from "./speaking.mjs";

describe("live through a relay", () => {
  /** @type {import("../emulator/server.mjs").Emulator} */
  let emulator;
  let relay;
  before(async () => {
    emulator = await startEmulator();
    relay = await startRelay({ upstream: emulator.url });
  });
  after(async () => {
    await relay?.kill();
    await emulator?.close();
  });
  const client = (apiKey = "ana") => new Transcriber({ baseURL: relay.url, apiKey });

  test("a relay that is killed and started again loses no words", async () => {
    const whole = client().live(OPTIONS);
    await speak(whole);
    const expected = await whole.finish();
    assert.ok(wordErrors(SAID, expected.text).rate < 0.12, expected.text);

    const live = client().live(OPTIONS);
    const { events, states } = listen(live);
    const half = 16 * 9_000;
    await speak(live, { samples: SAMPLES.subarray(0, half) });
    await relay.kill();
    const speaking = speak(live, { samples: SAMPLES.subarray(half) });
    relay = await startRelay({ upstream: emulator.url, port: relay.port });
    await speaking;
    const transcript = await live.finish();
    assert.equal(transcript.text, expected.text);
    for (const [index, { beginMs, endMs }] of transcript.segments.entries()) {
      const other = expected.segments[index];
      assert.ok(Math.abs(beginMs - other.beginMs) <= 50 && Math.abs(endMs - other.endMs) <= 50, `sentence ${index}`);
    }
    assert.ok(states().includes("reconnecting"), JSON.stringify(events));
  });

  test("the protocol of Qwen3-ASR, and what the operator is told of it", async () => {
    const live = client().live({ model: "qwen3-asr-flash-realtime", language: "en" });
    live.send(SAMPLES.subarray(0, 16 * 3_000));
    assert.ok((await live.finish()).text.length > 10);
    const told = await eventually("the operator is told", () =>
      relay.events().find(({ route }) => route === "live-session"),
    );
    assert.deepEqual([told.caller, told.model, told.status], ["ana", "qwen3-asr-flash-realtime", 101]);
    assert.ok(Math.abs(told.seconds - 3) < 0.001, String(told.seconds));
  });

  test("with a token the connection goes straight to the service", async () => {
    emulator.requests.length = 0;
    const live = client().live({ ...OPTIONS, tokenURL: `${relay.url}/token` });
    live.send(SAMPLES.subarray(0, 16 * 4_000));
    assert.ok((await live.finish()).text.length > 10);
    const opened = emulator.requests.find(({ path }) => path === "/api-ws/v1/inference");
    assert.match(opened?.headers.authorization ?? "", /^Bearer st-/);
  });

  test("whoever is not let in hears why, by either way", async () => {
    const own = { baseURL: relay.url, apiKey: "a-credential-of-bob" };
    for (const options of [OPTIONS, { ...OPTIONS, tokenURL: `${relay.url}/token` }]) {
      const live = new Transcriber(own).live(options);
      live.send(SAMPLES.subarray(0, 16_000));
      const error = await live.finish().then(
        () => assert.fail("it worked"),
        (thrown) => thrown,
      );
      assert.equal(error.code, "permission_denied", error.message);
      assert.match(error.message, /does not know you/);
      assert.ok(!`${error.message} ${error.stack}`.includes("a-credential-of-bob"));
    }
  });
});
