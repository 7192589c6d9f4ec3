// The captured fixtures are what the official SDK sends today.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { capture, FIXTURES } from "./capture.mjs";
import { officialSdkMissing } from "./official-sdk.mjs";

test("the SDK still sends what is in tests/fixtures/official_sdk (else: node tests/conformance/capture.mjs)", {
  skip: officialSdkMissing(),
}, async () => {
  const captured = await capture();
  const kept = readdirSync(FIXTURES).filter((name) => name.endsWith(".json"));
  assert.deepEqual(kept.sort(), [...captured.keys()].map((name) => `${name}.json`).sort());
  for (const [name, text] of captured) assert.equal(readFileSync(`${FIXTURES}${name}.json`, "utf8"), text, name);
});
