// An upload whose bytes the test sends when it wants to, from a client that announces the length and may go away.
import { request as httpRequest } from "node:http";

/**
 * @param {string} url
 * @param {{ length: number, headers?: Record<string, string> }} options
 */
export function startUpload(url, { length, headers = {} }) {
  const request = httpRequest(url, {
    method: "POST",
    headers: { "content-type": "audio/wav", "content-length": `${length}`, ...headers },
    agent: false,
  });
  const response = new Promise((resolve, reject) => {
    request.on("response", resolve);
    request.on("error", reject);
  });
  // Whoever leaves on purpose does not want to hear of it.
  response.catch(() => {});
  return {
    send: (bytes) => request.write(bytes),
    end: () => request.end(),
    leave: () => request.destroy(),
    /** Resolves with status and JSON as soon as the Worker has answered, whether or not everything was sent. */
    async answer() {
      const message = await response;
      const pieces = [];
      for await (const piece of message) pieces.push(piece);
      return { status: message.statusCode, json: JSON.parse(Buffer.concat(pieces).toString("utf8")) };
    },
  };
}

/** A recording of so many bytes: a WAV header, then a sound that compresses badly. */
export function longRecording(length) {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 44; at + 4 <= length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt32LE(state, at);
  }
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(length - 8, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt32LE(32_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(length - 44, 40);
  return bytes;
}
