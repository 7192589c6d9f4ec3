// longAudio: "split" in Node, with a recogniser that says how long a piece is, so that each is known by its text.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { segments, Transcriber, toSrt } from "../../dist/index.js";
import { errorOf, startService, until } from "../client/service.mjs";
import { utterances } from "./speaking.mjs";

const COUNT = 8;
const MODEL = "qwen-audio-3.1-asr-flash"; // ten requests a second
const recording = utterances(COUNT);
const SPLIT = /** @type {const} */ ({ longAudio: "split", model: MODEL });

/** Lets the first bodies through, or answers in the service's place. @param {(request: number) => Response | undefined} answer */
function wire(answer = () => undefined) {
  const seen = { requests: 0, under: 0, most: 0 };
  const fetch = async (request) => {
    seen.requests += 1;
    seen.under += 1;
    seen.most = Math.max(seen.most, seen.under);
    try {
      return answer(seen.requests) ?? (await globalThis.fetch(request));
    } finally {
      seen.under -= 1;
    }
  };
  return { seen, fetch };
}

const refused = (status, code, headers = {}) =>
  new Response(JSON.stringify({ code, message: code }), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });

describe('longAudio: "split"', { concurrency: true }, () => {
  let service;
  /** Where it is to be cut. */
  const cuts = [];
  before(async () => {
    for await (const cut of segments(recording, { targetMs: 60_000, silenceMs: 5_000 })) cuts.push(cut);
    service = await startService({ words: (samples) => `Takes ${samples.length}.` });
  });
  after(() => service.close());
  const client = (answer) => {
    const { seen, fetch } = wire(answer);
    return { seen, asr: service.client({ fetch }) };
  };

  /** Every piece is in the text, once and in its place; `missing` is where the one begins that is not. */
  function assertWhole(transcript, missing) {
    const heard = cuts.filter(({ fromMs }) => fromMs !== missing);
    assert.equal(heard.length, missing === undefined ? COUNT : COUNT - 1);
    const texts = heard.map(({ samples }) => `Takes ${samples.length}.`);
    assert.equal(transcript.text, texts.join(" "));
    assert.deepEqual(
      transcript.segments.map(({ text }) => text),
      texts,
    );
    for (const [at, { beginMs, endMs }] of transcript.segments.entries()) {
      assert.ok(beginMs >= heard[at].fromMs && endMs <= heard[at].toMs, "times of the recording");
    }
  }

  test("gives the text in order, with times, in the Transcript of everywhere", async () => {
    const { seen, asr } = client();
    const progress = [];
    const onProgress = (step) => progress.push(step);
    const transcript = await asr.transcribe(new Blob([recording]), { ...SPLIT, onProgress });
    assertWhole(transcript);
    assert.deepEqual([transcript.way, transcript.gaps, transcript.repetitions], ["split", [], []]);
    assert.deepEqual([transcript.model, transcript.noSpeech, seen.requests], [MODEL, false, COUNT]);
    assert.match(toSrt(transcript), /^1\n00:00:0/);
    assert.ok(seen.most <= 6);
    const last = progress.at(-1);
    assert.deepEqual(
      [last.phase, last.way, last.pieces.known, last.pieces.settled],
      ["recognise", "split", COUNT, COUNT],
    );
  });

  test("stream() tells piece after piece, and concurrency is the caller's", async () => {
    const { seen, asr } = client();
    const events = [];
    const stream = asr.stream(recording, { ...SPLIT, concurrency: 2 });
    for await (const event of stream) events.push(event);
    const deltas = events.filter(({ type }) => type === "delta");
    assert.equal(deltas.map(({ delta }) => delta).join(""), events.at(-1).transcript.text);
    assert.equal(deltas.length, COUNT);
    assert.ok(deltas.every(({ segments, resume }) => segments.length === 1 && resume.model === MODEL));
    assertWhole(await stream.final());
    assert.ok(seen.most <= 2);
  });

  test("reads a stream of bytes, and asks for nothing before somebody wants it", async () => {
    const { seen, asr } = client();
    const stream = asr.stream(new Blob([recording]).stream(), SPLIT);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(seen.requests, 0);
    assertWhole(await stream.final());
  });

  test("too many requests: everybody waits, and no word is lost", async () => {
    const { seen, asr } = client((request) =>
      request % 3 === 0 && request < 10 ? refused(429, "Throttling.RateQuota", { "retry-after-ms": "40" }) : undefined,
    );
    assertWhole(await asr.transcribe(recording, SPLIT));
    assert.equal(seen.requests, COUNT + 3);
  });

  test("a piece that fails is tried again", async () => {
    const { seen, asr } = client((request) => (request === 3 ? refused(500, "InternalError") : undefined));
    assertWhole(await asr.transcribe(recording, SPLIT));
    assert.equal(seen.requests, COUNT + 1);
  });

  test("and reported in its place where that does not help, without taking the others along", async () => {
    const { asr } = client((request) => (request === 3 ? refused(400, "DataInspectionFailed") : undefined));
    const events = [];
    for await (const event of asr.stream(recording, SPLIT)) events.push(event);
    const { transcript } = events.at(-1);
    const [gap] = transcript.gaps;
    assertWhole(transcript, gap.beginMs);
    assert.deepEqual([transcript.gaps.length, gap.error.code, gap.error.status], [1, "content_filtered", 400]);
    assert.ok(gap.error instanceof Error && gap.endMs - gap.beginMs > 1_000);
    assert.ok(transcript.segments.every(({ beginMs, endMs }) => endMs <= gap.beginMs || beginMs >= gap.endMs));
    const told = events.filter(({ type, gap }) => type === "delta" && gap);
    assert.deepEqual(
      told.map(({ delta, gap }) => [delta, gap.beginMs]),
      [["", gap.beginMs]],
    );
  });

  test("where nothing works it is the error, with what there is, and resume goes on from there", async () => {
    const { asr } = client((request) => (request > 3 ? refused(400, "Arrearage") : undefined));
    const error = await errorOf(asr.transcribe(recording, { ...SPLIT, concurrency: 1 }));
    assert.deepEqual([error.code, error.status], ["billing", 400]);
    assert.equal(error.partialText.match(/Takes/g).length, 3);
    const kept = JSON.parse(JSON.stringify(error.resume));
    const { seen, asr: again } = client();
    assertWhole(await again.transcribe(recording, { ...SPLIT, resume: kept }));
    assert.equal(seen.requests, COUNT - 3);
  });

  test("resume is of one recording and one model", async () => {
    const { asr, seen } = client();
    let resume;
    const onProgress = (step) => {
      resume = step.resume;
    };
    await asr.transcribe(recording, { ...SPLIT, onProgress });
    const sent = seen.requests;
    for (const [audio, options] of [
      [utterances(2).subarray(0, 90_000), { ...SPLIT, resume }],
      [recording, { longAudio: "split", resume }],
      [recording, { ...SPLIT, resume: [] }],
      [recording, { ...SPLIT, resume: { ...resume, version: 2 } }],
    ]) {
      const error = await errorOf(asr.transcribe(audio, options));
      assert.deepEqual([error.code, error.field], ["invalid_option", "resume"], error.message);
    }
    assert.equal(seen.requests, sent);
  });

  test("a signal ends it, also the requests under way", async () => {
    const { asr, seen } = client();
    const caller = new AbortController();
    const onProgress = ({ pieces }) => pieces.settled === 2 && caller.abort(new Error("closed"));
    const error = await errorOf(
      asr.transcribe(recording, { ...SPLIT, concurrency: 2, signal: caller.signal, onProgress }),
    );
    assert.deepEqual([error.code, error.cause.message], ["aborted", "closed"]);
    const sent = seen.requests;
    assert.ok(sent < COUNT);
    await until(() => seen.under === 0, "the requests under way end");
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.equal(seen.requests, sent);
    // And the client is free for others.
    assert.match((await asr.transcribe(recording.subarray(0, 90_000), { model: MODEL })).text, /Takes/);
  });

  test("leaving the loop ends it, too", async () => {
    const { asr, seen } = client();
    for await (const event of asr.stream(recording, { ...SPLIT, concurrency: 1 })) {
      assert.equal(event.type, "delta");
      break;
    }
    const sent = seen.requests;
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.ok(seen.requests <= sent && sent < COUNT);
  });

  test("other calls of the client take their turns between the pieces", async () => {
    const { seen, asr } = client();
    const long = asr.transcribe(recording, { ...SPLIT, concurrency: 2 });
    let isOver = false;
    const rest = long.finally(() => {
      isOver = true;
    });
    while (seen.requests < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const short = await Promise.all(
      [1, 2, 3].map(() => asr.transcribe(recording.subarray(0, 90_000), { model: MODEL })),
    );
    assert.ok(short.every(({ text }) => text.startsWith("Takes")));
    assert.ok(!isOver, "in between, not behind");
    assertWhole(await rest);
    assert.ok(seen.most <= 2, `${seen.most} at a time`);
  });

  test("one after the other, each piece brings the words before it", async () => {
    const { asr } = client();
    service.forget();
    const one = service.client();
    await one.transcribe(recording, { ...SPLIT, concurrency: 1, context: "Names: Roth" });
    const contexts = service.requests
      .map(
        ({ body }) => body.input.messages.find(({ content }) => content[0].text?.startsWith("Names"))?.content[0].text,
      )
      .filter(Boolean);
    assert.equal(contexts[0], "Names: Roth");
    assert.match(contexts.at(-1), /^Names: Roth\nTakes \d+\./);
    assert.ok(asr instanceof Transcriber);
  });

  test("a phrase over and over is said once and reported", async () => {
    const other = await startService({ words: () => "Thank you. ".repeat(40).trim() });
    try {
      const transcript = await other.client().transcribe(recording.subarray(0, 90_000), { longAudio: "split" });
      assert.equal(transcript.text, "Thank you.");
      const [{ phrase, times }] = transcript.repetitions;
      assert.deepEqual([phrase, times], ["Thank you.", 40]);
    } finally {
      await other.close();
    }
  });

  test("silence is a transcript, and nothing is sent", async () => {
    const { seen, asr } = client();
    const silence = new Uint8Array(recording.subarray(0, 400_000)).fill(0, 44);
    const transcript = await asr.transcribe(silence, SPLIT);
    assert.deepEqual([transcript.text, transcript.noSpeech, seen.requests], ["", true, 0]);
  });

  test("what makes no sense is refused before anything is sent", async () => {
    const { seen, asr } = client();
    for (const [options, field] of [
      [{ concurrency: 0 }, "concurrency"],
      [{ concurrency: 2.5 }, "concurrency"],
      [{ speakerDiarizationEnabled: true }, "speakerDiarizationEnabled"],
      [{ langauge: "en" }, "langauge"],
      [{ model: "fun-asr" }, "model"],
    ]) {
      const error = await errorOf(asr.transcribe(recording, { ...SPLIT, ...options }));
      assert.deepEqual([error.code, error.field], ["invalid_option", field], error.message);
    }
    for (const options of [{ concurrency: 2 }, { resume: {} }, { longAudio: "task", concurrency: 2 }]) {
      assert.equal((await errorOf(asr.transcribe(recording, options))).code, "invalid_option");
    }
    assert.equal((await errorOf(asr.transcribe("https://example.com/a.wav", SPLIT))).code, "invalid_audio");
    assert.equal(seen.requests, 0);
  });
});

describe('longAudio: "auto"', () => {
  test("what fits goes at once, what does not in pieces, what cannot be read here as a task", async () => {
    const service = await startService({ words: (samples) => `Takes ${samples.length}.` });
    try {
      const asr = service.client();
      const short = await asr.transcribe(recording.subarray(0, 90_000), { longAudio: "auto" });
      const paths = service.requests.map(({ path }) => path.split("/").at(-1));
      assert.deepEqual([short.way, short.gaps, paths], ["direct", [], ["capabilities", "generation"]]);
      // Six minutes by its length.
      const long = utterances(42);
      const split = await asr.transcribe(long, { longAudio: "auto", model: MODEL });
      assert.deepEqual([split.way, split.segments.length], ["split", 42]);
      // How long a stream is, nobody knows before it is read; and then it is too late for another way.
      const stream = await asr.transcribe(new Blob([long.subarray(0, 400_000)]).stream(), { longAudio: "auto" });
      assert.deepEqual([stream.way, stream.noSpeech], ["split", false]);
      const events = [];
      for await (const event of asr.stream(recording.subarray(0, 90_000), { longAudio: "auto" })) events.push(event);
      assert.equal(events.at(-1).transcript.way, "direct");
      // An Ogg file, as far as anybody can see, that is too large; no runtime of Node decodes it.
      const ogg = new Uint8Array(8_000_000);
      ogg.set(new TextEncoder().encode("OggS"));
      const ways = [];
      const onProgress = ({ way }) => ways.push(way);
      service.forget();
      const error = await errorOf(asr.transcribe(ogg, { longAudio: "auto", onProgress, timeout: 2_000 }));
      assert.equal(ways[0], "task");
      assert.ok(
        service.requests.some(({ path }) => path === "/api/v1/uploads"),
        error.message,
      );
    } finally {
      await service.close();
    }
  });
});
