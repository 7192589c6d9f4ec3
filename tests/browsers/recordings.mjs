// Recordings in another browser than Chromium: what it decodes itself and what we decode, and a long one in pieces.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { segments } from "../../dist/index.js";
import { startService } from "../client/service.mjs";
import { readDataUrl } from "../emulator/data-url.mjs";
import { SECONDS } from "../media/files.mjs";
import { assertAlike, byFfmpeg, files, samplesOf } from "../sound/listening.mjs";
import { forwardTo, startSoundSite } from "../sound/site.mjs";
import { utterances } from "../split/speaking.mjs";

/** Two minutes and a half. */
const long = utterances(18);
const MODEL = "qwen-audio-3.1-asr-flash"; // ten requests a second

/** Name of a file → its codec. What we decode, and what the browser does. */
const OURS = { "pcm16.wav": "pcm_s16le", "cbr.mp3": "mp3" };
const ITS_OWN = { "opus.webm": "opus", "plain.m4a": "aac" };
const path = files(Object.keys({ ...OURS, ...ITS_OWN }));

/**
 * @param {string} name @param {() => Promise<import("./page.mjs").Engine>} launch
 */
export function testRecordings(name, launch) {
  describe(`recordings in ${name}`, () => {
    let service;
    let site;
    let engine;
    /** The pieces that were sent. */
    const sent = [];

    before(async () => {
      service = await startService({ words: (samples) => `Takes ${samples.length}.` });
      const forward = forwardTo(service.url);
      site = await startSoundSite({
        file: (file) => (file === "long.wav" ? long : readFileSync(path(file))),
        service: (asked) => {
          const [found] = /data:[^"]+/.exec(asked.body.toString("latin1")) ?? [""];
          sent.push(readDataUrl(found));
          return forward(asked);
        },
      });
      engine = await launch();
    });
    after(async () => {
      await engine?.close();
      site?.close();
      await service?.close();
    });

    for (const [what, at, names] of [
      ["that we decode, and others at once", "/without", { ...OURS, ...ITS_OWN }],
      ["that the browser decodes, beside mediabunny", "/with", ITS_OWN],
    ]) {
      test(`${what}, are probed, read and cut`, async () => {
        const page = await site.open(engine.browser, at);
        for (const [file, codec] of Object.entries(names)) {
          const listened = await page.evaluate((file) => globalThis.listen(file), file);
          assert.deepEqual(Object.keys(listened), ["size"], `${file}: ${JSON.stringify(listened)}`);
          assertAlike(file, samplesOf(site.given().subarray(44)), await byFfmpeg(path(file)));
          const probed = await page.evaluate((file) => globalThis.probe(file), file);
          assert.equal(probed.codec, codec, JSON.stringify(probed));
          assert.ok(Math.abs(probed.durationMs / 1000 - SECONDS) < 0.2, `${file}: ${probed.durationMs}`);
          const cut = await page.evaluate((file) => globalThis.cut(file, { maxMs: 20_000 }), file);
          assert.ok(cut.length >= 4 && cut.every(({ samples }) => samples <= 320_000), JSON.stringify(cut));
        }
        await page.context().close();
      });
    }

    test("of some minutes become text in pieces, as Opus", async () => {
      const page = await site.open(engine.browser, "/without");
      const { text, gaps, way } = await page.evaluate((model) => globalThis.transcribe("long.wav", { model }), MODEL);
      const words = [];
      for await (const { samples } of segments(long, { targetMs: 60_000, silenceMs: 5_000 })) {
        words.push(`Takes ${samples.length}.`);
      }
      assert.deepEqual([text, gaps, way], [words.join(" "), [], "split"]);
      assert.deepEqual([...new Set(sent.map(({ mediaType }) => mediaType))], ["audio/ogg"]);
      await page.context().close();
    });
  });
}
