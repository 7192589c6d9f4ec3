// The bytes of the streams, exactly.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { splitBytes } from "./body-writer.mjs";
import { createScriptedRecogniser } from "./recogniser/scripted.mjs";
import { startEmulator } from "./server.mjs";
import { CHAT, chatBody, GENERATION, generationBody, send } from "./test-client.mjs";

/** @type {import("./server.mjs").Emulator} */
let emulator;
before(async () => {
  emulator = await startEmulator({ recogniser: createScriptedRecogniser("Hé, you") });
});
after(() => emulator.close());

const chat = (fault, more) => send(emulator.url + CHAT, { body: chatBody({ stream: true, ...more }), fault });
const generate = (fault, parameters = { incremental_output: true }) => {
  const headers = { "x-dashscope-sse": "enable" };
  return send(emulator.url + GENERATION, { body: generationBody({ parameters }), fault, headers });
};

const ANNOTATIONS = '"annotations":[{"type":"audio_info","language":"en","emotion":"neutral"}]';

/** Dialect B's events as the recordings show them, one string per event, without the line end of the last line. */
function nativeEvents(id, pieces) {
  const spoken = [1, 2, 3, 3];
  return pieces.map((text, index) => {
    const last = index === pieces.length - 1;
    return [
      `id:${index + 1}`,
      "event:result",
      ":HTTP_STATUS/200",
      `data:{"output":{"choices":[{"message":{${ANNOTATIONS},"content":[{"text":"${text}"}],"role":"assistant"},"finish_reason":"${last ? "stop" : "null"}"}]},` +
        `"usage":{"input_tokens_details":{"text_tokens":0},"output_tokens_details":{"text_tokens":${spoken[index]}},"seconds":1},"request_id":"${id}"}`,
    ];
  });
}
const DELTAS = ["Hé", ",", " you", ""];
const join = (events, newline, between) => events.map((lines) => lines.join(newline) + between).join("");

/** Dialect A's data lines. */
function chatData(text, requestId) {
  const created = /"created":(\d+)/.exec(text)?.[1];
  const id = `chatcmpl-${requestId}`;
  const tail = `"created":${created},"object":"chat.completion.chunk","usage":null}`;
  const chunk = (choice) => `{"model":"qwen3-asr-flash","id":"${id}","choices":[${choice}],${tail}`;
  return [
    `{"model":"qwen3-asr-flash","id":"${id}","created":${created},"object":"chat.completion.chunk","usage":null,"choices":[{"logprobs":null,"index":0,"delta":{"content":"","role":"assistant"}}]}`,
    ...["Hé", ",", " you"].map((content) =>
      chunk(`{"delta":{${ANNOTATIONS},"content":"${content}","role":null},"index":0}`),
    ),
    chunk('{"delta":{"role":null},"index":0,"finish_reason":"stop"}'),
    "[DONE]",
  ];
}

describe("dialect B", () => {
  test("an event is id, event, status comment, data and a blank line, without spaces after the colons", async () => {
    const answer = await generate();
    assert.equal(answer.headers["content-type"], "text/event-stream;charset=UTF-8");
    assert.equal(answer.text, join(nativeEvents(answer.headers["x-request-id"], DELTAS), "\n", "\n\n"));
  });

  test("without incremental_output every event carries the whole text so far", async () => {
    for (const parameters of [{}, { incremental_output: false }]) {
      const answer = await generate(undefined, parameters);
      const texts = ["Hé", "Hé,", "Hé, you", "Hé, you"];
      assert.equal(answer.text, join(nativeEvents(answer.headers["x-request-id"], texts), "\n", "\n\n"));
    }
  });

  const framings = {
    "no-blank-lines": (events) => join(events, "\n", "\n"),
    crlf: (events) => join(events, "\r\n", "\r\n\r\n"),
    "space-after-colon": (events) => join(events, "\n", "\n\n").replace(/^(id|event|data):/gm, "$1: "),
    "no-space": (events) => join(events, "\n", "\n\n"),
    bom: (events) => `\ufeff${join(events, "\n", "\n\n")}`,
    "no-final-newline": (events) => join(events, "\n", "\n\n").slice(0, -2),
    "no-blank-lines,no-final-newline,crlf": (events) => join(events, "\r\n", "\r\n").slice(0, -2),
  };
  for (const [fault, expected] of Object.entries(framings)) {
    test(fault, async () => {
      const answer = await generate(fault);
      assert.equal(answer.text, expected(nativeEvents(answer.headers["x-request-id"], DELTAS)));
      assert.equal(answer.broken, false);
    });
  }

  test("split cuts characters and field names, and loses nothing", async () => {
    const whole = (id) => join(nativeEvents(id, DELTAS), "\n", "\n\n");
    for (const fault of ["split=1", "split=3+5+2"]) {
      const answer = await generate(fault);
      assert.equal(answer.text, whole(answer.headers["x-request-id"]));
      assert.ok(answer.chunks.every((chunk) => chunk.length <= 5));
      assert.ok(
        answer.chunks.some((chunk) => !isUtf8(chunk)),
        "some chunk ends inside a character",
      );
    }
  });

  test("cut breaks the connection after N events, end-after ends the body", async () => {
    for (const count of [0, 1, 3]) {
      const cut = await generate(`cut=${count}`);
      const events = nativeEvents(cut.headers["x-request-id"], DELTAS).slice(0, count);
      assert.deepEqual([cut.text, cut.broken], [join(events, "\n", "\n\n"), true]);
      const ended = await generate(`end-after=${count}`);
      assert.deepEqual([ended.text.length, ended.broken], [cut.text.length, false]);
    }
  });

  test("stall is a silence between two events", async () => {
    const started = performance.now();
    const answer = await generate("stall=120,stall-after=2");
    assert.ok(performance.now() - started >= 119);
    assert.equal(answer.text, join(nativeEvents(answer.headers["x-request-id"], DELTAS), "\n", "\n\n"));
  });

  test("error-in-200 is one error event", async () => {
    const answer = await generate("error-in-200,code=DataInspectionFailed");
    const id = answer.headers["x-request-id"];
    assert.equal(answer.status, 200);
    const body = `{"code":"DataInspectionFailed","message":"Input data may contain inappropriate content.","request_id":"${id}"}`;
    assert.equal(answer.text, `id:1\nevent:error\n:HTTP_STATUS/400\ndata:${body}\n\n`);
  });

  test("error-mid comes after N pieces of text", async () => {
    const answer = await generate("error-mid=2,code=Throttling.AllocationQuota");
    const id = answer.headers["x-request-id"];
    const body = `{"code":"Throttling.AllocationQuota","message":"Allocated quota exceeded, please increase your quota limit.","request_id":"${id}"}`;
    const events = join(nativeEvents(id, DELTAS).slice(0, 2), "\n", "\n\n");
    assert.equal(answer.text, `${events}id:3\nevent:error\n:HTTP_STATUS/429\ndata:${body}\n\n`);
  });

  test("sse-on-error has a real status and an event as its body", async () => {
    const answer = await generate("sse-on-error,code=Arrearage");
    assert.equal(answer.status, 400);
    assert.match(answer.text, /^id:1\nevent:error\n:HTTP_STATUS\/400\ndata:\{"code":"Arrearage",.*\}\n\n$/);
  });
});

describe("dialect A", () => {
  test("a chunk is a data line with a space, the end is [DONE]", async () => {
    const answer = await chat();
    const data = chatData(answer.text, answer.headers["x-request-id"]);
    assert.equal(answer.text, data.map((line) => `data: ${line}\n\n`).join(""));
  });

  test("the usage chunk comes only when it is asked for", async () => {
    const answer = await chat(undefined, { stream_options: { include_usage: true } });
    const data = chatData(answer.text, answer.headers["x-request-id"]);
    const usage = answer.text.split("\n\n").at(-3)?.slice("data: ".length) ?? "";
    assert.equal(answer.text, [...data.slice(0, -1), usage, "[DONE]"].map((line) => `data: ${line}\n\n`).join(""));
    const { choices, usage: counts } = JSON.parse(usage);
    assert.deepEqual(choices, []);
    assert.deepEqual(counts, {
      prompt_tokens: 25,
      completion_tokens: 3,
      total_tokens: 28,
      seconds: 1,
      prompt_tokens_details: { audio_tokens: 25, text_tokens: 0 },
      completion_tokens_details: { text_tokens: 3 },
    });
  });

  const framings = {
    "no-space": (data) => data.map((line) => `data:${line}\n\n`).join(""),
    crlf: (data) => data.map((line) => `data: ${line}\r\n\r\n`).join(""),
    "no-blank-lines": (data) => data.map((line) => `data: ${line}\n`).join(""),
    "no-final-newline": (data) => data.map((line) => `data: ${line}`).join("\n\n"),
    bom: (data) => `\ufeff${data.map((line) => `data: ${line}\n\n`).join("")}`,
  };
  for (const [fault, expected] of Object.entries(framings)) {
    test(fault, async () => {
      const answer = await chat(fault);
      assert.equal(answer.text, expected(chatData(answer.text, answer.headers["x-request-id"])));
    });
  }

  test("cumulative-a repeats the text in each chunk", async () => {
    const answer = await chat("cumulative-a");
    const contents = [...answer.text.matchAll(/"content":"([^"]*)"/g)].map((match) => match[1]);
    assert.deepEqual(contents, ["", "Hé", "Hé,", "Hé, you"]);
  });

  test("finish-reason=null|string-null appear in the unfinished chunks", async () => {
    assert.equal((await chat("finish-reason=null")).text.match(/"finish_reason":null/g)?.length, 4);
    assert.equal((await chat("finish-reason=string-null")).text.match(/"finish_reason":"null"/g)?.length, 4);
    assert.equal((await chat("finish-reason=length")).text.match(/"finish_reason":"length"/g)?.length, 1);
    assert.doesNotMatch((await chat("finish-reason=absent")).text, /finish_reason/);
  });

  test("an error inside the stream is an object named error", async () => {
    const answer = await chat("error-mid=1");
    const [last] = answer.text.trimEnd().split("\n\n").slice(-1);
    assert.match(
      last,
      /^:HTTP_STATUS\/500\ndata: \{"error":\{"message":".*","type":"internal_server_error","param":null,"code":"internal_error"\},"request_id":".*"\}$/,
    );
  });
});

describe("whole bodies", () => {
  test("cut breaks off in the middle, stall only pauses", async () => {
    const body = generationBody();
    const cut = await send(emulator.url + GENERATION, { body, fault: "cut=1" });
    assert.equal(cut.broken, true);
    assert.equal(cut.text.length > 0 && cut.text.length < Number(cut.headers["content-length"]), true);
    const stalled = await send(emulator.url + GENERATION, { body, fault: "stall=50" });
    assert.equal(stalled.json().output.choices[0].message.content[0].text, "Hé, you");
  });

  test("splitBytes takes its sizes in turn", () => {
    const sizes = (value) => splitBytes(new Uint8Array(10), value).map((chunk) => chunk.length);
    assert.deepEqual(sizes("4"), [4, 4, 2]);
    assert.deepEqual(sizes("1+5"), [1, 5, 1, 3]);
    assert.deepEqual(sizes(undefined), [10]);
  });
});

function isUtf8(bytes) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
