// EventStream, the parser as a TransformStream, and parsers over bodies that really come through a network.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { EventParser, EventStream, isAsrError } from "../../dist/index.js";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { CHAT, chatBody, GENERATION, generationBody } from "../emulator/test-client.mjs";

const encoder = new TextEncoder();

function streamOf(...pieces) {
  return new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
    },
  });
}

describe("EventStream", () => {
  test("bytes in, events out, the last one at the end of the stream", async () => {
    const comments = [];
    const retries = [];
    const body = streamOf(": hi\nid: 1\nda", "ta: a\n\nretry: 5\n", "event: last\ndata: b");
    const stream = new EventStream({ onComment: (text) => comments.push(text), onRetry: (time) => retries.push(time) });
    const events = await Array.fromAsync(body.pipeThrough(stream));
    assert.deepEqual(events, [
      { id: "1", event: undefined, data: "a" },
      { id: undefined, event: "last", data: "b" },
    ]);
    assert.deepEqual([comments, retries], [["hi"], [5]]);
  });

  test("takes text as well, and options as the parser does", async () => {
    const strict = new EventStream({ quirks: false });
    const text = ReadableStream.from(["id:1\ndata:{}\n", "id:2\ndata:{}\n\n"]);
    assert.deepEqual(await Array.fromAsync(text.pipeThrough(strict)), [{ id: "2", event: undefined, data: "{}\n{}" }]);
  });

  test("too much for maxBufferSize ends the pipe with our error, and cancels the source", async () => {
    let cancelled;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(encoder.encode("data: 0123456789\n")),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const failing = Array.fromAsync(endless.pipeThrough(new EventStream({ maxBufferSize: 100 })));
    await assert.rejects(failing, (error) => isAsrError(error) && error.code === "invalid_response");
    assert.equal(cancelled?.code, "invalid_response");
  });

  test("leaving the loop cancels the source", async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(encoder.encode("data: x\n\n")),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const { data } of endless.pipeThrough(new EventStream())) {
      assert.equal(data, "x");
      break;
    }
    assert.ok(cancelled);
  });

  test("does not run ahead of its reader", async () => {
    let pulled = 0;
    const source = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(encoder.encode("data: x\n\n"));
      },
    });
    const reader = source.pipeThrough(new EventStream()).getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(pulled < 10, `${pulled} pieces were read for one event`);
    await reader.cancel();
  });

  test("may be mentioned before the first stream needs it, and piped from a Response", async () => {
    const response = new Response(readFileSync(new URL("../fixtures/sse/native_fun_asr.txt", import.meta.url)));
    const texts = [];
    for await (const { data } of response.body.pipeThrough(new EventStream())) texts.push(JSON.parse(data).output.text);
    assert.deepEqual(texts, ["", "欢迎", "欢迎使用", "欢迎使用阿里云。"]);
  });
});

describe("over the network", () => {
  const SPOKEN = "Ask not, 你好 🎤, what your country can do for you.";
  let emulator;

  before(async () => {
    emulator = await startEmulator({ recogniser: createScriptedRecogniser(SPOKEN) });
  });
  after(() => emulator.close());

  async function post(path, body, fault) {
    const headers = { authorization: "Bearer sk-test", "x-dashscope-sse": "enable", "x-emulator-fault": fault };
    return fetch(emulator.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  const readers = {
    [CHAT]: (data) => (data === "[DONE]" ? "" : (JSON.parse(data).choices[0]?.delta.content ?? "")),
    [GENERATION]: (data) => JSON.parse(data).output.choices[0].message.content[0]?.text ?? "",
  };

  for (const fault of [
    "",
    "crlf",
    "bom,split=1",
    "no-final-newline",
    "split=1+7+2,crlf,bom",
    "no-space",
    "space-after-colon",
  ]) {
    test(`every word arrives, however it is framed (${fault || "as usual"})`, async () => {
      for (const [path, body] of [
        [CHAT, chatBody({ stream: true })],
        [GENERATION, generationBody({ parameters: { incremental_output: true } })],
      ]) {
        const viaParser = { text: "" };
        const parser = new EventParser({ onEvent: ({ data }) => (viaParser.text += readers[path](data)) });
        for await (const chunk of (await post(path, body, fault)).body) parser.feed(chunk);
        parser.flush();

        let viaStream = "";
        const response = await post(path, body, fault);
        for await (const { data } of response.body.pipeThrough(new EventStream())) viaStream += readers[path](data);
        assert.deepEqual([viaParser.text, viaStream], [SPOKEN, SPOKEN], path);
      }
    });
  }

  test("missing blank lines do not matter where events have ids", async () => {
    let text = "";
    const response = await post(
      GENERATION,
      generationBody({ parameters: { incremental_output: true } }),
      "no-blank-lines",
    );
    for await (const { data } of response.body.pipeThrough(new EventStream())) text += readers[GENERATION](data);
    assert.equal(text, SPOKEN);
  });

  test("a broken connection is an error of the loop, with the events before it delivered", async () => {
    const texts = [];
    const reading = async () => {
      const response = await post(CHAT, chatBody({ stream: true }), "cut=3");
      for await (const { data } of response.body.pipeThrough(new EventStream())) texts.push(readers[CHAT](data));
    };
    await assert.rejects(reading(), TypeError);
    assert.equal(texts.length, 3);
  });

  test("breaking off closes the connection", async () => {
    const { promise: closed, resolve } = Promise.withResolvers();
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => response.write("data: x\n\n"), 5);
      response.on("close", () => {
        clearInterval(timer);
        resolve();
      });
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
    for await (const _ of response.body.pipeThrough(new EventStream())) break;
    await closed;
    server.closeAllConnections();
    await new Promise((over) => server.close(over));
  });
});
