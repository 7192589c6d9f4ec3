// Ten live transcriptions at once over one client: each hears its own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { startEmulator } from "../emulator/server.mjs";
import { speak } from "./speaking.mjs";
import { saidBy, TEN } from "./ten.mjs";

/** @type {import("../emulator/server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(() => emulator.close());

test("ten at once, over both protocols, each with its own words", async () => {
  const asr = new Transcriber({ baseURL: emulator.url, apiKey: "sk-test" });
  const heard = await Promise.all(
    TEN.map(async ({ options, samples }) => {
      const live = asr.live(options);
      await speak(live, { samples });
      return saidBy((await live.finish()).text);
    }),
  );
  assert.deepEqual(
    heard,
    TEN.map(({ which }) => which),
  );
});
