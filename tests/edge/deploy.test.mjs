// What `wrangler deploy` would upload, short of uploading it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildPage } from "../../www/build.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = mkdtempSync(join(tmpdir(), "dashscope-asr-deploy-"));

after(() => rmSync(output, { recursive: true, force: true }));

test("the site can be deployed, and its worker is small and holds no key", async () => {
  await buildPage();
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const parameters = ["deploy", "--dry-run", "--config", join(root, "www", "wrangler.jsonc"), "--outdir", output];
  const env = { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", DASHSCOPE_API_KEY: "sk-not-for-the-bundle" };
  const words = execFileSync(process.execPath, [wrangler, ...parameters], { env, encoding: "utf8" });
  assert.match(words, /DASHSCOPE_RATE_LIMIT/);
  assert.match(words, /DASHSCOPE_QUERY_LIMIT/);
  // Mostly WebAssembly: the relay's policy, the client that its raw uploads go through, and what that could load: wrangler makes no chunks.
  const [, compressed] = /gzip: ([\d.]+) KiB/.exec(words);
  assert.ok(Number(compressed) < 565, `${compressed} KiB`);
  const worker = readFileSync(join(output, "worker.js"), "utf8");
  assert.ok(!worker.includes("sk-not-for"));
});
