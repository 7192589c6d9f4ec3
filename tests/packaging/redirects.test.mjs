// No request follows a redirect, in any of the runtimes: each has a fetch of its own, and habits of its own with
// `redirect: "manual"`.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { inProject } from "../../scripts/build/paths.mjs";
import { startRedirects } from "../client/redirects.mjs";
import { createProject } from "./packed.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { recording } from "./service.mjs";

const run = promisify(execFile);

const MAIN = `
import { Transcriber } from "dashscope-asr";
import { readFileSync } from "node:fs";
import process from "node:process";
import { VERBS } from "./verbs.js";

const [chosen, recording] = process.argv.slice(2);
const audio = new Blob([readFileSync(recording)]);
const found = {};
for (const [kind, fetch] of [["own", undefined], ["given", (request) => globalThis.fetch(request)]]) {
  const options = { apiKey: "sk-of-the-caller", defaultHeaders: { "x-session": "sk-of-the-session" }, fetch };
  const asr = new Transcriber({ ...options, baseURL: chosen });
  const stores = new Transcriber({ ...options, baseURL: chosen + "/stores" });
  for (const [verb, ask] of Object.entries(VERBS)) {
    found[kind + ": " + verb] = await ask(asr, stores, audio).then(
      () => ({}),
      ({ code, status, message }) => ({ code, status, message }),
    );
  }
}
console.log(JSON.stringify(found));
`;

const FLAGS = { Deno: ["run", "--allow-read", "--allow-net", "--allow-env"], Bun: ["run"] };

let redirects;
let folder;

before(async () => {
  redirects = await startRedirects(307);
  const verbs = readFileSync(inProject("tests", "client", "verbs.mjs"), "utf8");
  folder = await createProject("redirects", { "main.js": MAIN, "verbs.js": verbs });
});
after(() => redirects?.close());

for (const [name, { program, missing }] of Object.entries(RUNTIMES)) {
  test(name, { skip: missing }, async () => {
    const more = [join(folder, "main.js"), redirects.chosen, recording.path];
    const { stdout } = await run(program, [...(FLAGS[name] ?? []), ...more], { cwd: folder, timeout: 120_000 });
    for (const [verb, { code, status, message }] of Object.entries(JSON.parse(stdout))) {
      assert.deepEqual([code, status], ["invalid_response", 307], `${verb}: ${message}`);
      assert.ok(message.includes(`a redirect to ${redirects.evilHost},`), `${verb}: ${message}`);
    }
    assert.deepEqual(redirects.stolen, []);
  });
}
