// Blob → request body, as four kinds of programs do it. Runs in Node and in a page.

const URL = "http://localhost/api/v1/services/aigc/multimodal-generation/generation";
const CHAT = "http://localhost/compatible-mode/v1/chat/completions";
const HEADERS = { "content-type": "application/json", authorization: "Bearer sk-test" };
const [BEFORE, AFTER] = JSON.stringify({
  model: "qwen3-asr-flash",
  input: { messages: [{ role: "user", content: [{ audio: "data:audio/wav;base64,|" }] }] },
  parameters: {},
}).split("|");

/** @param {Blob} blob @returns {Promise<string>} */
function readAsDataURL(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
const post = (url, body) => new Request(url, { method: "POST", headers: HEADERS, body });

/** Everything the network would get. @param {Request} request */
async function drained(request) {
  const reader = request.body.getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return length;
    length += value.length;
  }
}

/**
 * Contenders by name. `openai` is what its users write (base64 into the message, then the library's own request builder).
 *
 * @param {object} parts
 * @param {typeof import("../../dist/index.js")} parts.ours
 * @param {new (options: object) => any} parts.OpenAI
 * @param {boolean} [parts.send] until the last byte is out of the request, not just until there is a request
 */
export function bodyContenders({ ours, OpenAI, send = false }) {
  const asr = new ours.Transcriber({ apiKey: "sk-test", baseURL: "http://localhost" });
  const end = send ? drained : (request) => request;
  const client = new OpenAI({
    apiKey: "sk-test",
    baseURL: "http://localhost/compatible-mode/v1",
    dangerouslyAllowBrowser: true,
  });
  const base64 = async (blob) => {
    if (typeof Buffer !== "undefined") return Buffer.from(await blob.arrayBuffer()).toString("base64");
    const url = await readAsDataURL(blob);
    return url.slice(url.indexOf(",") + 1);
  };
  return {
    ours: async (blob) => end(await asr.buildRequest(blob)),
    ...(typeof FileReader !== "undefined" && {
      "FileReader.readAsDataURL": async (blob) =>
        end(post(URL, BEFORE.slice(0, -22) + (await readAsDataURL(blob)) + AFTER)),
    }),
    ...(typeof Uint8Array.prototype.toBase64 === "function" && {
      "toBase64 + concatenation": async (blob) => end(post(URL, BEFORE + (await bytesOf(blob)).toBase64() + AFTER)),
    }),
    ...(typeof Buffer !== "undefined" && {
      "Buffer + concatenation": async (blob) =>
        end(post(URL, BEFORE + Buffer.from(await blob.arrayBuffer()).toString("base64") + AFTER)),
    }),
    openai: async (blob) => {
      const data = `data:audio/wav;base64,${await base64(blob)}`;
      const messages = [{ role: "user", content: [{ type: "input_audio", input_audio: { data } }] }];
      const { req, url } = await client.buildRequest({
        method: "post",
        path: "/chat/completions",
        body: { model: "qwen3-asr-flash", messages },
      });
      return end(new Request(url ?? CHAT, req));
    },
  };
}

/**
 * Blob → data URL, for sizes beyond what a model takes inline (buildRequest refuses those before it encodes anything).
 * @param {{ ours: typeof import("../../dist/index.js") }} parts
 */
export function dataUrlContenders({ ours }) {
  return {
    ours: (blob) => ours.toDataUrl(blob),
    ...(typeof FileReader !== "undefined" && { "FileReader.readAsDataURL": readAsDataURL }),
    ...(typeof Uint8Array.prototype.toBase64 === "function" && {
      "toBase64 + concatenation": async (blob) => `data:audio/wav;base64,${(await bytesOf(blob)).toBase64()}`,
    }),
    ...(typeof Buffer !== "undefined" && {
      "Buffer + concatenation": async (blob) =>
        `data:audio/wav;base64,${Buffer.from(await blob.arrayBuffer()).toString("base64")}`,
    }),
  };
}

/** Bytes like audio's, under a WAV header: nothing that compresses or repeats. @param {number} length */
export function recording(length) {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = 0x9e3779b9;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  const bytes = new Uint8Array(words.buffer, 0, length);
  bytes.set(new TextEncoder().encode("RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0"));
  return bytes;
}
