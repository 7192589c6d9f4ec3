// Somebody else on the page has given `Object.prototype` members. They are nobody's options: not the key, not where requests go.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber, toDataUrl, toSrt } from "../../dist/index.js";
import { audio, startService } from "./service.mjs";
import { AT_ONCE, scriptedFetch, startSite } from "./site.mjs";

let service;
let site;

before(async () => {
  service = await startService();
  site = await startSite();
});
after(async () => {
  await service.close();
  await site.close();
});

/** Does something while `Object.prototype` has a member that nobody gave. */
async function polluted(members, work) {
  const names = Object.keys(members);
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, { value: members[name], configurable: true, writable: true });
  }
  try {
    return await work();
  } finally {
    for (const name of names) delete Object.prototype[name];
  }
}

const trap = () => {
  throw new Error("nobody gave this function");
};
/** Options, each with a value that would be noticed. Not `headers`: the Request of Node itself takes them from there. */
const CLIENT = {
  apiKey: "sk-stolen",
  baseURL: "https://evil.example",
  baseUrl: "https://evil.example",
  region: "beijing",
  workspaceId: "evil",
  model: "evil-model",
  protocol: "openai",
  fetch: trap,
  defaultHeaders: { "x-evil": "1" },
};
const CALL = {
  signal: AbortSignal.abort(),
  timeout: 1,
  maxRetries: -1,
  onProgress: trap,
  onStatus: trap,
  onFile: trap,
  upload: trap,
  longAudio: "evil",
  together: true,
  stream: true,
  expireInSeconds: 1000,
  mediaType: "audio/evil",
  language: "xx",
  context: "evil",
  enableItn: true,
  messages: [{ role: "user", text: "evil" }],
  vocabulary: { evil: 5 },
  vocabularyId: "evil",
  languageHints: ["xx"],
  parameters: { evil: true },
  asrOptions: { evil: true },
  channelId: [9],
  prefix: "evil",
  pageSize: 1,
  status: "FAILED",
};

describe("inherited members", () => {
  for (const [name, value] of Object.entries({ ...CLIENT, ...CALL })) {
    test(`${name} is not taken`, async () => {
      const sent = await polluted({ [name]: value }, async () => {
        const { fetch, sent: requests } = scriptedFetch(({ url }) =>
          url.pathname.endsWith("/generation")
            ? { output: { choices: [{ finish_reason: "stop", message: { content: [{ text: "Hello." }] } }] } }
            : { output: { task_id: "t" }, token: "st-1", expires_at: 1 },
        );
        const asr = new Transcriber({ __proto__: null, baseURL: "https://relay.example", fetch });
        assert.equal((await asr.transcribe(audio)).text, "Hello.");
        await asr.submit("https://example.com/a.wav");
        await asr.submitBatch(["https://example.com/a.wav", "https://example.com/b.wav"]);
        await asr.createToken();
        return requests;
      });
      assert.equal(sent.length, 5);
      for (const { url, headers, text } of sent) {
        assert.equal(url.host, "relay.example");
        const said = `${url} ${JSON.stringify(headers)} ${text.replace(/;base64,[^"]*/, "")}`;
        assert.doesNotMatch(
          said,
          /evil|xx|stolen|enable_itn|expire|authorization|FAILED|"stream":true|x-dashscope-sse/,
        );
      }
    });
  }

  test("everything works all the same with all of them at once", async () => {
    // But those that functions of Node itself take from there.
    const { timeout, signal, status, ...members } = CALL;
    const words = await polluted(members, async () => {
      const asr = service.client();
      const { text } = await asr.transcribe(audio);
      const task = await asr.submit(site.url("a.wav"), { headers: { "x-emulator-fault": AT_ONCE } });
      assert.equal((await task.result()).text, text);
      assert.match(await asr.upload(new Blob([audio])), /\.wav$/);
      assert.match(await toDataUrl(audio), /^data:audio\/wav;/);
      assert.equal(typeof toSrt({ text: "", noSpeech: true, segments: [], channels: [] }), "string");
      return text;
    });
    assert.match(words, /country/);
  });

  test("a vocabulary's words and messages bring nothing that is not theirs", async () => {
    const { fetch, sent } = scriptedFetch(() => ({ output: { vocabulary_id: "v" } }));
    const asr = new Transcriber({ baseURL: "https://relay.example", fetch });
    await polluted({ lang: "evil", weight: 5, text: "evil" }, () =>
      asr.vocabularies.create({ targetModel: "fun-asr", prefix: "p", words: [{ text: "Kennedy", weight: 4 }] }),
    );
    assert.doesNotMatch(sent[0].text, /evil/);
  });
});
