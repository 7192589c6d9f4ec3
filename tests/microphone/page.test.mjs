// The microphone in Chromium, under a policy without blob:. What comes of a device is a recording; what is measured to the sample
// is a ramp in the device's place, whose values tell the time.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { recordings } from "../fixtures/recordings.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { browserMissing, executablePath } from "../packaging/chromium.mjs";
import { block } from "../readme/blocks.mjs";
import { convertSpeech } from "../www/site.mjs";
import { hangUp, listen, startMicrophoneSite, visit } from "./page.mjs";

const spoken = recordings.find(({ name }) => name === "libri_0930");

/** Long enough to open the microphone on a slow machine, before the word is said that must not be lost. */
const BREATH_SECONDS = 3;
const SPOKEN_SECONDS = 3.3;

const MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];

function launch(flags) {
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--host-resolver-rules=MAP elsewhere.test 127.0.0.1", ...flags],
  });
}

const said = () =>
  convertSpeech(
    spoken.name,
    ["-af", `adelay=${BREATH_SECONDS * 1000}`, "-ar", "48000", "-c:a", "pcm_s16le"],
    `${spoken.name}-late-48k.wav`,
  );

describe("the microphone in Chromium", { skip: browserMissing }, () => {
  let site;
  let browser;
  let page;

  before(async () => {
    site = await startMicrophoneSite();
    browser = await launch([
      ...MICROPHONE,
      `--use-file-for-fake-audio-capture=${said()}`,
      "--autoplay-policy=no-user-gesture-required",
    ]);
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });
  beforeEach(async () => {
    const context = await browser.newContext({ permissions: ["microphone"] });
    page = await context.newPage();
    await visit(page, site.url);
  });

  test("what is said is heard from the first word on, while a recorder takes the same", async () => {
    const emulator = await startEmulator();
    try {
      await listen(page, emulator.url);
      await page.evaluate(() => {
        globalThis.recorded = 0;
        const recorder = new MediaRecorder(globalThis.microphone.stream);
        recorder.addEventListener("dataavailable", ({ data }) => (globalThis.recorded += data.size));
        recorder.start(500);
      });
      const enough = (BREATH_SECONDS + SPOKEN_SECONDS) * 16_000;
      await page.waitForFunction((wanted) => globalThis.samples > wanted, enough);
      const { text, states } = await page.evaluate(hangUp);
      assert.ok(wordErrors(spoken.words, text).rate <= 0.15, text);
      assert.match(text, /^he /i);
      assert.deepEqual(states, ["open", "closed"]);
      assert.ok((await page.evaluate(() => globalThis.recorded)) > 1000);
    } finally {
      await emulator.close();
    }
  });

  test("the README's page shows what is said", async () => {
    const emulator = await startEmulator({ recogniser: createScriptedRecogniser("Somebody has spoken.") });
    const { code } = block("microphone");
    const page = await browser.newPage();
    const readme = await startMicrophoneSite({
      serve(request, response) {
        if (request.url !== "/readme.js") return false;
        const script = code.replace('"dashscope-asr/microphone"', '"/microphone.js"');
        response.writeHead(200, { "content-type": "text/javascript" }).end(script);
        return true;
      },
    });
    try {
      await visit(page, readme.url);
      await page.evaluate(async (baseURL) => {
        document.body.innerHTML = "<button id=start>Start</button><button id=stop>Stop</button><output></output>";
        globalThis.asr = new Transcriber({ baseURL, apiKey: "sk-test" });
        globalThis.lines = [];
        console.log = (...words) => globalThis.lines.push(words.join(" "));
        await import("/readme.js");
      }, emulator.url);
      await page.click("#start");
      await page.waitForFunction(() => document.querySelector("output").textContent !== "");
      await page.click("#stop");
      await page.waitForFunction(() => globalThis.lines.length === 3);
      const [first, second, text] = await page.evaluate(() => globalThis.lines);
      assert.deepEqual([first, second], ["open it hears", "closed it was closed"]);
      assert.match(text, /^Somebody has spoken\./);
    } finally {
      await page.close();
      await readme.close();
      await emulator.close();
    }
  });

  test("the devices have names, and can be asked for", async () => {
    const [devices, opened] = await page.evaluate(async () => {
      const devices = await listMicrophones();
      const microphone = await openMicrophone({ deviceId: devices.at(-1).deviceId, sampleRate: 24_000 });
      const { label, deviceId, sampleRate } = microphone;
      microphone.close();
      return [devices, { label, deviceId, sampleRate }];
    });
    assert.ok(devices.length > 0);
    assert.deepEqual(opened, { ...devices.at(-1), sampleRate: 24_000 });
    const error = await refusal({ deviceId: "not-there" });
    assert.equal(error.code, "microphone_not_found");
  });

  test("a stream of the page's own is heard, and stays open", async () => {
    const outcome = await page.evaluate(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const microphone = await openMicrophone({ stream });
      const isSame = microphone.stream === stream;
      microphone.close();
      let count = 0;
      for await (const samples of microphone) count += samples.length;
      return [isSame, count > 0, stream.active];
    });
    assert.deepEqual(outcome, [true, true, true]);
  });

  for (const [what, isTold] of Object.entries({ "that is told": true, "that the page has made itself": false })) {
    test(`the end of its track, ${what}, is a lost microphone, and the loop ends`, async () => {
      const outcome = await page.evaluate(async (isTold) => {
        const told = [];
        const microphone = await openMicrophone({ onState: (state, reason) => told.push([state, reason]) });
        const [track] = microphone.stream.getAudioTracks();
        track.stop();
        if (isTold) track.dispatchEvent(new Event("ended"));
        let count = 0;
        for await (const samples of microphone) count += samples.length;
        return { told, count, state: microphone.state };
      }, isTold);
      assert.deepEqual(
        outcome.told.map(([state]) => state),
        ["open", "lost"],
      );
      assert.match(outcome.told[1][1], /unplugged, or the permission/);
      assert.ok(outcome.count > 0, "what came before is there");
      assert.equal(outcome.state, "lost");
    });
  }

  test("what the system mutes is said, and comes back", async () => {
    const told = await page.evaluate(async () => {
      const told = [];
      const microphone = await openMicrophone({ onState: (state) => told.push(state) });
      const [track] = microphone.stream.getAudioTracks();
      for (const muted of [true, false]) {
        Object.defineProperty(track, "muted", { value: muted, configurable: true });
        track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
      }
      microphone.close();
      return told;
    });
    assert.deepEqual(told, ["open", "muted", "open", "closed"]);
  });

  test("a signal ends the opening, and closes what is open", async () => {
    const outcome = await page.evaluate(async () => {
      const early = new AbortController();
      const opening = openMicrophone({ signal: early.signal }).catch(({ code, cause }) => [code, cause]);
      early.abort("not any more");
      const late = new AbortController();
      const microphone = await openMicrophone({ signal: late.signal });
      late.abort();
      for await (const _ of microphone);
      const [track] = microphone.stream.getAudioTracks();
      return [await opening, microphone.state, track.readyState];
    });
    assert.deepEqual(outcome, [["aborted", "not any more"], "closed", "ended"]);
  });

  describe("to the sample", () => {
    const SECONDS = 20;

    /** Runs in the page: a ramp from −0.9 to 0.9 takes the place of the device. */
    const takePlace = (seconds) => {
      globalThis.timeOf = (sample) => ((sample / 32_768 + 0.9) / 1.8) * seconds;
      AudioContext.prototype.createMediaStreamSource = function () {
        const length = seconds * this.sampleRate;
        const buffer = this.createBuffer(1, length, this.sampleRate);
        const ramp = buffer.getChannelData(0);
        for (let index = 0; index < length; index++) ramp[index] = (1.8 * index) / length - 0.9;
        const source = new AudioBufferSourceNode(this, { buffer });
        source.start();
        const began = this.currentTime;
        globalThis.now = () => this.currentTime - began;
        return source;
      };
    };

    /** Where the samples do not follow each other as those of the ramp. */
    const jumpsIn = (samples) => {
      const step = (1.8 * 32_768) / (SECONDS * 16_000);
      // Its beginning is a step, which rings in any filter.
      const rest = samples.slice(100);
      const jumps = [];
      let start = 0;
      for (let index = 1; index < rest.length; index++) {
        if (Math.abs(rest[index] - rest[start] - (index - start) * step) < 3) continue;
        jumps.push(index + 100);
        start = index;
      }
      return jumps;
    };

    test("nothing is missing between opening and closing, though the page stood still", async () => {
      await page.evaluate(takePlace, SECONDS);
      const outcome = await page.evaluate(async () => {
        let opened;
        const levels = [];
        const microphone = await openMicrophone({
          onLevel: (level) => levels.push(level),
          onState: (state) => (opened ??= state === "open" ? now() : undefined),
        });
        const samples = [];
        const reading = (async () => {
          for await (const chunk of microphone) samples.push(...chunk);
        })();
        for (let stop = 0; stop < 2; stop++) {
          await new Promise((resolve) => setTimeout(resolve, 300));
          for (const until = performance.now() + 700; performance.now() < until; );
        }
        microphone.close();
        const closed = now();
        await reading;
        return {
          samples,
          levels,
          opened,
          closed,
          first: timeOf(samples[100]) - 100 / 16_000,
          last: timeOf(samples.at(-100)),
        };
      });
      assert.deepEqual(jumpsIn(outcome.samples.slice(0, -100)), []);
      assert.ok(outcome.first <= outcome.opened, `begins at ${outcome.first}, "open" was told at ${outcome.opened}`);
      assert.ok(outcome.last >= outcome.closed - 0.05, `ends at ${outcome.last}, closed at ${outcome.closed}`);
      assert.ok(outcome.samples.length > 1.9 * 16_000);
      assert.ok(
        outcome.levels.length > 10 && outcome.levels.every((level) => level > 0.9 && level <= 1),
        "as loud as the ramp",
      );
    });

    test("a pause is left out, and nothing else", async () => {
      await page.evaluate(takePlace, SECONDS);
      const { samples, told, paused, resumed } = await page.evaluate(async () => {
        const told = [];
        const microphone = await openMicrophone({ onState: (state) => told.push(state) });
        const samples = [];
        const reading = (async () => {
          for await (const chunk of microphone) samples.push(...chunk);
        })();
        const wait = () => new Promise((resolve) => setTimeout(resolve, 400));
        await wait();
        microphone.pause();
        const paused = now();
        await wait();
        microphone.resume();
        const resumed = now();
        await wait();
        microphone.close();
        await reading;
        return { samples, told, paused, resumed };
      });
      assert.deepEqual(told, ["open", "paused", "open", "closed"]);
      const time = (sample) => ((sample / 32_768 + 0.9) / 1.8) * SECONDS;
      // A filter begins and ends with silence: what it makes of the edges of a run is not looked at.
      const edges = jumpsIn(samples.slice(0, -100));
      const [before, behind] = [edges[0] - 1, edges.at(-1) + 1];
      assert.ok(edges.length > 0 && behind - before < 100, `jumps at ${edges}`);
      assert.ok(time(samples[before - 40]) >= paused - 0.05, "all that was before the pause");
      assert.ok(time(samples[behind]) - time(samples[before]) > (resumed - paused) / 2, "and nothing of it");
    });
  });

  /** What is said when it cannot be opened. */
  async function refusal(options = {}, on = page) {
    return on.evaluate(
      (given) =>
        openMicrophone(given).then(
          () => ({ code: "opened" }),
          ({ name, code, message }) => ({ name, code, message }),
        ),
      options,
    );
  }

  describe("is refused in words", () => {
    test("where the policy of the page forbids it", async () => {
      const forbidding = await startMicrophoneSite({ headers: { "permissions-policy": "microphone=()" } });
      try {
        await visit(page, forbidding.url);
        const { name, code, message } = await refusal();
        assert.deepEqual([name, code], ["MicrophoneError", "microphone_denied"]);
        assert.match(message, /not allowed/);
      } finally {
        await forbidding.close();
      }
    });

    test("on a page that is not safe", async () => {
      await visit(page, site.url.replace("127.0.0.1", "elsewhere.test"));
      const { code, message } = await refusal();
      assert.equal(code, "insecure_context");
      assert.match(message, /pages of https: and of localhost only, and this one is of http:\/\/elsewhere\.test/);
    });

    test("where the script of the audio thread is not, and the policy forbids the text", async () => {
      const without = await startMicrophoneSite({
        serve(request, response) {
          if (!request.url.startsWith("/microphone-worklet.js")) return false;
          response.writeHead(404).end();
          return true;
        },
      });
      try {
        await visit(page, without.url);
        const { code, message } = await refusal();
        assert.equal(code, "worklet_not_loaded");
        assert.match(message, /serve a copy of dashscope-asr\/microphone-worklet\.js .* workletURL/);
        const named = await refusal({ workletURL: "/nowhere.js" });
        assert.match(named.message, /^workletURL: no script came from \/nowhere\.js/);
      } finally {
        await without.close();
      }
    });

    test("where the browser waits for somebody to press something", async () => {
      // Chromium does not, once a page has a microphone.
      await page.evaluate(() => {
        globalThis.AudioContext = class extends AudioContext {
          constructor() {
            super();
            this.suspend();
          }
          resume = () => new Promise(() => {});
        };
        const { setTimeout } = globalThis;
        globalThis.setTimeout = (work, delay) => setTimeout(work, delay >= 10_000 ? 300 : delay);
      });
      const { code, message } = await refusal();
      assert.equal(code, "sound_blocked");
      assert.match(message, /when somebody presses a button/);
    });

    test("where there is no device, and where leave was not given", async () => {
      const bare = await launch(["--deny-permission-prompts"]);
      try {
        const context = await bare.newContext();
        const other = await context.newPage();
        await visit(other, site.url);
        const denied = await refusal({}, other);
        assert.match(denied.code, /^microphone_(denied|not_found)$/);
        await context.grantPermissions(["microphone"]);
        assert.equal((await refusal({}, other)).code, "microphone_not_found");
      } finally {
        await bare.close();
      }
    });
  });

  test("leave is known without asking, and told when it changes", async () => {
    const state = await page.evaluate(async () => {
      globalThis.permission = await microphonePermission();
      globalThis.changes = [];
      globalThis.permission.onchange = (state) => globalThis.changes.push(state);
      return globalThis.permission.state;
    });
    assert.equal(state, "granted");
    const session = await page.context().newCDPSession(page);
    const { targetInfo } = await session.send("Target.getTargetInfo");
    const root = await browser.newBrowserCDPSession();
    await root.send("Browser.setPermission", {
      ...{ permission: { name: "microphone" }, setting: "denied", origin: site.url },
      browserContextId: targetInfo.browserContextId,
    });
    await page.waitForFunction(() => globalThis.changes.length > 0);
    assert.deepEqual(await page.evaluate(() => globalThis.changes), ["denied"]);
  });
});
