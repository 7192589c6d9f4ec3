// Data URLs that callers bring: what `fetch` reads out of one is what is sent, clean and padded. The judges are the fetch of
// this runtime and that of a browser, for URLs from a seeded generator; one departure is stated by itself.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Transcriber, toDataUrl } from "../../dist/index.js";
import { seededRandom } from "../fixtures/seeded-random.mjs";
import { browserMissing, launchBrowser } from "../packaging/chromium.mjs";

const asr = new Transcriber({ apiKey: "sk-test" });

/** The audio of the request as base64, or the code of the refusal. */
async function sent(url) {
  try {
    const request = await (await asr.buildRequest(url)).json();
    return request.input.messages.at(-1).content[0].audio;
  } catch (error) {
    return error.code;
  }
}

/** What the platform reads, as base64; `undefined` where it refuses. Runs in a page too. */
async function fetched(urls) {
  const read = async (url) => {
    try {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      let binary = "";
      for (const byte of bytes) binary += String.fromCharCode(byte);
      return btoa(binary);
    } catch {
      return undefined;
    }
  };
  return Promise.all(urls.map(read));
}

/** RIFF and WAVE, then anything: between 12 bytes and 9 kB, more than is looked at of a file. */
function audioBytes(random) {
  const bytes = Uint8Array.from({ length: 12 + Math.floor(random() ** 4 * 9000) }, () => random() * 256);
  bytes.set(new TextEncoder().encode("RIFF\0\0\0\0WAVE"));
  return bytes;
}

/** A data URL of audio, written in one of the ways in which people write them, or damaged. */
function dataUrl(random) {
  const pick = (choices) => choices[Math.floor(random() * choices.length)];
  const chance = (probability) => random() < probability;
  let base64 = Buffer.from(audioBytes(random)).toString("base64");
  if (chance(0.4)) base64 = base64.replace(/=+$/u, "");
  const at = Math.floor(random() * base64.length);
  if (chance(0.3)) {
    const wrong = ["-", "_", "=", "==", "%", "%2", "%3D", "%00", "é", "\0", "A", "", "\u00a0", "*"];
    base64 = base64.slice(0, at) + pick(wrong) + base64.slice(at + 1);
  }
  if (chance(0.5)) base64 = base64.replace(/[+/=]/gu, (letter) => pick([letter, encodeURIComponent(letter)]));
  if (chance(0.2)) base64 = base64.replace(/%../gu, (escaped) => escaped.toLowerCase());
  const width = pick([0, 0, 64, 76, 7]);
  const end = pick(["\n", "\r\n", " ", "\t", "\f", "%0A", "%0d%0a", "%20"]);
  if (width) base64 = base64.match(new RegExp(`.{1,${width}}`, "gu")).join(end);
  const type = pick([
    "audio/wav",
    "",
    "AUDIO/X-WAV",
    "audio/wav;codecs=1",
    'audio/wav;a="b"',
    "audio/wav;charset=x;y=z",
  ]);
  const word = pick([";base64", ";base64", "; base64", ";   BASE64", ";Base64 ", ";base64;base64"]);
  return `${pick(["data:", "data:", "DATA:"])}${type}${word},${base64}${pick(["", "", "\n", " ", "#t=3", "=", "=="])}`;
}

const random = seededRandom(17);
const URLS = Array.from({ length: 600 }, () => dataUrl(random));

async function compare(urls, expected) {
  const seen = { sent: 0, refused: 0 };
  for (const [index, url] of urls.entries()) {
    const wanted = expected[index] ?? undefined;
    const short = `${index}: ${JSON.stringify(url.slice(0, 200))}`;
    assert.equal(await sent(url), wanted === undefined ? "invalid_audio" : `data:audio/wav;base64,${wanted}`, short);
    seen[wanted === undefined ? "refused" : "sent"]++;
  }
  assert.ok(seen.sent > 200 && seen.refused > 50, JSON.stringify(seen));
}

describe("what fetch reads is what is sent", () => {
  test("by the fetch of this runtime", async () => compare(URLS, await fetched(URLS)));

  describe("by Chromium's", { skip: browserMissing ?? false }, () => {
    let browser;
    before(async () => {
      browser = await launchBrowser();
    });
    after(() => browser.close());

    test("the same", async () => {
      // The URL standard takes tabs and line ends out first; Chromium leaves them in data URLs, also inside of an escape.
      const urls = URLS.filter((url) => !/%[0-9a-f]?[\t\r\n]/iu.test(url));
      assert.ok(urls.length > URLS.length * 0.9);
      const page = await browser.newPage();
      await compare(urls, await page.evaluate(fetched, urls));
    });
  });
});

describe("one departure: a comma in a parameter", () => {
  const webm = Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84, 0x77, 0x65, 0x62, 0x6d);
  const base64 = Buffer.from(webm).toString("base64");

  test("FileReader makes such data URLs of a MediaRecorder's recordings, and they work", async () => {
    for (const type of ["video/webm;codecs=vp8,opus", 'video/webm;codecs="vp8,opus"', "video/webm; codecs=vp9, opus"]) {
      assert.equal(await sent(`data:${type};base64,${base64}`), `data:audio/webm;base64,${base64}`);
      const [text] = await fetched([`data:${type};base64,${base64}`]);
      assert.match(Buffer.from(text, "base64").toString(), /opus"?;base64,/u, "fetch takes the rest for text");
    }
  });

  test("toDataUrl makes none: its label has no parameters", async () => {
    const blob = new Blob([webm], { type: "video/webm;codecs=vp8,opus" });
    assert.equal(await toDataUrl(blob), `data:audio/webm;base64,${base64}`);
  });
});

test("ten megabytes are read in no time, clean or not", { timeout: 60_000 }, async () => {
  const bytes = audioBytes(() => 0.999).slice(0, 12);
  const audio = Buffer.concat([bytes, Buffer.alloc(7_800_000, "some audio")]);
  const clean = audio.toString("base64");
  const lines = clean.match(/.{1,76}/gu).join("\r\n");
  const time = async (url) => {
    const start = performance.now();
    assert.equal(await sent(url), `data:audio/wav;base64,${clean}`);
    return performance.now() - start;
  };
  for (const base64 of [clean, lines, encodeURIComponent(clean)]) {
    const milliseconds = await time(`data:audio/wav;base64,${base64}`);
    assert.ok(milliseconds < 5000, `${milliseconds} ms`);
    if (process.env.TELL) console.log(milliseconds);
  }
});
