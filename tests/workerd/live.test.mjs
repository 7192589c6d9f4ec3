// live() in Cloudflare's runtime, where a socket is asked for by fetch, as what hears for a voice agent.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEmulator } from "../emulator/server.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { SAID, SAMPLES } from "../live/speaking.mjs";
import { startWire } from "../live/wire.mjs";
import { block } from "../readme/blocks.mjs";
import { bundle, start } from "./worker.mjs";

// What Cloudflare's pipeline does with a transcriber (packages/voice/src in cloudflare/agents): a session for a call, audio as it
// comes, nothing that says where somebody stops.
const CALL = `
import { Transcriber } from "dashscope-asr";
import { DashScopeSTT } from "dashscope-asr/cloudflare-voice";

export default {
  async fetch(request, env) {
    const { options, language, url, key, sentences } = JSON.parse(request.headers.get("x-call"));
    const asr = new Transcriber({ apiKey: key, baseURL: url });
    const transcriber = new DashScopeSTT(asr, options);
    const told = [];
    let over;
    const done = new Promise((resolve) => { over = resolve; });
    const session = transcriber.createSession({
      language,
      onSpeechStart: () => told.push(["start"]),
      onInterim: (text) => told.push(["interim", text]),
      onUtterance(text) {
        told.push(["utterance", text]);
        session.updateAgentContext("What else did he say?");
        if (told.filter(([kind]) => kind === "utterance").length === sentences) over();
      },
      onFatalError({ code, message }) {
        told.push(["fatal", code, message]);
        over();
      },
    });
    try {
      await session.waitUntilReady();
    } catch ({ code, message }) {
      return Response.json({ code, message, told });
    }
    const bytes = await request.arrayBuffer();
    for (let at = 0; at < bytes.byteLength; at += 3200) {
      session.feed(bytes.slice(at, at + 3200));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await done;
    session.close();
    return Response.json({ told });
  },
};
`;

const IMPORTS = /^import .*\n/gm;
const snippet = block("voice").code;

/** The same with what the README has for it. */
const OF_README = [
  ...(snippet.match(IMPORTS) ?? []),
  CALL.replaceAll(IMPORTS, "").replace(/ {4}const asr =.*\n.*\n/, snippet.replaceAll(IMPORTS, "")),
].join("");

/** The speech, and as much silence as ends its last sentence. */
const SPEECH = new Int16Array(SAMPLES.length + 32_000);
SPEECH.set(SAMPLES);

const SENTENCES = 4;

/** Its first words. */
const FIRST = new Int16Array(16 * 4_000);
FIRST.set(SAMPLES.subarray(0, 16 * 2_500));

let emulator;
let worker;
before(async () => {
  emulator = await startEmulator();
  worker = await start(await bundle("workerd-live", { "worker.js": CALL }), {});
});
after(async () => {
  await worker?.close();
  await emulator?.close();
});

/** @param {object} [call] @param {Int16Array} [body] @returns {Promise<any>} */
async function speak(call = {}, body = SPEECH, { url } = worker) {
  const told = { url: emulator.url, key: "sk-of-the-worker", options: { maxSentenceSilence: 600 }, ...call };
  const headers = { "x-call": JSON.stringify({ sentences: SENTENCES, ...told }) };
  return (await fetch(url, { signal: AbortSignal.timeout(30_000), method: "POST", body, headers })).json();
}

const utterances = ({ told }) => told.flatMap(([kind, text]) => (kind === "utterance" ? [text] : []));

describe("a voice agent of Cloudflare", () => {
  let whole;
  before(async () => {
    whole = await speak({ language: "en-US" });
  });

  test("is told what is said, sentence by sentence, and when somebody begins", () => {
    const { told } = whole;
    assert.ok(wordErrors(SAID, utterances(whole).join(" ")).rate < 0.12, JSON.stringify(told));
    const kinds = told.map(([kind]) => kind).filter((kind) => kind !== "interim");
    assert.deepEqual(kinds, Array.from({ length: SENTENCES }, () => ["start", "utterance"]).flat());
    assert.ok(told.some(([kind]) => kind === "interim"));
  });

  test("hears every word when the connection is cut, either way", async () => {
    for (const cut of [
      { upwards: true, after: 300_000 },
      { upwards: false, after: 3_000 },
    ]) {
      const wire = await startWire(emulator.url);
      wire.state.cut = cut;
      const found = await speak({ language: "en-US", url: wire.url });
      assert.deepEqual(utterances(found), utterances(whole), JSON.stringify(cut));
      assert.equal(wire.state.connections, 2);
      wire.close();
    }
  });

  test("is told at the beginning what is wrong with the key, in the service's words", async () => {
    const { code, message, told } = await speak({ key: "not-a-key-at-all" });
    assert.deepEqual([code, told], ["authentication", []]);
    assert.doesNotMatch(message, /not-a-key/);
  });

  test("hears as the README has it", async () => {
    const folder = await bundle("workerd-live-readme", { "worker.js": OF_README });
    const running = await start(folder, { DASHSCOPE_API_KEY: "sk-of-the-worker" }, { internet: emulator.url });
    try {
      const [heard] = utterances(await speak({ sentences: 1 }, FIRST, running));
      assert.ok(heard.length > 20 && whole.told.flat().join(" ").includes(heard.slice(0, 12)), heard);
    } finally {
      await running.close();
    }
  });

  test("may use a model that knows no context, of the other protocol", async () => {
    const options = { model: "qwen3-asr-flash-realtime" };
    const found = await speak({ options, language: "en", sentences: 1 }, FIRST);
    assert.ok(utterances(found)[0].length > 3, JSON.stringify(found));
  });

  test("is told of a language that the model cannot be told", async () => {
    const options = { model: "qwen-audio-3.1-asr-flash-message" };
    const { code, message } = await speak({ options, language: "en" });
    assert.equal(code, "invalid_option");
    assert.match(message, /^language: /);
  });
});
