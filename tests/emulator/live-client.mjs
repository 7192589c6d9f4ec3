// What the emulator's own tests speak both realtime protocols with: every event in order, audio in pieces.
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";

export const TASKS = "/api-ws/v1/inference";
export const SESSIONS = "/api-ws/v1/realtime?model=qwen3-asr-flash-realtime";
export const STREAMING = "qwen-audio-3.1-asr-flash-streaming";

/**
 * @param {string} base of the emulator
 * @param {string} path
 * @param {{ key?: string | null, fault?: string }} [options]
 */
export async function connect(base, path, { key = "sk-test", fault } = {}) {
  const headers = { ...(key && { authorization: `Bearer ${key}` }), ...(fault && { "x-emulator-fault": fault }) };
  const socket = new WebSocket(base.replace("http", "ws") + path, { headers });
  /** @type {any[]} */
  const events = [];
  /** @type {{ holds: (event: any) => boolean, resolve: (event: any) => void, reject: (cause: Error) => void }[]} */
  const waiting = [];
  socket.on("message", (data) => {
    const event = JSON.parse(data.toString());
    events.push(event);
    for (const one of [...waiting]) {
      if (!one.holds(event)) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.resolve(event);
    }
  });
  const closed = new Promise((resolve) => {
    socket.on("close", (code, reason) => {
      resolve({ code, reason: reason.toString() });
      for (const one of waiting) one.reject(new Error(`closed ${code} after ${events.map(nameOf).join(" ")}`));
    });
  });
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
    socket.on("unexpected-response", (_, response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        reject(
          Object.assign(new Error("refused"), { status: response.statusCode, body: Buffer.concat(chunks).toString() }),
        ),
      );
    });
  });
  socket.removeAllListeners("error").on("error", () => {});

  return {
    socket,
    events,
    closed,
    names: () => events.map(nameOf),
    /** @param {string} name @returns {Promise<any>} the first event of that name, also one that came already */
    until(name) {
      const holds = (event) => nameOf(event) === name;
      const there = events.find(holds);
      return there
        ? Promise.resolve(there)
        : new Promise((resolve, reject) => waiting.push({ holds, resolve, reject }));
    },
    /** @param {unknown} message */
    say: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    /** @param {Uint8Array} bytes @param {number} [size] of a piece */
    sendAudio(bytes, size = 3200) {
      for (let at = 0; at < bytes.length; at += size) socket.send(bytes.subarray(at, at + size));
    },
    close: () => socket.terminate(),
  };
}

export const nameOf = (event) => event.header?.event ?? event.type;

/** @param {string} action @param {string} id @param {object} [payload] */
export const command = (action, id, payload = { input: {} }) => ({
  header: { action, task_id: id, streaming: "duplex" },
  payload,
});

/** @param {string} id @param {{ model?: string, parameters?: object, input?: object }} [wish] */
export const runTask = (id, { model = STREAMING, parameters = {}, input = {} } = {}) =>
  command("run-task", id, {
    task_group: "audio",
    task: "asr",
    function: "recognition",
    model,
    parameters: { format: "pcm", sample_rate: 16000, ...parameters },
    input,
  });

/**
 * One whole task. @param {string} base @param {Uint8Array} bytes
 * @param {{ fault?: string, size?: number, model?: string, parameters?: object }} [wish]
 */
export async function recogniseTask(base, bytes, { fault, size, ...wish } = {}) {
  const client = await connect(base, TASKS, { fault });
  const id = randomUUID();
  client.say(runTask(id, wish));
  await client.until("task-started");
  client.sendAudio(bytes, size);
  client.say(command("finish-task", id));
  await client.until("task-finished");
  client.close();
  return { events: client.events, finals: finalsOf(client.events) };
}

/** @param {any[]} events */
export const sentencesOf = (events) =>
  events.filter((event) => nameOf(event) === "result-generated").map((event) => event.payload.output.sentence);
export const finalsOf = (events) => sentencesOf(events).filter((sentence) => sentence.sentence_end);

/** PCM of 16-bit WAV files one after the other, each with a pause after it. @param {Buffer[]} files @param {number} pauseMs */
export const pcmOf = (files, pauseMs) =>
  Buffer.concat(files.flatMap((file) => [file.subarray(44), Buffer.alloc(pauseMs * 32)]));

/** Something that is loud where somebody would speak: a beat that changes, so many milliseconds long. @param {number} milliseconds */
export function sound(milliseconds) {
  const bytes = Buffer.alloc(milliseconds * 32);
  for (let i = 0; i < milliseconds * 16; i++)
    bytes.writeInt16LE(Math.round(9000 * Math.sin(i / 5) * (1 + ((i >> 9) & 1))), i * 2);
  return bytes;
}

/** @param {number} milliseconds */
export const silence = (milliseconds) => Buffer.alloc(milliseconds * 32);

/** A session of the other protocol, set up. @param {string} base @param {{ fault?: string, session?: object }} [wish] */
export async function openSession(base, { fault, session = {} } = {}) {
  const client = await connect(base, SESSIONS, { fault });
  await client.until("session.created");
  client.say(update(session));
  await client.until("session.updated");
  return client;
}

/** @param {object} session */
export const update = (session) => ({ event_id: "event_update", type: "session.update", session });

/** @param {Uint8Array} bytes @param {number} [size] of a piece, in bytes of audio */
export function appends(bytes, size = 3200) {
  const messages = [];
  for (let at = 0; at < bytes.length; at += size) {
    const audio = Buffer.from(bytes.subarray(at, at + size)).toString("base64");
    messages.push({ event_id: `event_${at}`, type: "input_audio_buffer.append", audio });
  }
  return messages;
}
