// What the emulator's own tests send with: requests in the documents' words, answers byte for byte.
import { request as httpRequest } from "node:http";
import { writeWav } from "./audio/wav.mjs";

export const CHAT = "/compatible-mode/v1/chat/completions";
export const GENERATION = "/api/v1/services/aigc/multimodal-generation/generation";

/** A tone that changes its loudness; long enough to be decoded, short enough to be free. */
export function someAudio(milliseconds = 200) {
  const samples = Float32Array.from({ length: milliseconds * 16 }, (_, i) => 0.2 * Math.sin(i / 5) * ((i >> 10) & 1));
  return writeWav([samples]);
}

/** @param {Uint8Array} bytes @param {string} [mediaType] */
export function dataUrl(bytes, mediaType = "audio/wav") {
  return `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`;
}

/** The body of dialect A. @param {{ audio?: string, [member: string]: unknown }} [members] */
export function chatBody({ audio = dataUrl(someAudio()), ...more } = {}) {
  const content = [{ type: "input_audio", input_audio: { data: audio } }];
  return { model: "qwen3-asr-flash", messages: [{ role: "user", content }], ...more };
}

/** The body of dialect B. @param {{ audio?: string, parameters?: object, [member: string]: unknown }} [members] */
export function generationBody({ audio = dataUrl(someAudio()), parameters = {}, ...more } = {}) {
  return {
    model: "qwen3-asr-flash",
    input: { messages: [{ role: "user", content: [{ audio }] }] },
    parameters,
    ...more,
  };
}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import("node:http").IncomingHttpHeaders} headers
 * @property {string} text what arrived of the body
 * @property {Buffer[]} chunks as they came off the wire
 * @property {boolean} broken the connection ended before the body did
 * @property {() => any} json
 */

/**
 * @param {string} url
 * @param {{ method?: string, key?: string, body?: unknown, fault?: string, headers?: Record<string, string> }} [call]
 * @returns {Promise<Answer>}
 */
export function send(url, { method, key = "sk-test", body, fault, headers = {} } = {}) {
  const content = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const all = {
    ...(key && { authorization: `Bearer ${key}` }),
    ...(content !== undefined && {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(content)),
    }),
    ...(fault && { "x-emulator-fault": fault }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: method ?? (content === undefined ? "GET" : "POST"),
      headers: all,
      agent: false,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks = [];
      const finish = (broken) => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          chunks,
          broken,
          json: () => JSON.parse(text),
        });
      };
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => finish(!response.complete));
      response.on("error", () => finish(true));
    });
    request.end(content);
  });
}

/** The `data` of each event of a well-formed stream, parsed where it is JSON. @param {string} text */
export function eventData(text) {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim())
    .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));
}
