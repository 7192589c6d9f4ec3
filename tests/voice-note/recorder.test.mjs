// dashscope-asr/recorder in a page: every state, the copy on disk, and what is left after a crash.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { launchBrowser } from "../www/site.mjs";
import { newPage, pageOf, startPages, visit } from "./page.mjs";

const SCRIPT = `
import * as recorder from "dashscope-asr/recorder";
Object.assign(globalThis, recorder);
globalThis.states = [];
/** A recorder that writes down its states. */
globalThis.open = async (options = {}) => {
  const saved = await SavedRecordings.open();
  const made = new VoiceRecorder({ saved, ...options, onState: (state) => states.push(state) });
  Object.assign(globalThis, { saved, made });
};
/** Settles with the first state that is as wanted. */
globalThis.until = async (isWanted) => {
  while (!states.some(isWanted)) await new Promise((resolve) => setTimeout(resolve, 20));
  return states.find(isWanted);
};
globalThis.phases = () => states.map(({ phase }) => phase).filter((phase, at, all) => phase !== all[at - 1]);
globalThis.ready = true;
`;

let site;
let browser;
let page;

before(async () => {
  site = await startPages(
    { "/recorder": '<script type="module" src="/recorder-page.js"></script>' },
    {
      "/recorder-page.js": SCRIPT,
    },
  );
  browser = await launchBrowser({ microphone: "jfk", repeat: true });
});
afterEach(async () => {
  await page?.context().close();
  page = undefined;
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const open = async (options) => {
  page = await newPage(browser, options);
  await visit(page, `${site.url}/recorder`);
};

describe("states", () => {
  test("come one after the other, are data, and a pause is not recorded", async () => {
    await open();
    const found = await page.evaluate(async () => {
      await globalThis.open({ limitSeconds: 60 });
      const levels = [];
      const heard = new VoiceRecorder({ onLevel: (level) => levels.push(level) });
      await heard.start();
      const began = await made.start();
      await until(({ seconds }) => seconds > 0.8);
      made.pause();
      const { seconds } = made.state;
      await new Promise((resolve) => setTimeout(resolve, 700));
      made.resume();
      await until(({ seconds: now }) => now > seconds + 0.4);
      const recording = await made.stop();
      const lengthOf = async ({ blob }) =>
        (await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(await blob.arrayBuffer())).duration;
      structuredClone(states.at(-1));
      await heard.stop();
      return {
        ...{ began, phases: phases(), length: await lengthOf(recording), levels: levels.length, last: states.at(-1) },
        ...{ first: states[0], loudest: Math.max(...levels), type: recording.blob.type, reason: recording.reason },
        ...{ isSafe: recording.isSafe, seconds: recording.seconds },
      };
    });
    assert.equal(found.began, true);
    assert.deepEqual(found.phases, ["idle", "starting", "recording", "paused", "recording", "saving", "recorded"]);
    assert.ok(Math.abs(found.length - found.seconds) < 0.5, `${found.length} s of sound, ${found.seconds} s said`);
    assert.ok(found.levels > 10 && found.loudest > 0.3 && found.loudest <= 1, `${found.levels} levels`);
    assert.equal(found.first.permission, "granted");
    assert.equal(found.last.limitSeconds, 60);
    assert.deepEqual([found.type.split(";")[0], found.reason, found.isSafe], ["audio/webm", "stopped", true]);
    assert.deepEqual(page.complaints, []);
  });

  test("the limit ends it, and so does a microphone that goes away; both leave what was said", async () => {
    await open();
    const found = await page.evaluate(async () => {
      let stream;
      await globalThis.open({
        limitSeconds: 0.8,
        async openStream() {
          stream = await navigator.mediaDevices.getUserMedia({ audio: true });
          return stream;
        },
      });
      await made.start();
      const limited = await until(({ phase }) => phase === "recorded");
      const isLetGo = stream.getTracks().every(({ readyState }) => readyState === "ended");
      states.length = 0;
      const other = new VoiceRecorder({ onState: (state) => states.push(state), openStream: () => heard });
      const heard = navigator.mediaDevices.getUserMedia({ audio: true });
      await other.start();
      await until(({ seconds }) => seconds > 0.5);
      (await heard).getAudioTracks()[0].dispatchEvent(new Event("ended"));
      const lost = await until(({ phase }) => phase === "recorded");
      const third = new VoiceRecorder({
        openStream: () => heardAgain,
        onState({ phase }) {
          if (phase === "recording") heardAgain.then((again) => again.getTracks()[0].dispatchEvent(new Event("ended")));
        },
      });
      const heardAgain = navigator.mediaDevices.getUserMedia({ audio: true });
      await third.start();
      const nothing = await third.stop();
      const ends = [limited, lost].map(({ recording }) => [recording.reason, recording.blob.size > 1000]);
      return [...ends, isLetGo, nothing, third.state.phase, third.state.trouble?.code];
    });
    assert.deepEqual(found, [["limit", true], ["microphone-lost", true], true, undefined, "idle", "busy"]);
  });

  test("a microphone that is not allowed is a state with words, and so is one that is not there", async () => {
    await open({ permissions: [] });
    await page.addInitScript(() => {
      const refuse = () => Promise.reject(new DOMException("no", globalThis.refusal));
      navigator.mediaDevices.getUserMedia = refuse;
    });
    await visit(page, `${site.url}/recorder`);
    const found = await page.evaluate(async () => {
      await globalThis.open();
      const troubles = [];
      for (const refusal of ["NotAllowedError", "NotFoundError", "NotReadableError"]) {
        globalThis.refusal = refusal;
        const began = await made.start();
        troubles.push([began, made.state.phase, made.state.trouble.code, made.state.trouble.advice.length > 20]);
      }
      return troubles;
    });
    assert.deepEqual(found, [
      [false, "idle", "blocked", true],
      [false, "idle", "missing", true],
      [false, "idle", "busy", true],
    ]);
  });

  test("closing while the microphone opens lets it go, and says nothing any more", async () => {
    await open();
    const found = await page.evaluate(async () => {
      const streams = [];
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (constraints) => {
        const stream = await ask(constraints);
        streams.push(stream);
        return stream;
      };
      await globalThis.open();
      const starting = made.start();
      const told = states.length;
      made.close();
      const began = await starting;
      const again = await made.start();
      const tracks = streams.flatMap((stream) => stream.getTracks()).map(({ readyState }) => readyState);
      return { began, again, tracks, more: states.length - told };
    });
    assert.deepEqual(found, { began: false, again: false, tracks: ["ended"], more: 0 });
  });

  test("a start that is called off at any moment leaves no microphone open", async () => {
    await open();
    const found = await page.evaluate(async () => {
      const streams = [];
      await globalThis.open({
        async openStream() {
          const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
          streams.push(stream);
          return stream;
        },
      });
      const begins = [];
      for (const wait of [0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300]) {
        const starting = made.start();
        await new Promise((resolve) => setTimeout(resolve, wait));
        await made.stop();
        begins.push(await starting);
        await made.discard();
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      const isOpen = streams.some((stream) => stream.active);
      return { isOpen, phase: made.state.phase, kept: (await saved.list()).length, begun: begins.includes(false) };
    });
    assert.deepEqual(found, { isOpen: false, phase: "idle", kept: 0, begun: true });
  });

  test("an option that does not exist, or is of another kind, is refused by its name", async () => {
    await open();
    const messages = await page.evaluate(() =>
      [{ limit: 3 }, { limitSeconds: "300" }, { saved: SavedRecordings.open() }, { onState: true }].map((options) => {
        try {
          new VoiceRecorder(options);
          return "";
        } catch (error) {
          return `${error.name}: ${error.message}`;
        }
      }),
    );
    assert.match(messages[0], /^TypeError: limit: unknown; there are deviceId, saved/);
    assert.deepEqual(messages.slice(1), [
      "TypeError: limitSeconds: expected a number above 0",
      "TypeError: saved: expected what SavedRecordings.open() gives; await it",
      "TypeError: onState: expected a function",
    ]);
  });
});

describe("the copy on disk", () => {
  test("is there after a crash, and in use as long as its tab lives", async () => {
    await open();
    await page.evaluate(async () => {
      await globalThis.open({ place: "diary" });
      await made.start();
      await until(({ seconds }) => seconds > 2.4);
    });
    const other = await pageOf(page.context());
    await visit(other, `${site.url}/recorder`);
    const list = () =>
      other.evaluate(async () => {
        const saved = await SavedRecordings.open();
        return (await saved.list()).map(({ seconds, place }) => [seconds >= 1, place]);
      });
    assert.deepEqual(await list(), [], "it is being recorded");
    // Nothing of the page runs any more, as in a crash.
    await page.close({ runBeforeUnload: false });
    while ((await list()).length === 0) await pause(20);
    assert.deepEqual(await list(), [[true, "diary"]]);
    const length = await other.evaluate(async () => {
      const saved = await SavedRecordings.open();
      const [draft] = await saved.list();
      const sound = await (await saved.take(draft)).arrayBuffer();
      const { duration } = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(sound);
      await saved.delete(draft);
      return duration;
    });
    assert.ok(length > 1, `${length} s`);
    assert.deepEqual(await list(), []);
    page = other;
  });

  test("goes with a recording that is thrown away, and there is none of a slip of the finger", async () => {
    await open();
    const found = await page.evaluate(async () => {
      await globalThis.open();
      await made.start();
      await until(({ seconds }) => seconds > 1.2);
      await made.discard();
      const discarded = made.state.phase;
      await made.start();
      const slip = await made.stop();
      states.length = 0;
      await made.start();
      await until(({ seconds }) => seconds > 0.5);
      await made.stop();
      await made.clear();
      const kept = await saved.list();
      return { discarded, slip, kept: kept.length, phase: made.state.phase };
    });
    assert.deepEqual(found, { discarded: "idle", slip: undefined, kept: 1, phase: "idle" });
  });

  test("that does not fit any more is told of before it bites, and when it does", async () => {
    await open();
    const found = await page.evaluate(async () => {
      navigator.storage.estimate = async () => ({ quota: 1_000_000, usage: 900_000 });
      await globalThis.open({ limitSeconds: 300 });
      await made.start();
      await until(({ safety }) => safety === "scarce");
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
      const { seconds } = await until(({ safety }) => safety === "none");
      const { isSafe, blob } = await made.stop();
      IDBObjectStore.prototype.put = put;
      return { seconds, isSafe, whole: blob.size > 1000, safeties: [...new Set(states.map(({ safety }) => safety))] };
    });
    assert.deepEqual(found.safeties, ["kept", "scarce", "none"]);
    assert.ok(found.seconds < 3, `told after ${found.seconds} s`);
    assert.deepEqual([found.isSafe, found.whole], [false, true]);
  });
});
