// The handshake of both realtime protocols: key, path and model are looked at before the socket opens.

import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { authorise } from "../authorisation.mjs";
import { faultError } from "../fault-error.mjs";
import { FaultMistake, readFaults } from "../faults.mjs";
import { refusal, ServiceError } from "../service-error.mjs";
import { createConnection } from "./connection.mjs";
import { cutAfter } from "./cut-after.mjs";
import { liveFamilyOf } from "./live-models.mjs";
import { speakSessionProtocol } from "./session-protocol.mjs";
import { speakTaskProtocol } from "./task-protocol.mjs";

const TASKS = /^\/api-ws\/v1\/inference\/?$/;
const SESSIONS = /^\/api-ws\/v1\/realtime\/?$/;
const LARGEST_MESSAGE = 32 * 1024 * 1024;
const REFUSING = /** @type {const} */ (["status", "error", "code", "message"]);
/** Switches that need those words for later. */
const LATER = /** @type {const} */ (["fail-after-bytes", "fail-after-events"]);

/** @typedef {ReturnType<typeof createUpgrade>} Upgrade */

/**
 * @param {object} parts
 * @param {import("../account.mjs").Account} parts.account
 * @param {import("../request-log.mjs").RequestLog} parts.requestLog
 * @param {import("../control.mjs").Control} parts.control
 * @param {ReturnType<import("../faults.mjs").createFaultCounter>} parts.counter
 */
export function createUpgrade({ account, requestLog, control, counter }) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_MESSAGE,
    perMessageDeflate: false,
    autoPong: false,
  });

  /** @param {import("node:http").IncomingMessage} request @param {import("node:net").Socket} socket @param {Buffer} head */
  async function upgrade(request, socket, head) {
    socket.on("error", () => {});
    const url = new URL(request.url ?? "/", account.url);
    const path = url.pathname;
    const entry = requestLog.add(request, url, Buffer.alloc(0));
    try {
      const own = readFaults(request.headers, url.searchParams);
      const faults = counter.limit(own.any ? own : control.armed(path), path);
      if (faults.has("delay")) await sleep(faults.number("delay"), undefined, { signal: account.closing });
      if (REFUSING.some((name) => faults.has(name)) && !LATER.some((name) => faults.has(name)))
        throw faultError(faults);
      const isTask = TASKS.test(path);
      if (!isTask && !SESSIONS.test(path)) throw refusal("no-such-path");
      const inPage = url.searchParams.get("api_key") ?? inProtocol(request.headers["sec-websocket-protocol"]);
      authorise(request.headers.authorization ?? (inPage ? `Bearer ${inPage}` : undefined), account);
      const model = url.searchParams.get("model") ?? "";
      if (!isTask && !liveFamilyOf(model, "session")) throw refusal(model === "" ? "no-model" : "unknown-model");

      if (faults.has("cut-after-sent-bytes")) cutAfter(socket, faults.number("cut-after-sent-bytes") ?? 0);
      sockets.handleUpgrade(request, socket, head, (opened) => {
        entry.status = 101;
        const connection = createConnection({ socket: opened, faults, entry, account, path });
        if (isTask) speakTaskProtocol(connection);
        else speakSessionProtocol(connection, model);
      });
    } catch (cause) {
      entry.status = refuse(socket, cause, account);
    }
    account.log(`WebSocket ${path} → ${entry.status ?? "gone"}`);
  }

  return {
    upgrade,
    /** Breaks every open connection, as a network that goes away does. */
    breakAll() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

/** What a page says to a relay, in whose place the emulator stands for pages whose baseURL it is. @param {string | undefined} names */
function inProtocol(names) {
  const bearer = /dashscope-asr\.bearer\.([\w-]+)/.exec(names ?? "")?.[1];
  return bearer && Buffer.from(bearer, "base64url").toString("latin1");
}

/** An answer of plain HTTP instead of the socket. */
function refuse(socket, cause, account) {
  const known = cause instanceof ServiceError;
  const mistake = cause instanceof FaultMistake;
  if (!known && !mistake) account.log(`handshake: ${cause?.stack ?? cause}`);
  const error = known ? cause : refusal("internal");
  const status = mistake ? 400 : error.status;
  const body = mistake ? `emulator: ${cause.message}\n` : JSON.stringify(error.toNative(randomUUID()));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    `content-type: ${mistake ? "text/plain; charset=utf-8" : "application/json"}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  return status;
}
