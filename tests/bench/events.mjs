// Bytes of a streamed answer (dialect A) → pieces of text, as three kinds of programs do it. Runs in Node and in a page.

/** @param {number} count events */
export function answerBytes(count) {
  const head =
    '"id":"chatcmpl-3fb6a0c2-47d3-9c6e-8c39-d6c1e4f39d0a","created":1767685989,"object":"chat.completion.chunk"';
  const pieces = [" Welcome", " to", " Alibaba", " Cloud", ",", " 欢迎", "使用", ".", ' "quoted"'];
  let text = "";
  for (let index = 0; index < count; index++) {
    const content = JSON.stringify(pieces[index % pieces.length]);
    const annotations = '[{"type":"audio_info","language":"zh","emotion":"neutral"}]';
    const choice = `{"delta":{"annotations":${annotations},"content":${content},"role":null},"index":0}`;
    text += `data: {"model":"qwen3-asr-flash",${head},"choices":[${choice}],"usage":null}\n\n`;
  }
  const stop = '{"delta":{"role":null},"index":0,"finish_reason":"stop"}';
  text += `data: {"model":"qwen3-asr-flash",${head},"choices":[${stop}],"usage":null}\n\ndata: [DONE]\n\n`;
  return new TextEncoder().encode(text);
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
 * @param {Uint8Array} parts.bytes
 * @param {number} parts.size
 * @returns {Record<string, () => Promise<number>>} each gives the length of the text, which must be the same for all
 */
export function eventContenders({ ours, createParser, Stream, bytes, size }) {
  const asr = new ours.Transcriber({ apiKey: "sk-test", baseURL: "http://localhost", protocol: "openai" });
  return {
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
        if (data !== "[DONE]") length += JSON.parse(data).choices[0]?.delta.content?.length ?? 0;
      };
      const parser = new ours.EventParser({ onEvent });
      for await (const chunk of chunks(responseOf(bytes, size).body)) parser.feed(chunk);
      parser.flush();
      return length;
    },
    "eventsource-parser + JSON.parse": async () => {
      let length = 0;
      const onEvent = ({ data }) => {
        if (data !== "[DONE]") length += JSON.parse(data).choices[0]?.delta.content?.length ?? 0;
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
}
