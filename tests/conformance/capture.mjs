// What the official SDK sends, written to tests/fixtures/official_sdk/*.json: `node tests/conformance/capture.mjs`. The fixtures
// are the judge of what this package sends for the same inputs; capture.test.mjs checks that they are still what the SDK sends.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { officialSdkMissing, startOfficialSdk } from "./official-sdk.mjs";
import { scenarios } from "./scenarios.mjs";

export const FIXTURES = fileURLToPath(new URL("../fixtures/official_sdk/", import.meta.url));

/** Headers that mean something to the service. The SDK's others only describe the SDK and its machine. */
const MEANT =
  /^(authorization|accept|content-type|x-dashscope-(sse|async|ossresourceresolve|workspace|datainspection))$/;

/** @returns {Promise<Map<string, string>>} the text of each fixture, by scenario */
export async function capture() {
  const emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hello.") });
  const sdk = startOfficialSdk(emulator.url);
  const captured = new Map();
  try {
    for (const { name, call, arguments: callArguments } of scenarios) {
      emulator.requests.length = 0;
      // The answer does not matter: what example.com has to say is nothing, and the request was sent all the same.
      await sdk.call(call, callArguments);
      const requests = emulator.requests.map(describe);
      const fixture = { call, arguments: hideAudio(callArguments), requests };
      const text = `${JSON.stringify(fixture, null, 2)}\n`
        .replaceAll(emulator.url, "http://service")
        .replaceAll(jfk.path, "/tmp/jfk.wav");
      captured.set(name, text);
    }
  } finally {
    sdk.close();
    await emulator.close();
  }
  return captured;
}

/** @param {import("../emulator/request-log.mjs").LoggedRequest} request */
export function describe({ method, path, query, headers, body }) {
  const meant = Object.entries(headers).filter(([name]) => MEANT.test(name));
  return {
    method,
    path,
    ...(Object.keys(query).length > 0 && { query }),
    headers: Object.fromEntries(
      meant.map(([name, value]) => [name, String(value).replace(/boundary=.*/, "boundary=…")]).sort(),
    ),
    ...(body !== undefined && { body: JSON.parse(steady(JSON.stringify(body))) }),
  };
}

/** What differs each time (the upload's directory, policy and signature) or on each machine (Python's guess of the type). */
function steady(json) {
  return json
    .replace(/dashscope-instant\/[0-9a-f]{32}\/[0-9-]{10}\/[0-9a-f-]{36}/g, "dashscope-instant/…")
    .replace(/"(policy|Signature|x-oss-content-type)":"[^"]*"/g, '"$1":"…"');
}

function hideAudio(value) {
  return JSON.parse(
    JSON.stringify(value, (_, item) =>
      typeof item === "string" && item.startsWith("data:") ? "data:audio/wav;base64,(jfk.wav)" : item,
    ),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = officialSdkMissing();
  if (missing) {
    console.error(`capture: ${missing}`);
    process.exit(1);
  }
  const captured = await capture();
  mkdirSync(FIXTURES, { recursive: true });
  for (const name of readdirSync(FIXTURES)) if (name.endsWith(".json")) rmSync(FIXTURES + name);
  for (const [name, text] of captured) writeFileSync(`${FIXTURES}${name}.json`, text);
  console.log(`capture: ${captured.size} fixtures written to ${FIXTURES}`);
}
