// Serves the demo site (page and edge function) in workerd, Cloudflare's own runtime, on this machine.
// Usage: node www/serve.mjs [--port 8787] [--host 127.0.0.1] [--upstream http://127.0.0.1:9090]
// The key comes from DASHSCOPE_API_KEY. An upstream on this machine is taken for the emulator and needs none.

import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { buildPage } from "./build.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** Any key of the right form satisfies the emulator. */
const EMULATOR_KEY = "sk-local-emulator";

/**
 * @param {object} [options]
 * @param {number} [options.port] 0 for any free port
 * @param {string} [options.host] address to listen on
 * @param {string} [options.upstream] DASHSCOPE_BASE_URL; without it the one in wrangler.jsonc
 * @param {string | null} [options.apiKey] DASHSCOPE_API_KEY; null for none
 * @param {Record<string, string>} [options.variables] further variables of the edge function
 * @param {boolean} [options.build] false when www/dist is already there
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function serve(options = {}) {
  if (options.build !== false) await buildPage();
  const { unstable_startWorker: startWorker } = await importWrangler();

  const worker = await startWorker({
    config: join(here, "wrangler.jsonc"),
    envFiles: [],
    bindings: asBindings(variablesOf(options)),
    dev: {
      server: { hostname: options.host ?? "127.0.0.1", port: options.port ?? 0 },
      inspector: false,
      liveReload: false,
      logLevel: "warn",
      persist: false,
      watch: false,
    },
  });
  await worker.ready;
  const url = new URL(await worker.url);
  return { url: url.origin, close: () => worker.dispose() };
}

/** Read at import time by wrangler: no telemetry, no look-up of this machine's place in the world, no chatter. */
async function importWrangler() {
  process.env.WRANGLER_SEND_METRICS ??= "false";
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  process.env.WRANGLER_LOG ??= "warn";
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 22)
    throw new Error(`wrangler needs Node 22 or newer and this is ${process.version}; npm scripts bring one.`);
  return import("wrangler");
}

function variablesOf({ upstream, apiKey, variables }) {
  const key =
    apiKey === undefined ? (process.env.DASHSCOPE_API_KEY ?? (isLocal(upstream) ? EMULATOR_KEY : null)) : apiKey;
  return {
    ...(upstream ? { DASHSCOPE_BASE_URL: upstream } : {}),
    ...(key ? { DASHSCOPE_API_KEY: key } : {}),
    // What wrangler.jsonc says is Cloudflare's limit, which does not hold on this machine.
    MAX_UPLOAD_BYTES: "",
    ...variables,
  };
}

function asBindings(variables) {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { type: "plain_text", value }]));
}

function isLocal(upstream) {
  return upstream !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(upstream).hostname);
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      host: { type: "string", default: "127.0.0.1" },
      upstream: { type: "string", default: process.env.DASHSCOPE_BASE_URL },
    },
  });
  const site = await serve({ port: Number(values.port), host: values.host, upstream: values.upstream });
  console.log(`demo site on ${site.url}`);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => site.close().finally(() => process.exit(0)));
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
