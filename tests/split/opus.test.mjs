// Pieces as Opus from a page: the emulator hears as much as in WAV, to the sample, and the same words; and what happens where Opus is
// refused, or the encoder fails.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { segments } from "../../dist/index.js";
import { startService, until } from "../client/service.mjs";
import { readDataUrl } from "../emulator/data-url.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { wordErrors } from "../fixtures/word-error-rate.mjs";
import { run } from "../media/files.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";
import { forwardTo, startSoundSite } from "../sound/site.mjs";
import { reading, said, utterances } from "./speaking.mjs";

const COUNT = 8;
const ROUNDS = 2;
const FILES = { utterances: utterances(COUNT), reading: reading(ROUNDS) };
/** Ten requests a second. */
const MODEL = "qwen-audio-3.1-asr-flash";

describe("pieces of a page", { skip: browserMissing }, () => {
  /** Hears how many samples there are. */
  let counting;
  let emulator;
  let browser;
  let site;
  /** The pieces that were sent. @type {{ mediaType: string, bytes: Buffer }[]} */
  const sent = [];
  let answer = (_piece) => undefined;
  let url = () => counting.url;
  const service = async (asked) => {
    const [found] = /data:[^"]+/.exec(asked.body.toString("latin1")) ?? [""];
    const piece = readDataUrl(found);
    if (piece) sent.push(piece);
    return answer(piece) ?? (await forwardTo(url())(asked));
  };
  before(async () => {
    counting = await startService({ words: (samples) => `Takes ${samples.length}.` });
    emulator = await startEmulator();
    site = await startSoundSite({ file: (name) => FILES[name], service });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    site?.close();
    await emulator?.close();
    await counting?.close();
  });
  beforeEach(() => {
    sent.splice(0);
    answer = () => undefined;
    url = () => counting.url;
  });

  /** Transcribes in a new page, after it was changed. */
  async function transcribe(options = {}, change = () => {}, name = "utterances") {
    const page = await site.open(browser, "/without");
    await page.evaluate(change);
    const given = [name, { model: MODEL, ...options }];
    const transcript = await page.evaluate(([name, options]) => globalThis.transcribe(name, options), given);
    await page.context().close();
    return transcript;
  }
  const types = () => sent.map(({ mediaType }) => mediaType);
  const bytesOf = (pieces) => pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const formOf = (type, count = COUNT) => new Array(count).fill(type);

  /** How long the pieces are. */
  async function cuts() {
    const lengths = [];
    const rules = { model: MODEL, targetMs: 60_000, silenceMs: 5_000 };
    for await (const { samples } of segments(FILES.utterances, rules)) lengths.push(samples.length);
    return lengths;
  }

  /** Every piece is in the text, as long as it is in the recording. */
  async function assertWhole({ text, gaps }) {
    const words = (await cuts()).map((length) => `Takes ${length}.`);
    assert.deepEqual([text, gaps], [words.join(" "), []]);
  }

  test("are Opus as long as WAV, a tenth as large, with the service's name for the format", async () => {
    await assertWhole(await transcribe());
    assert.deepEqual(types(), formOf("audio/ogg"));
    assert.ok(counting.requests.every(({ body }) => body.parameters.format === "opus"));
    const opus = sent.splice(0);
    const folder = mkdtempSync(join(tmpdir(), "pieces-"));
    try {
      const found = [];
      for (const [index, { bytes }] of opus.entries()) {
        const path = join(folder, `${index}.ogg`);
        writeFileSync(path, bytes);
        const probed = await run("ffprobe", ["-v", "warning", "-show_entries", "stream", "-of", "json", path]);
        const [{ codec_name, duration_ts }] = JSON.parse(probed.output).streams;
        assert.deepEqual([codec_name, probed.words], ["opus", ""]);
        found.push(duration_ts);
      }
      // Several are under way at a time. 312: what an encoder delays the sound by stands before it.
      const expected = (await cuts()).map((samples) => samples * 3 + 312);
      assert.deepEqual(found.sort(), expected.sort());
    } finally {
      rmSync(folder, { recursive: true });
    }
    await assertWhole(await transcribe({ pieceFormat: "wav" }));
    assert.deepEqual(types(), formOf("audio/wav"));
    const share = bytesOf(opus) / bytesOf(sent);
    assert.ok(share < 0.125, `${share} of WAV`);
  });

  test("have the same words for the real recogniser", async () => {
    url = () => emulator.url;
    const errors = async (options) => {
      const { text, gaps } = await transcribe({ model: "qwen3-asr-flash", ...options }, () => {}, "reading");
      assert.deepEqual(gaps, []);
      return [wordErrors(said(ROUNDS), text).errors, text];
    };
    const [lossless, wav] = await errors({ pieceFormat: "wav" });
    const [lossy, opus] = await errors({});
    assert.deepEqual([...new Set(types())], ["audio/wav", "audio/ogg"]);
    assert.ok(lossy <= lossless + 1, `${lossy}, not ${lossless}: ${opus}, not ${wav}`);
  });

  test("go as WAV where there is no encoder, and where the caller names a format", async () => {
    await assertWhole(
      await transcribe({}, () => {
        delete globalThis.AudioEncoder;
      }),
    );
    assert.deepEqual(types(), formOf("audio/wav"));
    sent.splice(0);
    await assertWhole(await transcribe({ format: "wav" }));
    assert.deepEqual(types(), formOf("audio/wav"));
  });

  test("go as WAV where the encoder fails in the middle of them, and nobody notices", async () => {
    await assertWhole(
      await transcribe({ concurrency: 1 }, () => {
        const Real = AudioEncoder;
        let made = 0;
        globalThis.AudioEncoder = class extends Real {
          constructor({ output, error }) {
            const isBroken = ++made % 3 === 2;
            let packets = 0;
            const give = (...packet) =>
              ++packets === 20 && isBroken ? error(new DOMException("no", "EncodingError")) : output(...packet);
            super({ output: give, error });
          }
        };
      }),
    );
    assert.deepEqual(
      types(),
      ["ogg", "wav", "ogg", "ogg", "wav", "ogg", "ogg", "wav"].map((type) => `audio/${type}`),
    );
  });

  for (const [status, code] of [
    [415, "unsupported_media_type"],
    [400, "BadRequest.UnsupportedFileFormat"],
  ]) {
    test(`that are refused for their type (${status}) go again as WAV, and so do all later ones`, async () => {
      answer = ({ mediaType }) =>
        mediaType === "audio/ogg" && sent.length > 2
          ? Response.json({ error: { code, message: "not this type" } }, { status })
          : undefined;
      await assertWhole(await transcribe({ concurrency: 1, maxRetries: 0 }));
      const [ogg, wav] = ["audio/ogg", "audio/wav"];
      assert.deepEqual(types(), [ogg, ogg, ogg, ...formOf(wav, COUNT - 2)]);
    });
  }

  test("are encoded once, also where they are sent twice", async () => {
    let refusals = 3;
    answer = () => (refusals-- > 0 ? Response.json({ code: "InternalError" }, { status: 500 }) : undefined);
    await assertWhole(
      await transcribe({ concurrency: 1, maxRetries: 3 }, () => {
        const Real = AudioEncoder;
        let made = 0;
        globalThis.AudioEncoder = class extends Real {
          constructor(callbacks) {
            super(callbacks);
            if (++made > 8) throw new Error("one for each piece");
          }
        };
      }),
    );
    assert.deepEqual(types(), formOf("audio/ogg", COUNT + 3));
  });

  test("are not sent again by resume, whichever form they had", async () => {
    const page = await site.open(browser, "/without");
    const half = await page.evaluate(
      (model) => globalThis.transcribe("utterances", { model, concurrency: 1, pieceFormat: "wav" }, 4),
      MODEL,
    );
    assert.equal(half.code, "aborted");
    assert.deepEqual(types(), formOf("audio/wav", 4));
    const whole = await page.evaluate(
      (model) => globalThis.transcribe("utterances", { model, resume: globalThis.resume }),
      MODEL,
    );
    await assertWhole(whole);
    assert.deepEqual(types().slice(4), formOf("audio/ogg", COUNT - 4));
  });

  test("of a call that is cancelled keep no encoder open", async () => {
    const page = await site.open(browser, "/without");
    const states = await page.evaluate(async (model) => {
      const encoders = [];
      const { configure } = AudioEncoder.prototype;
      AudioEncoder.prototype.configure = function (config) {
        encoders.push(this);
        return configure.call(this, config);
      };
      // The second one would never end.
      AudioEncoder.prototype.flush = ((flush) =>
        function () {
          return encoders.indexOf(this) === 1 ? new Promise(() => {}) : flush.call(this);
        })(AudioEncoder.prototype.flush);
      const outcome = await globalThis.transcribe("utterances", { model, concurrency: 2 }, 1);
      return [outcome.code, ...new Set(encoders.map(({ state }) => state))];
    }, MODEL);
    assert.deepEqual(states, ["aborted", "closed"]);
    await until(() => sent.length >= 1, "the first piece was sent");
  });

  test("pieceFormat is one of two words", async () => {
    const { code, message } = await transcribe({ pieceFormat: "mp3" });
    assert.equal(code, "invalid_option");
    assert.match(message, /"auto", "wav"/);
    assert.deepEqual(sent, []);
  });
});
