// The service's side of a WebSocket, in the place of the attacks: it keeps what arrives, and does what it is told.
import { WebSocket, WebSocketServer } from "ws";
import { eventually } from "../upstream.mjs";
import { KEY } from "./stage.mjs";

export const TASKS = "/api-ws/v1/inference";
export const SESSIONS = "/api-ws/v1/realtime";

/**
 * @param {any} stage of `staged`
 */
export function liveUpstream(stage) {
  const sockets = new WebSocketServer({ noServer: true });
  /** @type {{ url: string, headers: any, said: (string | Buffer)[], closed: boolean, socket?: WebSocket }[]} */
  const opened = [];
  let handshake;
  let answer;

  stage.upstream.server.on("upgrade", (request, stream, head) => {
    stream.on("error", () => {});
    const known = { url: request.url, headers: request.headers, said: [], closed: false };
    opened.push(known);
    if (handshake) return handshake(stream);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      known.socket = socket;
      socket.on("error", () => {});
      socket.on("close", () => (known.closed = true));
      if (request.url.startsWith(SESSIONS)) socket.send(JSON.stringify({ type: "session.created", session: {} }));
      socket.on("message", (data, isBinary) => {
        const message = isBinary ? data : data.toString();
        known.said.push(message);
        (answer ?? obey)(socket, message);
      });
    });
  });

  return {
    opened,
    reset() {
      for (const { socket } of opened) socket?.terminate();
      opened.length = 0;
      handshake = undefined;
      answer = undefined;
    },
    /** What happens with the next handshakes. @param {(stream: import("node:net").Socket) => void} does */
    handshakes(does) {
      handshake = does;
    },
    /** What is done with the next messages. @param {(socket: WebSocket, message: string | Buffer) => void} does */
    answers(does) {
      answer = does;
    },
    closed: () =>
      eventually("the end of the service's socket", () => opened.length > 0 && opened.every(({ closed }) => closed)),
  };
}

/** Begins and ends what it is asked for. */
function obey(socket, message) {
  if (typeof message !== "string") return;
  const { header, type } = JSON.parse(message);
  const event = { "run-task": "task-started", "finish-task": "task-finished" }[header?.action];
  if (event) socket.send(JSON.stringify({ header: { event, task_id: header.task_id }, payload: {} }));
  const told = { "session.update": "session.updated", "session.finish": "session.finished" }[type];
  if (told) socket.send(JSON.stringify({ type: told }));
}

/**
 * A caller. @param {string} base @param {string} path
 * @param {{ headers?: Record<string, string>, origin?: string, protocols?: string[] }} [how]
 */
export function call(base, path, { headers = {}, origin, protocols = [] } = {}) {
  const socket = new WebSocket(base.replace("http", "ws") + path, protocols, { headers, origin });
  /** @type {any[]} */
  const told = [];
  const all = [];
  socket.on("message", (data) => {
    all.push(data.toString());
    told.push(JSON.parse(data.toString()));
  });
  /** @type {Promise<{ status?: number, headers?: any, body?: string, code?: number, reason?: string }>} */
  const ended = new Promise((resolve) => {
    socket.on("unexpected-response", (_, response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        all.push(body, JSON.stringify(response.headers));
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
    });
    socket.on("error", () => {});
    socket.on("close", (code, reason) => {
      all.push(reason.toString());
      resolve({ code, reason: reason.toString() });
    });
  });
  const open = new Promise((resolve) => socket.on("open", () => resolve(undefined)));
  return {
    socket,
    told,
    ended: ended.then((end) => {
      if (all.some((text) => text.includes(KEY))) throw new Error(`the key got out: ${all}`);
      return end;
    }),
    open,
    /** @param {unknown} message */
    say: (message) =>
      socket.send(typeof message === "string" || message instanceof Buffer ? message : JSON.stringify(message)),
    /** @param {string} name */
    until: (name) =>
      eventually(name, () => told.find((event) => (event.header?.event ?? event.type) === name)).catch((error) => {
        throw new Error(`${error.message} after ${JSON.stringify(all)}`);
      }),
  };
}
