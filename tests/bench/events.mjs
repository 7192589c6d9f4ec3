// Bytes of a streamed answer → pieces of text, as three kinds of programs do it. Runs in Node and in a page.

const PIECES = [" Welcome", " to", " Alibaba", " Cloud", ",", " 欢迎", "使用", ".", ' "quoted"'];
const ANNOTATIONS = '"annotations":[{"type":"audio_info","language":"zh","emotion":"neutral"}]';

/** What the two dialects of Qwen3-ASR send. @type {Record<string, (count: number) => string>} */
const ANSWERS = {
  /** A: OpenAI-compatible. */
  openai(count) {
    const head =
      '"id":"chatcmpl-3fb6a0c2-47d3-9c6e-8c39-d6c1e4f39d0a","created":1767685989,"object":"chat.completion.chunk"';
    const event = (choice) => `data: {"model":"qwen3-asr-flash",${head},"choices":[${choice}],"usage":null}\n\n`;
    const events = texts(count).map((text) =>
      event(`{"delta":{${ANNOTATIONS},"content":${text},"role":null},"index":0}`),
    );
    return `${events.join("")}${event('{"delta":{"role":null},"index":0,"finish_reason":"stop"}')}data: [DONE]\n\n`;
  },

  /** B: DashScope's own, which counts tokens and seconds in every event. */
  dashscope(count) {
    const events = texts(count).map((text, index) => {
      const message = `{${ANNOTATIONS},"content":[{"text":${text}}],"role":"assistant"}`;
      const choice = `{"message":${message},"finish_reason":"${index === count - 1 ? "stop" : "null"}"}`;
      const details = `"input_tokens_details":{"text_tokens":0},"output_tokens_details":{"text_tokens":${index}}`;
      const usage = `"usage":{${details},"seconds":${index >> 3}},"request_id":"568e2bf0-d6f2-97f8-9f15-a57b11dc6977"`;
      return `id:${index + 1}\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[${choice}]},${usage}}\n\n`;
    });
    return events.join("");
  },
};

/** @param {number} count */
function texts(count) {
  return Array.from({ length: count }, (_, index) => JSON.stringify(PIECES[index % PIECES.length]));
}

/** The text in an event, as a program without a client would get at it. @type {Record<string, (event: any) => string | undefined>} */
const TEXT_OF = {
  openai: (event) => event.choices[0]?.delta.content,
  dashscope: (event) => event.output.choices[0]?.message.content[0]?.text,
};

/** @param {number} count events @param {"openai" | "dashscope"} protocol */
export function answerBytes(count, protocol) {
  return new TextEncoder().encode(ANSWERS[protocol](count));
}

/** A Response that brings the bytes in chunks of `size`. @param {Uint8Array} bytes @param {number} size */
function responseOf(bytes, size) {
  let at = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

async function* chunks(body) {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/**
 * @param {object} parts
 * @param {typeof import("../../dist/index.js")} parts.ours
 * @param {typeof import("eventsource-parser").createParser} parts.createParser
 * @param {any} parts.Stream of `openai/streaming`
 * @param {"openai" | "dashscope"} parts.protocol
 * @param {Uint8Array} parts.bytes
 * @param {number} parts.size
 * @returns {Record<string, () => Promise<number>>} each gives the length of the text, which must be the same for all
 */
export function eventContenders({ ours, createParser, Stream, protocol, bytes, size }) {
  const asr = new ours.Transcriber({ apiKey: "sk-test", baseURL: "http://localhost", protocol });
  const lengthOf = (data) => (data === "[DONE]" ? 0 : (TEXT_OF[protocol](JSON.parse(data))?.length ?? 0));
  const contenders = {
    ours: async () => {
      let length = 0;
      for await (const event of asr.readStream(responseOf(bytes, size))) {
        if (event.type === "delta") length += event.delta.length;
      }
      return length;
    },
    "EventParser + JSON.parse": async () => {
      let length = 0;
      const onEvent = ({ data }) => {
        length += lengthOf(data);
      };
      const parser = new ours.EventParser({ onEvent });
      for await (const chunk of chunks(responseOf(bytes, size).body)) parser.feed(chunk);
      parser.flush();
      return length;
    },
    "eventsource-parser + JSON.parse": async () => {
      let length = 0;
      const onEvent = ({ data }) => {
        length += lengthOf(data);
      };
      const parser = createParser({ onEvent });
      const decoder = new TextDecoder();
      for await (const chunk of chunks(responseOf(bytes, size).body))
        parser.feed(decoder.decode(chunk, { stream: true }));
      return length;
    },
    "openai Stream": async () => {
      let length = 0;
      for await (const chunk of Stream.fromSSEResponse(responseOf(bytes, size), new AbortController())) {
        length += chunk.choices[0]?.delta.content?.length ?? 0;
      }
      return length;
    },
  };
  // It reads its own dialect only.
  if (protocol !== "openai") delete contenders["openai Stream"];
  return contenders;
}
