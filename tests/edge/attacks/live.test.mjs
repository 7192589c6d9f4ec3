// WebSockets: who opens them, what is said over them, and what becomes of one end when the other goes.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { before, beforeEach, describe, test } from "node:test";
import { command, runTask, update } from "../../emulator/live-client.mjs";
import { eventually } from "../upstream.mjs";
import { call, liveUpstream, SESSIONS, TASKS } from "./live-upstream.mjs";
import { assertNoKey, KEY, RUNTIMES, staged } from "./stage.mjs";

const MODEL = "qwen-audio-3.1-asr-flash-streaming";
const QWEN3 = "qwen3-asr-flash-realtime";
const SESSION = `${SESSIONS}?model=${QWEN3}`;
const base64url = (text) => Buffer.from(text).toString("base64url");
const bearer = (text) => ["dashscope-asr", `dashscope-asr.bearer.${base64url(text)}`];
const append = (audio) => ({ event_id: "e", type: "input_audio_buffer.append", audio });

for (const runtime of RUNTIMES) {
  describe(`live in ${runtime}`, () => {
    const stage = staged(runtime);
    /** @type {ReturnType<typeof liveUpstream>} */
    let upstream;
    before(() => {
      upstream = liveUpstream(stage);
    });
    beforeEach(() => upstream.reset());

    /** @param {string} relay @param {string} [path] @param {Parameters<typeof call>[2]} [how] */
    const open = (relay, path = TASKS, how) => call(stage.url, `/${relay}${path}`, how);
    const running = async (relay, how) => {
      const caller = open(relay, TASKS, how);
      await caller.open;
      caller.say(runTask("one"));
      await caller.until("task-started");
      return caller;
    };
    const events = async () => (await stage.send({ method: "GET", path: "/events" })).json;

    /** What was refused is told in the words of the protocol, nothing of it went on, and both ends are let go. */
    async function assertTold(caller, code, closed, said = 0) {
      const { code: number, reason } = await caller.ended;
      const event = caller.told.at(-1);
      const words = event.header ?? event.error;
      assert.equal(words.error_code ?? words.code, code, JSON.stringify(event));
      assert.ok(event.header?.event === "task-failed" || (event.type === "error" && words.type === "server_error"));
      assert.match(words.error_message ?? words.message, /\S \S/);
      assert.equal(number, closed, reason);
      assert.match(reason ?? "", /\S \S/);
      assert.equal(upstream.opened[0]?.said.length ?? 0, said, JSON.stringify(upstream.opened[0]?.said));
      if (upstream.opened.length > 0) await upstream.closed();
    }

    test("what is spoken goes through, with the key where nobody but the service sees it", async () => {
      await events();
      const caller = await running("told", { headers: { authorization: "Bearer ana", cookie: "a=b" } });
      const audio = Buffer.from(Array.from({ length: 16_000 }, (_, at) => at & 255));
      for (let at = 0; at < audio.length; at += 3200) caller.say(audio.subarray(at, at + 3200));
      caller.say(command("continue-task", "one"));
      caller.say(command("finish-task", "one"));
      await caller.until("task-finished");
      caller.say(runTask("two", { model: "fun-asr-realtime" }));
      await eventually(
        "the second recognition",
        () => caller.told.filter(({ header }) => header.event === "task-started")[1],
      );
      caller.socket.close(1000);
      await upstream.closed();
      const [{ said, url, headers }] = upstream.opened;
      assert.equal(url, TASKS);
      assert.equal(headers.authorization, `Bearer ${KEY}`);
      for (const name of ["cookie", "origin", "sec-websocket-protocol"]) assert.equal(headers[name], undefined, name);
      assert.deepEqual(JSON.parse(String(said[0])), runTask("one"));
      assert.deepEqual(Buffer.concat(said.filter((message) => typeof message !== "string")), audio);
      const told = await eventually("the operator is told", async () => {
        const list = await events();
        return list.length > 0 && list;
      });
      const [{ ms, requestId, ...event }, ...more] = await told;
      assert.deepEqual(more, []);
      const bytes = said.reduce((sum, message) => sum + message.length, 0);
      const expected = {
        route: "live-task",
        caller: "ana",
        model: "fun-asr-realtime",
        seconds: 0.5,
        bytes,
        status: 101,
      };
      assert.deepEqual(event, expected);
    });

    test("the other protocol, and messages of any length", async () => {
      const caller = open("open", SESSION);
      await caller.until("session.created");
      caller.say(update({ input_audio_format: "pcm", turn_detection: null }));
      await caller.until("session.updated");
      for (const length of [0, 80, 124, 125, 200, 60_000, 65_600, 100_000]) caller.say(append("A".repeat(length)));
      caller.say({ type: "input_audio_buffer.commit" });
      caller.say({ type: "session.finish" });
      await caller.until("session.finished");
      assert.equal(upstream.opened[0].url, SESSION);
      assert.deepEqual(
        upstream.opened[0].said.map((message) => JSON.parse(String(message)).audio?.length),
        [undefined, 0, 80, 124, 125, 200, 60_000, 65_600, 100_000, undefined, undefined],
      );
    });

    describe("who opens it", () => {
      for (const [name, relay, how, path = TASKS] of [
        ["a page of another site", "pages", { origin: "https://evil.example" }],
        [
          "a page of another site, with the visitor's credential",
          "named",
          { origin: "https://evil.example", headers: { authorization: "Bearer ana" } },
        ],
        ["a page without an origin", "pages", { origin: "null" }],
        ["a page of a site that ends alike", "pages", { origin: "https://app.example.evil.example" }],
        [
          "a page that says it is of this site",
          "pages",
          { origin: "https://evil.example", headers: { host: "evil.example" } },
        ],
        ["a model that is none of speech", "open", {}, `${SESSIONS}?model=qwen3-omni-flash-realtime`],
        ["a second model in the address", "open", {}, `${SESSION}&model=qwen-max`],
        ["a model of the other protocol", "open", {}, `${SESSIONS}?model=${MODEL}`],
      ]) {
        test(`${name} gets no socket`, async () => {
          const { status, body } = await open(relay, path, how).ended;
          assert.ok(status === 403 || status === 400, `${status} ${body}`);
          assert.deepEqual(upstream.opened, []);
        });
      }

      test("pages that were named, and programs that authorize lets in", async () => {
        for (const origin of ["https://app.example", stage.url]) (await running("pages", { origin })).socket.close();
        (await running("named", { headers: { authorization: "Bearer bob" } })).socket.close();
        upstream.reset();
        await assertTold(open("pages"), "AccessDenied", 1008);
      });

      test("a question without an upgrade is told what it lacks", async () => {
        const { status, headers } = await stage.send({ method: "GET", path: `/open${TASKS}` });
        // Cloudflare's runtime keeps that header to itself.
        assert.deepEqual([status, headers.get("upgrade")], [426, runtime === "node" ? "websocket" : null]);
      });

      for (const [relay, code, closed] of [
        ["closed", "AccessDenied", 1008],
        ["named", "AccessDenied", 1008],
        ["throws", "InternalError", 1011],
        ["keyless", "InvalidApiKey", 1008],
      ]) {
        test(`${relay}: pages are told why, of which a refused handshake tells them nothing`, async () => {
          await assertTold(open(relay), code, closed);
          assert.deepEqual(upstream.opened, []);
        });
      }

      test("an answer of authorize's own is the answer", async () => {
        assert.equal((await open("answers").ended).status, 401);
      });
    });

    describe("a page's credential", () => {
      const tokenOf = async (query) => (await stage.send({ method: "GET", path: `/token?${query}` })).text;

      test("comes as the name of a protocol, and goes no further", async () => {
        const token = await tokenOf("caller=ana");
        for (const [relay, credential] of [
          ["tokens", token],
          ["told", "ana"],
        ]) {
          upstream.reset();
          const caller = await running(relay, { protocols: bearer(credential), origin: undefined });
          assert.equal(caller.socket.protocol, "dashscope-asr");
          caller.socket.close();
          await upstream.closed();
          assert.ok(!JSON.stringify(upstream.opened[0].headers).includes(base64url(credential)));
        }
        assert.ok(!stage.log().includes(token) && !JSON.stringify(await events()).includes(base64url("ana")));
      });

      test("in an address is none", async () => {
        const token = await tokenOf("caller=ana");
        for (const name of ["api_key", "token", "authorization"])
          await assertTold(open("tokens", `${TASKS}?${name}=${token}`), "InvalidApiKey", 1008);
      });

      test("that is wrong is told so", async () => {
        for (const credential of [
          "",
          "ana",
          await tokenOf("caller=ana&ago=61"),
          await tokenOf(`secret=${"b".repeat(40)}`),
        ])
          await assertTold(open("tokens", TASKS, { protocols: bearer(credential) }), "InvalidApiKey", 1008);
        const broken = ["dashscope-asr", "dashscope-asr.bearer.!!!"];
        await assertTold(open("tokens", TASKS, { protocols: broken }), "InvalidApiKey", 1008);
      });
    });

    describe("what is said", () => {
      const wrong = (change) => JSON.stringify(runTask("one")).replace(...change);
      for (const [name, message, code = "InvalidParameter"] of [
        ["another model", runTask("one", { model: "qwen-max" }), "AccessDenied"],
        ["a model of the other protocol", runTask("one", { model: QWEN3 }), "AccessDenied"],
        ["a model that is there twice", wrong(['"model":', '"model":"fun-asr-realtime","model":'])],
        ["a model that is escaped", wrong(['"model":', '"model":"fun-asr-realtime","mod\\u0065l":'])],
        ["another task", wrong(['"asr"', '"tts"'])],
        ["a further member", wrong(['"input":{}', '"input":{},"resources":[]'])],
        ["a further parameter", runTask("one", { parameters: { callback_url: "https://evil.example" } })],
        ["a rate that makes an hour of a second", runTask("one", { parameters: { sample_rate: 1e9 } })],
        ["an action that is none", command("cancel-task", "one")],
        ["an end before the beginning", command("finish-task", "one")],
        ["the other protocol", update({})],
        ["no JSON", "hello there"],
        ["nothing", ""],
        ["two messages in one", `${JSON.stringify(runTask("one"))}${JSON.stringify(runTask("one"))}`],
        ["audio before it is asked for", Buffer.alloc(3200)],
        ["depth", `${"[".repeat(2000)}`],
      ]) {
        test(`${name} at the beginning`, async () => {
          const caller = open("open");
          await caller.open;
          caller.say(message);
          await assertTold(caller, code, 1008);
        });
      }

      test("a model that is not on the operator's list", async () => {
        const caller = open("one");
        await caller.open;
        caller.say(runTask("one"));
        await assertTold(caller, "AccessDenied", 1008);
      });

      test("another model in a second recognition, and a second one before the first has ended", async () => {
        const caller = await running("open");
        caller.say(command("finish-task", "one"));
        await caller.until("task-finished");
        caller.say(runTask("two", { model: "qwen-max" }));
        await assertTold(caller, "AccessDenied", 1008, 2);
        upstream.reset();
        const hasty = await running("open");
        hasty.say(runTask("two"));
        await assertTold(hasty, "InvalidParameter", 1008, 1);
      });

      for (const [name, message, code] of [
        ["a member that nobody knows", update({ tools: [] }), "InvalidParameter"],
        ["another model", update({ model: "qwen-max" }), "InvalidParameter"],
        [
          "another model for the transcription",
          update({ input_audio_transcription: { model: "gummy" } }),
          "InvalidParameter",
        ],
        ["talk", { type: "response.create" }, "InvalidParameter"],
        ["audio before it is asked for", append("AAAA"), "InvalidParameter"],
        ["bytes", Buffer.alloc(100), "InvalidParameter"],
        ["the other protocol", runTask("one"), "InvalidParameter"],
      ]) {
        test(`${name} in the session protocol`, async () => {
          const caller = open("open", SESSION);
          await caller.open;
          caller.say(message);
          await assertTold(caller, code, 1008);
        });
      }

      test("messages that are too large", async () => {
        const caller = await running("open");
        caller.say(Buffer.alloc(262_145));
        const { code } = await caller.ended;
        assert.equal(code, 1009);
        await upstream.closed();
        assert.equal(upstream.opened[0].said.length, 1);
      });

      test("more audio than the operator allows", async () => {
        await events();
        const caller = await running("small");
        for (let second = 0; second < 31; second++) caller.say(Buffer.alloc(32_000));
        await assertTold(caller, "BadRequest.TooLarge", 1009, 31);
      });
    });

    test("callers that come too often", async () => {
      const headers = { "x-test-address": "203.0.113.77" };
      for (let time = 0; time < 2; time++) (await running("few", { headers })).socket.terminate();
      const last = await running("few", { headers });
      last.say(command("finish-task", "one"));
      await last.until("task-finished");
      last.say(runTask("two"));
      assert.equal((await last.ended).code, 1013, "a second recognition is a request");
      upstream.reset();
      await assertTold(open("few", TASKS, { headers }), "Throttling.RateQuota", 1013);
      assert.deepEqual(upstream.opened, []);
    });

    describe("when one end goes", () => {
      test("the caller, without a word", async () => {
        const caller = await running("open");
        caller.socket.terminate();
        await upstream.closed();
      });

      test("the service, without a word", async () => {
        const caller = await running("open");
        upstream.opened[0].socket?.terminate();
        const { code, reason } = await caller.ended;
        assert.deepEqual([code, reason], [1011, "The speech service has broken the connection."]);
      });

      test("the service, with words in which the key is", async () => {
        upstream.answers((socket) => {
          socket.send(JSON.stringify({ header: { event: "task-failed", error_message: `no ${KEY}` } }));
          socket.close(1007, `bad ${KEY}`);
        });
        const caller = open("open");
        await caller.open;
        caller.say(runTask("one"));
        const { code, reason } = await caller.ended;
        assert.equal(code, 1007);
        assertNoKey(JSON.stringify(caller.told) + reason);
        assert.match(caller.told[0].header.error_message, /^no /);
      });

      const answered = (head, body) => (stream) =>
        stream.end(`HTTP/1.1 ${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      for (const [name, does, code, closed] of [
        [
          "with a wrong key",
          answered("401 No", '{"code":"InvalidApiKey","message":"Invalid API-key provided."}'),
          "InvalidApiKey",
          1008,
        ],
        [
          "with the key in its words",
          answered("403 No", `{"code":"Denied","message":"${KEY}"}`),
          "ServiceUnavailable",
          1008,
        ],
        ["by a gateway's page", answered("503 No", "<html>"), "ServiceUnavailable", 1011],
        ["by an answer that is no socket", answered("200 OK", "{}"), "ServiceUnavailable", 1011],
        ["by a redirect", answered("302 Found\r\nlocation: http://127.0.0.1:1/", ""), "ServiceUnavailable", 1011],
        [
          "too many",
          answered("429 No", '{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded."}'),
          "Throttling.RateQuota",
          1013,
        ],
        ["without an answer", (stream) => stream.destroy(), "ServiceUnavailable", 1011],
      ]) {
        test(`the service refuses the socket ${name}`, async () => {
          upstream.handshakes(does);
          const caller = open("open");
          const { code: number } = await caller.ended;
          const { error_code, error_message } = caller.told[0].header;
          assert.deepEqual([error_code, number], [code, closed], error_message);
          assertNoKey(error_message);
        });
      }
    });

    describe("tokens of the service", () => {
      const ask = (relay, query, headers = {}) => stage.send({ path: `/${relay}/token${query}`, headers, body: "" });

      test("are for callers whom authorize lets in, where the operator gives them out", async () => {
        stage.upstreamAnswers((_, response) => {
          response.writeHead(200, { "content-type": "application/json" });
          response.end('{"token":"st-0123456789","expires_at":1800000000}');
        });
        const { status, json, headers } = await ask("giving", `?model=${MODEL}`, { authorization: "Bearer ana" });
        const url = `${stage.upstream.url.replace("http", "ws")}${TASKS}`;
        assert.deepEqual([status, json], [200, { token: "st-0123456789", url, expiresAt: 1_800_000_000 }]);
        assert.match(headers.get("cache-control") ?? "", /no-store/);
        const [asked] = stage.upstream.requests;
        assert.deepEqual(
          [asked.method, asked.url, asked.headers.authorization],
          ["POST", "/api/v1/tokens?expire_in_seconds=60", `Bearer ${KEY}`],
        );
        assert.ok(!JSON.stringify(await events()).includes("st-0123"));
      });

      for (const [name, relay, query, headers] of [
        ["where they are not given out", "named", `?model=${MODEL}`, { authorization: "Bearer ana" }],
        ["without a credential", "giving", `?model=${MODEL}`, {}],
        ["for a model that is none", "giving", "?model=qwen-max", { authorization: "Bearer ana" }],
        [
          "from a page of another site",
          "giving",
          `?model=${MODEL}`,
          { authorization: "Bearer ana", origin: "https://evil.example" },
        ],
      ]) {
        test(`none ${name}`, async () => {
          stage.upstreamAnswers(() => assert.fail("nobody may be asked"));
          const { status, text } = await ask(relay, query, headers);
          assert.equal(status, 403, text);
          stage.assertUntouched();
        });
      }

      test("none for a page token, which lets into the relay only", async () => {
        const token = (await stage.send({ method: "GET", path: "/token?caller=ana" })).text;
        stage.upstream.requests.length = 0;
        assert.equal((await ask("giving", `?model=${MODEL}`, { authorization: `Bearer ${token}` })).status, 403);
        stage.assertUntouched();
      });
    });

    if (runtime === "node") {
      test("who reads slowly holds up the other, and fills no memory", async () => {
        const caller = await running("open");
        const { socket: service, said } = upstream.opened[0];
        service.pause();
        for (let piece = 0; piece < 75; piece++) caller.say(Buffer.alloc(256_000, piece));
        await eventually("the caller is held up", () => caller.socket.bufferedAmount < 19_000_000);
        await new Promise((resolve) => setTimeout(resolve, 300));
        assert.ok(caller.socket.bufferedAmount > 4_000_000, String(caller.socket.bufferedAmount));
        service.resume();
        await eventually("all of it", () => said.length === 76);

        caller.socket.pause();
        const event = JSON.stringify({ header: { event: "result-generated", words: "x".repeat(60_000) } });
        for (let time = 0; time < 300; time++) service.send(event);
        await new Promise((resolve) => setTimeout(resolve, 300));
        assert.ok(service.bufferedAmount > 4_000_000, String(service.bufferedAmount));
        caller.socket.resume();
        await eventually("all events", () => caller.told.length === 301);
      });

      test("bytes that are no frames", async () => {
        for (const [frame, code] of [
          ["8a80", 1002], // a pong in full, which is fine, and then an unmasked frame
          ["827f0000010000000000", 1002],
          ["82ff000001000000000000000000", 1009],
          ["82ff00000000ffffffff00000000", 1009],
          ["c28000000000", 1002],
          ["838000000000", 1002],
          ["808000000000", 1002],
          ["0980", 1002],
          ["89fe007e00000000", 1002],
          ["818200000000c328", 1007],
          ["888100000000ff", 1002],
        ]) {
          const { hostname, port } = new URL(stage.url);
          const socket = connect(Number(port), hostname);
          socket.on("error", () => {});
          const bytes = [];
          socket.on("data", (chunk) => bytes.push(chunk));
          const gone = new Promise((resolve) => socket.on("close", resolve));
          const head = [
            "GET /open/api-ws/v1/inference HTTP/1.1",
            "host: localhost",
            "connection: upgrade",
            "upgrade: websocket",
          ];
          head.push("sec-websocket-version: 13", `sec-websocket-key: ${"A".repeat(22)}==`, "", "");
          socket.write(head.join("\r\n"));
          await eventually("the handshake", () => Buffer.concat(bytes).includes("\r\n\r\n"));
          socket.write(Buffer.from(`${frame}${frame === "8a80" ? "000000000200" : ""}`, "hex"));
          await gone;
          const answer = Buffer.concat(bytes);
          const goodbye = answer.subarray(answer.indexOf("\r\n\r\n") + 4);
          assert.equal(goodbye[0], 0x88, frame);
          assert.equal(goodbye.readUInt16BE(2), code, frame);
        }
      });
    }
  });
}
