// live() in a page: through a relay and straight to the service, the part loaded when it is first used, and a network that goes and
// comes back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createPageToken } from "../../dist/edge.js";
import { startEmulator } from "../emulator/server.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { SECRET, startRelay } from "./relay-process.mjs";
import { SAID, SAMPLES } from "./speaking.mjs";
import { startWire } from "./wire.mjs";

const PAGE = `<!doctype html><script type="module">
import { Transcriber } from "/dist/index.js";
globalThis.speak = async (url, key, tokenURL) => {
  const samples = new Int16Array(await (await fetch("/samples")).arrayBuffer());
  const live = new Transcriber({ baseURL: url, apiKey: key }).live({ maxSentenceSilence: 600, tokenURL });
  const states = [];
  (async () => { for await (const event of live) if (event.type === "state") states.push(event.state); })().catch(() => {});
  try {
    for (let at = 0; at < samples.length; at += 1600) {
      live.send(samples.subarray(at, at + 1600));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    return { transcript: await live.finish(), states };
  } catch (error) {
    return { message: error.message, code: error.code };
  }
};
globalThis.ready = true;
</script>`;

describe("live in Chromium", { skip: browserMissing }, () => {
  let emulator;
  let browser;
  let page;
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path === "/samples") return response.end(Buffer.from(SAMPLES.buffer));
    if (path === "/") return response.setHeader("content-type", "text/html").end(PAGE);
    if (!path.startsWith("/dist/")) return response.writeHead(404).end();
    const file = new URL(`../..${path}`, import.meta.url);
    response.setHeader("content-type", "text/javascript").end(readFileSync(file));
  });
  before(async () => {
    emulator = await startEmulator();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    browser = await launchBrowser();
    page = await browser.newPage();
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction(() => globalThis.ready);
  });
  after(async () => {
    await browser?.close();
    server.close();
    await emulator?.close();
  });
  let whole;
  /** What is heard where nothing happens. */
  const uncut = () => (whole ??= speak(emulator.url));
  const speak = (url, key = "sk-test", tokenURL) =>
    page.evaluate((given) => globalThis.speak(...given), [url, key, tokenURL]);

  test("wherever it is cut, the text is the same", async () => {
    const whole = await uncut();
    assert.ok(wordErrors(SAID, whole.transcript.text).rate < 0.12, JSON.stringify(whole));
    for (const cut of [
      { upwards: true, after: 700 },
      { upwards: true, after: 200_000 },
      { upwards: true, after: 450_000 },
      { upwards: false, after: 300 },
      { upwards: false, after: 4_000 },
    ]) {
      const wire = await startWire(emulator.url);
      wire.state.cut = cut;
      const { transcript, states } = await speak(wire.url);
      assert.equal(transcript.text, whole.transcript.text, JSON.stringify(cut));
      assert.ok(states.includes("reconnecting"), JSON.stringify([cut, states]));
      wire.close();
    }
  });

  test("through a relay with a page token, and with a token of the service, nobody's in between", async () => {
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    const relay = await startRelay({ upstream: emulator.url, origins: [`http://127.0.0.1:${port}`] });
    try {
      emulator.requests.length = 0;
      const { transcript, message } = await speak(relay.url, await createPageToken({ secret: SECRET }));
      assert.ok(wordErrors(SAID, transcript?.text ?? "").rate < 0.12, message);
      assert.deepEqual(emulator.requests[0].query, {});
      const refused = await speak(relay.url, "somebody-else");
      assert.deepEqual([refused.code, /does not know you/.test(refused.message)], ["permission_denied", true]);

      const direct = await speak(relay.url, "ana", `${relay.url}/token`);
      assert.equal(direct.transcript?.text, transcript.text, direct.message);
      assert.equal(emulator.requests.at(-1).query.api_key, "st-…");
      assert.ok(!JSON.stringify(relay.events()).includes("st-"));
    } finally {
      await relay.kill();
    }
  });

  test("the network is switched off and on, and nothing is missing", async () => {
    const whole = await uncut();
    const sockets = () => emulator.requests.filter(({ live }) => live);
    const before = sockets().length;
    const speaking = speak(emulator.url);
    const got = () => sockets()[before]?.live?.audioBytes ?? 0;
    while (got() < 100_000) await sleep(10);
    await page.context().setOffline(true);
    await sleep(1_500);
    const { audioBytes } = sockets()[before].live;
    await page.context().setOffline(false);
    const { transcript, states, message } = await speaking;
    assert.equal(transcript?.text, whole.transcript.text, message);
    assert.ok(audioBytes < SAMPLES.byteLength / 2, `${audioBytes} bytes went through a network that was off`);
    assert.ok(states.includes("reconnecting") && sockets().length >= before + 2, JSON.stringify(states));
  });

  test("a page is told what a refused key may be", async () => {
    const { code, message } = await speak(emulator.url, "not-a-key-at-all");
    assert.equal(code, "connection_error");
    assert.match(message, /key \(wrong, expired, of another region\)/);
  });
});
