// The relay in every runtime and framework that the README names: the same promises, in each.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { Transcriber } from "../../dist/index.js";
import { call, liveUpstream, TASKS } from "../edge/attacks/live-upstream.mjs";
import { eventually, startUpstream } from "../edge/upstream.mjs";
import { command, runTask } from "../emulator/live-client.mjs";
import { PROGRAMS, start } from "./relay-programs.mjs";

const KEY = "sk-the-secret-of-the-relay";
const AUDIO = new URL("../fixtures/speech/jfk.wav", import.meta.url);

for (const [name, { missing }] of Object.entries(PROGRAMS)) {
  describe(name, { skip: missing, concurrency: false }, () => {
    let upstream;
    let program;
    let answer;
    let audio;
    let asr;

    before(async () => {
      audio = await readFile(AUDIO);
      upstream = await startUpstream((request, response) => answer(request, response));
      program = await start(name, { UPSTREAM: upstream.url, DASHSCOPE_API_KEY: KEY });
      asr = new Transcriber({
        baseURL: `${program.url}/dashscope`,
        defaultHeaders: { "x-user": "ana" },
        maxRetries: 0,
      });
    });
    after(async () => {
      await program?.close();
      await upstream?.close();
    });

    const answering = async (request, response) => {
      await request.whole;
      response.writeHead(200, { "content-type": "application/json", "set-cookie": "a=b" });
      const choices = [{ message: { content: [{ text: "Ask not." }] }, finish_reason: "stop" }];
      response.end(JSON.stringify({ output: { choices }, usage: { seconds: 11 }, request_id: "r-1" }));
    };

    test("audio goes through in both forms, with the key and its length", async () => {
      answer = answering;
      for (let time = 0; time < 2; time += 1) assert.equal((await asr.transcribe(audio)).text, "Ask not.");
      const [base64, raw] = upstream.requests.map(({ pieces }) => Buffer.concat(pieces).toString());
      assert.equal(raw, base64);
      assert.ok(raw.includes(audio.toString("base64")));
      for (const { headers, pieces } of upstream.requests) {
        assert.equal(headers.authorization, `Bearer ${KEY}`);
        assert.equal(Number(headers["content-length"]), Buffer.concat(pieces).length);
      }
    });

    test("words arrive while they are recognised, and the service is let go when their reader leaves", async () => {
      upstream.requests.length = 0;
      answer = async (request, response) => {
        await request.whole;
        response.writeHead(200, { "content-type": "text/event-stream" });
        const words = setInterval(() => {
          response.write(
            'data: {"output":{"choices":[{"message":{"content":[{"text":"word "}]},"finish_reason":"null"}]}}\n\n',
          );
        }, 50);
        response.on("close", () => clearInterval(words));
      };
      for await (const event of asr.stream(audio)) {
        assert.equal(event.delta, "word ");
        break;
      }
      await eventually("the end of the request to the service", () => upstream.requests[0]?.closed, 10_000);
    });

    test("whoever is not let in, and what is not understood, stays outside", async () => {
      upstream.requests.length = 0;
      answer = answering;
      const path = `${program.url}/dashscope/api/v1/services/aigc/multimodal-generation/generation`;
      const post = (body, headers = {}) =>
        fetch(path, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
      const good =
        '{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"audio":"https://a.example/a.wav"}]}]}';
      assert.equal((await post(`${good}}`)).status, 403);
      const answered = await post(`${good}}`, { "x-user": "ana" });
      assert.equal(answered.status, 200);
      assert.equal(answered.headers.get("set-cookie"), null);
      const refused = await post(`${good},"model":"qwen-max"}`, { "x-user": "ana" });
      assert.deepEqual([refused.status, (await refused.json()).message], [400, "model is there twice."]);
      assert.equal(upstream.requests.length, 1);
    });

    const socketless = !/^(Node|Deno|Bun, by)/.test(name) && "its handlers are given no WebSockets";
    test("WebSockets go through where servers have them", { skip: socketless }, async () => {
      const live = liveUpstream({ upstream });
      const path = `/dashscope${TASKS}`;
      assert.equal((await call(program.url, path).ended).code, 1008);
      assert.deepEqual(live.opened, []);
      const caller = call(program.url, path, { headers: { "x-user": "ana" }, protocols: ["dashscope-asr"] });
      await caller.open;
      assert.equal(caller.socket.protocol, "dashscope-asr");
      caller.say(runTask("one"));
      await caller.until("task-started");
      for (let piece = 0; piece < 10; piece++) caller.say(Buffer.alloc(12_800, piece));
      caller.say(command("finish-task", "one"));
      await caller.until("task-finished");
      const [{ headers, said }] = live.opened;
      assert.equal(headers.authorization, `Bearer ${KEY}`);
      assert.deepEqual(
        said.map((message) => (typeof message === "string" ? JSON.parse(message).header.action : message[0])),
        ["run-task", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, "finish-task"],
      );
      caller.say(runTask("two", { model: "qwen-max" }));
      assert.equal((await caller.ended).code, 1008);
      assert.equal(caller.told.at(-1).header.error_code, "AccessDenied");
      await live.closed();
      live.reset();
      live.handshakes((stream) => stream.end("HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n"));
      const refused = call(program.url, path, { headers: { "x-user": "ana" } });
      await refused.ended;
      assert.match(refused.told[0].header.error_message, /speech service/);
    });

    test("the key is nowhere in what it prints", () => {
      assert.ok(!program.said().includes(KEY));
    });
  });
}
