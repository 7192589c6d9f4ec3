// What the encoder of a page makes of samples, with ffmpeg and the browser as judges; and encoders that fail.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { segments } from "../../dist/index.js";
import { jfk } from "../fixtures/recordings.mjs";
import { run } from "../media/files.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { byFfmpeg, likeness, speech } from "./listening.mjs";
import { startSoundSite } from "./site.mjs";

/** Less than a frame of 20 ms, as much as fits into the first with the encoder's delay, a full page of packets, and more of each. */
const COUNTS = [1, 100, 216, 217, 320, 1_600, 16_000, 81_495, 81_496, 81_497, 480_001];

test("a runtime without an encoder gives nothing, without an error", async () => {
  for await (const { toOpus } of segments(jfk.read())) assert.equal(await toOpus(), undefined);
});

describe("a page", { skip: browserMissing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "opus-"));
  const spoken = speech(31);
  let browser;
  let site;
  before(async () => {
    site = await startSoundSite({ file: () => new Uint8Array(spoken.buffer) });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("encodes samples as Ogg Opus, as many as there are and where they are", async () => {
    const page = await site.open(browser, "/encoder");
    for (const count of COUNTS) {
      const { type, size, length } = await page.evaluate((count) => globalThis.encode(count), count);
      assert.deepEqual([type, length], ["audio/ogg", count * 3], "the browser hears so many samples of 48 kHz");
      const path = join(folder, `${count}.ogg`);
      writeFileSync(path, site.given());
      const probed = await run("ffprobe", ["-v", "warning", "-show_entries", "stream", "-of", "json", path]);
      const [{ codec_name, channels, duration_ts, time_base }] = JSON.parse(probed.output).streams;
      // With what stands before the sound, 6.5 ms.
      const expected = ["opus", 1, count * 3 + 312, "1/48000", ""];
      assert.deepEqual([codec_name, channels, duration_ts, time_base, probed.words], expected, `${count}`);
      assert.equal((await byFfmpeg(path, 48_000)).length, count * 3);
      if (count < 16_000) continue;
      assert.ok(size < count / 4, `${size} bytes: an eighth of WAV`);
      const { lag, decibels } = likeness(await byFfmpeg(path), spoken.subarray(0, count));
      assert.ok(lag === 0 && decibels > 10, `${count}: ${decibels} dB at ${lag}`);
    }
  });

  test("gives an encoder a second at a time: of minutes, some give no sign of life for longer than anybody waits", async () => {
    const page = await site.open(browser, "/encoder");
    const given = await page.evaluate(async () => {
      const lengths = [];
      const { encode } = AudioEncoder.prototype;
      AudioEncoder.prototype.encode = function (data) {
        lengths.push([data.timestamp, data.numberOfFrames]);
        return encode.call(this, data);
      };
      await globalThis.encode(40_000);
      return lengths;
    });
    const seconds = [0, 1_000_000].map((timestamp) => [timestamp, 16_000]);
    // What is left, and silence behind it.
    assert.deepEqual(given, [...seconds, [2_000_000, 8_000], [2_500_000, 3_200]]);
  });

  describe("gives nothing where the encoder", () => {
    /** In the page: replaces what there is, and counts the encoders that are open. Time runs a hundred times as fast. */
    const FAILURES = {
      "is missing": () => {
        delete globalThis.AudioEncoder;
      },
      "knows no Opus": () => {
        AudioEncoder.isConfigSupported = async (config) => ({ supported: false, config });
      },
      "throws when it is set up": () => {
        AudioEncoder.prototype.configure = () => {
          throw new DOMException("no", "NotSupportedError");
        };
      },
      "fails in the middle": () => {
        const Real = AudioEncoder;
        let packets = 0;
        globalThis.AudioEncoder = class extends Real {
          constructor({ output, error }) {
            const give = (...packet) =>
              ++packets === 20 ? error(new DOMException("no", "EncodingError")) : output(...packet);
            super({ output: give, error });
          }
        };
      },
      "is closed in the middle": () => {
        const Real = AudioEncoder;
        let packets = 0;
        globalThis.AudioEncoder = class extends Real {
          constructor({ output, error }) {
            super({
              error,
              output: (...packet) => {
                if (++packets === 20) this.close();
                output(...packet);
              },
            });
          }
        };
      },
      "gives nothing and stands still": () => {
        AudioEncoder.prototype.encode = () => {};
        AudioEncoder.prototype.flush = () => new Promise(() => {});
      },
      "never says what it knows": () => {
        AudioEncoder.isConfigSupported = () => new Promise(() => {});
      },
      "leaves out packets": () => {
        const Real = AudioEncoder;
        let packets = 0;
        globalThis.AudioEncoder = class extends Real {
          constructor({ output, error }) {
            super({ error, output: (...packet) => packets++ % 2 === 0 && output(...packet) });
          }
        };
      },
      "gives what is no packet": () => {
        const Real = AudioEncoder;
        globalThis.AudioEncoder = class extends Real {
          constructor({ output, error }) {
            super({ error, output: () => output({ byteLength: 0, copyTo: () => {} }) });
          }
        };
      },
    };
    for (const [how, replace] of Object.entries(FAILURES)) {
      test(how, async () => {
        const page = await site.open(browser, "/encoder");
        await page.evaluate(quicken);
        await page.evaluate(count);
        await page.evaluate(replace);
        assert.equal(await page.evaluate(() => globalThis.encode(16_000)), undefined);
        assert.equal(await page.evaluate(() => globalThis.openEncoders()), 0, "it is closed");
        assert.deepEqual(await page.evaluate(() => globalThis.rejections), []);
        await page.context().close();
      });
    }
  });

  test("a caller who wants no more closes the encoder, and is told so", async () => {
    const page = await site.open(browser, "/encoder");
    await page.evaluate(count);
    const cancel = async (when) => {
      const caller = new AbortController();
      if (when === "before") caller.abort();
      const encoding = globalThis.encode(480_000, caller.signal).catch(({ code }) => code);
      if (when === "under way") {
        while (globalThis.openEncoders() === 0) await new Promise((resolve) => setTimeout(resolve));
        caller.abort();
      }
      return [await encoding, globalThis.openEncoders()];
    };
    assert.deepEqual(await page.evaluate(cancel, "before"), ["aborted", 0]);
    assert.deepEqual(await page.evaluate(cancel, "under way"), ["aborted", 0]);
    assert.deepEqual(await page.evaluate(() => globalThis.rejections), []);
  });
});

/** Runs in a page: timers come a hundred times as soon. */
function quicken() {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (work, delay = 0) => setTimeout(work, delay / 100);
}

/** Runs in a page: how many encoders are open, and promises whose failure nobody has seen. */
function count() {
  const all = [];
  const { configure } = AudioEncoder.prototype;
  AudioEncoder.prototype.configure = function (config) {
    all.push(this);
    return configure.call(this, config);
  };
  globalThis.openEncoders = () => all.filter(({ state }) => state !== "closed").length;
  globalThis.rejections = [];
  addEventListener("unhandledrejection", ({ reason }) => globalThis.rejections.push(String(reason)));
}
