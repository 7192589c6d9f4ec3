// The emulator as a module: `const emulator = await startEmulator({ port: 0 }); emulator.url; await emulator.close();`
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createAccount } from "./account.mjs";
import { authorise } from "./authorisation.mjs";
import { createControl } from "./control.mjs";
import { Exchange } from "./exchange.mjs";
import { faultError } from "./fault-error.mjs";
import { createFaultCounter, FaultMistake, NO_FAULTS, readFaults } from "./faults.mjs";
import { createUpgrade } from "./live/upgrade.mjs";
import { createMoonshineRecogniser } from "./recogniser/moonshine.mjs";
import { createRequestLog } from "./request-log.mjs";
import { createRequestRate } from "./request-rate.mjs";
import { ROUTES } from "./routes/all.mjs";
import { refusal, ServiceError } from "./service-error.mjs";
import { GATEWAY_PAGE } from "./service-errors.mjs";

const LARGEST_BODY = 256 * 1024 * 1024;
const REFUSING = /** @type {const} */ ([
  "status",
  "error",
  "code",
  "message",
  "error-in-200",
  "json-error-in-200",
  "sse-on-error",
]);

/**
 * @typedef {object} Emulator
 * @property {string} url
 * @property {number} port
 * @property {import("./request-log.mjs").LoggedRequest[]} requests what arrived so far
 * @property {import("./control.mjs").Control["arm"]} arm makes coming requests fail that carry no switches of their own
 * @property {() => void} breakSockets breaks every open WebSocket
 * @property {import("./account.mjs").Account} account
 * @property {() => Promise<void>} close
 */

/**
 * @param {object} [options]
 * @param {number} [options.port] 0: any free one
 * @param {string} [options.host]
 * @param {string} [options.key] accept only this key
 * @param {string} [options.modelDirectory]
 * @param {import("./recogniser/recogniser.mjs").Recogniser} [options.recogniser] instead of the real one
 * @param {number} [options.requestsPerMinute] model calls over HTTP, in any sixty seconds; none: as many as come
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<Emulator>}
 */
export async function startEmulator(options = {}) {
  const { port = 0, host = "127.0.0.1", key, modelDirectory, recogniser, requestsPerMinute, log } = options;
  const ears = recogniser ?? createMoonshineRecogniser({ modelDirectory });
  const closing = new AbortController();
  const rate = createRequestRate(requestsPerMinute);
  const account = createAccount({ key, recogniser: ears, rate, closing: closing.signal, log });
  const requestLog = createRequestLog();
  const counter = createFaultCounter();
  const control = createControl(requestLog.requests, () => live.breakAll());
  const live = createUpgrade({ account, requestLog, control, counter });

  const server = createServer(async (request, response) => {
    response.on("error", () => {});
    try {
      const url = new URL(request.url ?? "/", account.url);
      const body = await readBody(request);
      if (control.answer(request, response, url, body)) return;
      const entry = requestLog.add(request, url, body);
      const exchange = new Exchange({ request, response, url, body, faults: NO_FAULTS, entry, account });
      const own = readFaults(request.headers, url.searchParams);
      exchange.faults = counter.limit(own.any ? own : control.armed(url.pathname), url.pathname);
      await serve(exchange, request.method ?? "GET");
    } catch (cause) {
      if (response.destroyed || response.headersSent) return void response.destroy();
      // Only a mistake in using the emulator itself comes here; say so in words.
      response.writeHead(400, { "content-type": "text/plain; charset=utf-8" });
      response.end(`emulator: ${/** @type {Error} */ (cause).message}\n`);
    }
  });
  server.on(
    "upgrade",
    (request, socket, head) => void live.upgrade(request, /** @type {import("node:net").Socket} */ (socket), head),
  );
  // Uploading a long recording over a slow test machine may take its time.
  server.requestTimeout = 0;

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  account.url = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;

  return {
    url: account.url,
    port: address.port,
    requests: requestLog.requests,
    arm: control.arm,
    breakSockets: live.breakAll,
    account,
    async close() {
      closing.abort(new Error("the emulator was closed"));
      live.breakAll();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!recogniser) await ears.close();
    },
  };
}

/** @param {Exchange} exchange @param {string} method */
async function serve(exchange, method) {
  const { faults, url, account } = exchange;
  const path = decodeURIComponent(url.pathname);
  exchange.door = path.startsWith("/compatible-mode/") ? "compatible" : "native";
  try {
    if (faults.has("delay")) await sleep(faults.number("delay"), undefined, { signal: exchange.signal });
    if (faults.has("html-error")) {
      return await exchange.replyText(GATEWAY_PAGE.status, GATEWAY_PAGE.text, { "content-type": "text/html" });
    }
    if (REFUSING.some((name) => faults.has(name)) && !faults.has("error-mid")) throw faultError(faults);
    if (method === "OPTIONS") throw refusal("no-key");

    const here = ROUTES.filter((route) => route.path.test(path));
    const route = here.find((candidate) => candidate.methods.includes(method));
    if (!here.some((candidate) => candidate.open)) authorise(exchange.headers.authorization, account);
    account.rate.begin(method, path);
    if (here.length === 0) throw refusal("no-such-path");
    if (!route) throw refusal("wrong-method", { method });
    await route.handle(exchange, route.path.exec(path) ?? []);
  } catch (cause) {
    if (exchange.response.destroyed) return;
    if (cause instanceof FaultMistake) throw cause;
    if (cause instanceof ServiceError && !exchange.response.headersSent) return await exchange.refuse(cause);
    account.log(`${method} ${path}: ${/** @type {Error} */ (cause)?.stack ?? cause}`);
    if (exchange.response.headersSent) exchange.response.destroy();
    else await exchange.refuse(refusal("internal"));
  } finally {
    account.log(`${method} ${path} → ${exchange.entry.status ?? "gone"}${faults.any ? ` (fault ${faults.text})` : ""}`);
  }
}

/** @param {import("node:http").IncomingMessage} request @returns {Promise<Buffer>} */
async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error(`the request body is larger than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
