// Why there is no microphone, said without a browser: options, runtimes, and what each failure of a device is called.
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import {
  listMicrophones,
  MicrophoneError,
  microphonePermission,
  openMicrophone,
  watchMicrophones,
} from "../../dist/microphone.js";

const failureOf = (options) =>
  openMicrophone(options).then(
    () => assert.fail("it was opened"),
    (error) => error,
  );

describe("options", () => {
  for (const [field, value, problem] of [
    ["sampelRate", 16_000, /^sampelRate: unknown; there are deviceId, .*, sampleRate, .*, workletURL$/],
    ["constructor", 1, /^constructor: unknown/],
    ["sampleRate", 7999, /^sampleRate: expected a whole number from 8000 to 48000$/],
    ["sampleRate", "16000", /^sampleRate: expected a whole number/],
    ["echoCancellation", "no", /^echoCancellation: expected true or false$/],
    ["deviceId", null, /^deviceId: expected text$/],
    ["onLevel", {}, /^onLevel: expected a function$/],
    ["signal", new AbortController(), /^signal: expected an AbortSignal; of an AbortController, pass its signal$/],
    ["stream", {}, /^stream: expected a MediaStream whose track of sound has not ended$/],
    ["workletURL", 5, /^workletURL: expected an address$/],
  ]) {
    test(`${field}: ${typeof value === "object" ? "an object" : value}`, async () => {
      const error = await failureOf({ [field]: value });
      assert.ok(error instanceof MicrophoneError);
      assert.deepEqual(
        [error.name, error.code, error.field, error.retryable],
        ["MicrophoneError", "invalid_option", field, false],
      );
      assert.match(error.message, problem);
    });
  }
});

test("what says how to open a device is refused where nothing is opened", async () => {
  const stream = { getAudioTracks: () => [{ readyState: "live" }] };
  const { field, message } = await failureOf({ stream, deviceId: undefined, noiseSuppression: false });
  assert.deepEqual([field, message], ["noiseSuppression", "noiseSuppression: not with stream, which is open already"]);
});

describe("where there is no microphone", () => {
  test("it is said, and nothing else breaks", async () => {
    const error = await failureOf({ sampleRate: 16_000, deviceId: undefined });
    assert.equal(error.code, "not_supported");
    assert.match(error.message, /takes a page, not a worker/);
    assert.deepEqual(await listMicrophones(), []);
    assert.equal((await microphonePermission()).state, "unknown");
    watchMicrophones(() => assert.fail("there are none"))();
  });

  test("who has cancelled is not asked for leave", async () => {
    const reason = new Error("the page was left");
    const error = await failureOf({ signal: AbortSignal.abort(reason) });
    assert.deepEqual([error.code, error.cause], ["aborted", reason]);
  });
});

describe("what a browser says", () => {
  const real = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  afterEach(() => {
    Object.defineProperty(globalThis, "navigator", real);
    delete globalThis.AudioWorkletNode;
    delete globalThis.AudioContext;
  });

  for (const [name, code, words, retryable] of [
    ["NotAllowedError", "microphone_denied", /not allowed: by the person .* allow="microphone"/, false],
    ["SecurityError", "microphone_denied", /switched off for this page/, false],
    ["NotFoundError", "microphone_not_found", /no microphone; plug one in/, false],
    ["OverconstrainedError", "microphone_not_found", /^deviceId: .*listMicrophones/, false],
    ["NotReadableError", "microphone_busy", /another program may have it/, true],
    ["AbortError", "microphone_busy", /the system gave no reason/, true],
    ["InvalidStateError", "not_supported", /not shown yet/, false],
    ["NotSupportedError", "not_supported", /cannot work on the sound/, false],
    ["constructor", "microphone_busy", /cannot be opened/, true],
  ]) {
    test(`${name} is ${code}`, async () => {
      const thrown = Object.assign(new Error("in the browser's words"), { name });
      let closed = 0;
      const getUserMedia = () => Promise.reject(thrown);
      Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: { getUserMedia } }, configurable: true });
      globalThis.AudioWorkletNode = class {};
      globalThis.AudioContext = class {
        state = "suspended";
        audioWorklet = { addModule: async () => {} };
        async close() {
          closed++;
        }
      };
      const error = await failureOf({});
      assert.deepEqual([error.code, error.retryable, error.cause], [code, retryable, thrown]);
      assert.match(error.message, words);
      assert.match(error.message, /\(in the browser's words\)$/);
      assert.equal(closed, 1, "nothing stays open");
    });
  }
});
