// Recordings of any length: in pieces, or whichever way fits them. What it takes comes with the parts `long` and `sound`, which
// are loaded before anything else is done.

import type { AudioInput, AudioSource, Glue as CoreGlue, Transcript } from "../../target/js/glue.js";
import type { Glue, LongFacts } from "../../target/js/long-glue.js";
import type { Audio } from "./audio-input.js";
import { type CallOptions, type Client, callEffects, NO_CLIENT, type RequestOptions, splitOptions } from "./call.js";
import { json } from "./data.js";
import { type AsrError, isAsrError, toError } from "./errors.js";
import { failure } from "./failure.js";
import type { HostEffects } from "./host-effects.js";
import { callCore, Part, runCore } from "./instance.js";
import { loadPart } from "./load-part.js";
import type { SplitTools } from "./long/split.js";
import type { LongTranscript } from "./long-events.js";
import { transcribeLongAudio } from "./perform.js";
import type { ResumePoint } from "./resume-point.js";
import { loadSound, soundTools } from "./sound.js";
import type { Batch, Opened } from "./transcript-stream.js";
import { steps as coreSteps, open } from "./transcription.js";

/** Options of a recording that may go in pieces. */
export type SplitCallOptions = CallOptions & {
  /**
   * `"split"`: the recording is cut at its pauses, here, and its pieces are transcribed at the same time. `"auto"`: directly where
   * it fits into one request, else in pieces where it can be decoded here, else as a task; `way` in the transcript says which. It
   * keeps to what the relay of the client allows, which is asked once (`GET {baseURL}/capabilities`) and need not answer.
   */
  longAudio: "split" | "auto";
  /**
   * How many pieces are under way at a time, 1 to 100. Default: 6. With 1, each gets the last words of the one before as context, where
   * the model takes context.
   */
  concurrency?: number | undefined;
  /** What an earlier call has given as `resume`: its pieces are not sent again. */
  resume?: ResumePoint | undefined;
  /**
   * In which form pieces are sent. `"auto"`: as Opus in Ogg, a tenth as large as WAV, where the browser encodes it and the model takes
   * it; else as WAV. What cannot be encoded, or is refused, goes as WAV. `"wav"`: always as WAV, without loss. Default: `"auto"`.
   */
  pieceFormat?: "auto" | "wav" | undefined;
};

/** Its source is read, so it has nothing else in it. */
const load = () => import("../../target/js/long-glue.js");

let part: Part<Glue> | undefined;

/** Loads what recordings in pieces need: the part, and the script that the build has put beside it. */
async function loadLong(): Promise<{ long: Part<Glue>; Split: typeof import("./long/split.js").Split }> {
  const source = await loadPart(load, "for long recordings");
  part ??= new Part("long", source);
  return { long: part, Split: (source as unknown as typeof import("./long/split.js")).Split };
}

/** Opens a recording that is to go in pieces, or as it fits. */
export async function openLong(
  client: Client,
  audio: AudioInput,
  options: SplitCallOptions,
  stream: boolean,
): Promise<Opened<LongTranscript>> {
  const { longAudio, concurrency, resume, pieceFormat, ...call } = options;
  const { data, request } = splitOptions(call);
  const text = json(data, "option");
  const limits = json({ concurrency, pieceFormat, maxRetries: request.maxRetries }, "option");
  const kept = json(resume, "resume");
  callCore((glue) => glue.checkOptions(client.settings, text));
  const effects = callEffects(client, request, { turns: client.turns });
  // Reading ends before the last pieces are heard.
  const reading = callEffects(NO_CLIENT, { signal: request.signal });
  try {
    const [{ long, Split }, { sound, scripts }] = await effects.ready(() => Promise.all([loadLong(), loadSound()]));
    const parts = soundTools(sound, reading);
    const machine = long.call((glue) => new glue.LongRecording(client.settings, text, limits, kept));
    try {
      const source = await effects.open(audio, true);
      const place = placeOf(source);
      let otherwise: (() => Opened<LongTranscript>) | undefined;
      if (longAudio === "auto") {
        const allowed = await effects.ready(() => toldByRelay(client, request, long));
        if (allowed !== undefined) long.call(() => machine.narrow(allowed));
        const isCounted = place !== "address" && long.call(() => machine.countsSeconds);
        const durationMs = isCounted ? scripts.durationOf(source, parts) : undefined;
        const known = { place, length: source.length, durationMs, isPage: effects.isPage };
        const chosen = (facts: Pick<LongFacts, "fits" | "isReadable">) =>
          long.call(() => machine.way(JSON.stringify({ ...known, ...facts })));
        const byTask = (way: LongWay) => asTask(client, audio, call, effects, way);
        const isReadable = scripts.isReadable(source, parts);
        const direct = fitting(client, text, effects, stream, source);
        let way: LongWay | undefined;
        try {
          way = chosen({ fits: direct !== undefined, isReadable });
        } finally {
          if (way !== "direct") direct?.free();
        }
        if (way !== "split") long.call(() => machine.free());
        if (way === "direct" && direct) return told(coreSteps({ transcription: direct, effects }), "direct");
        if (way !== "split") return byTask(way);
        if (place !== "stream") otherwise = unreadably(() => chosen({ fits: false, isReadable: false }), byTask);
      }
      const recording = await scripts.Recording.of(source, parts);
      const tools: SplitTools = {
        call: (work) => long.call(work),
        toError: ending,
        transcribe: (piece, context, signal) => transcribe(client, piece, call, context, signal),
        tell: (progress) => effects.progress(progress),
        turns: client.turns,
        signal: request.signal ?? undefined,
        cancelled: () =>
          failure("aborted", "the call was cancelled; the audio is still with you", request.signal?.reason),
      };
      const split = new Split(tools, machine, recording.segments(long.call(() => machine.rules)));
      const free = () => {
        split.free();
        reading.close();
      };
      const steps: Opened<LongTranscript> = { next: () => split.next(), free, effects };
      return otherwise ? orOtherwise(steps, () => split.hasBegun, otherwise) : steps;
    } catch (error) {
      long.call(() => machine.free());
      throw error;
    }
  } catch (error) {
    reading.close();
    effects.close();
    throw error;
  }
}

type LongWay = ReturnType<InstanceType<Glue["LongRecording"]>["way"]>;

function placeOf({ url, replayable }: AudioSource): LongFacts["place"] {
  if (url !== undefined) return url.startsWith("data:") ? "data-url" : "address";
  return replayable ? "bytes" : "stream";
}

/** What the relay allows, as JSON, if it says so; asked again only where it may answer another time. */
function toldByRelay(client: Client, request: RequestOptions, long: Part<Glue>): Promise<string | undefined> {
  const { relay } = client;
  if (!relay.capabilities) {
    // It is asked for all calls of the client: the one that is first may be cancelled.
    const effects = callEffects(client, { headers: request.headers });
    const asking = Promise.resolve(long.run((glue) => glue.askRelay(client.settings, effects), effects));
    relay.capabilities = asking
      .catch(() => {
        relay.capabilities = undefined;
        return undefined;
      })
      .finally(() => effects.close());
  }
  return relay.capabilities;
}

type Transcription = InstanceType<CoreGlue["Transcription"]>;

/** The transcription in one request, if the recording fits into one: the core knows, of what it has seen of it. */
function fitting(
  client: Client,
  options: string,
  effects: HostEffects,
  stream: boolean,
  source: Audio & AudioSource,
): Transcription | undefined {
  try {
    return callCore((glue) => new glue.Transcription(client.settings, options, effects, stream, source));
  } catch (error) {
    if (["audio_too_large", "audio_too_long"].includes(toError(error).code)) return undefined;
    throw error;
  }
}

/** The error that ends it: what a piece has failed with is known better here than in the core. */
function ending(thrown: unknown): AsrError {
  const error = toError(thrown);
  const cause = Array.isArray(thrown) ? thrown[1] : undefined;
  return isAsrError(cause) ? Object.assign(cause, { partialText: error.partialText }) : error;
}

/** One piece: one attempt, as when to try again is not decided here. */
async function transcribe(
  client: Client,
  piece: Blob,
  options: CallOptions,
  context: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { onProgress, ...own } = options;
  const said = context === undefined ? {} : { context };
  const { transcription, effects } = await open(client, piece, { ...own, ...said, maxRetries: 0, signal }, false);
  try {
    for (;;) {
      const batch = await runCore(() => transcription.next(), effects);
      if (!batch) throw failure("internal_error", "a piece has ended without a transcript and without an error");
      const [, , transcript] = batch;
      if (transcript !== undefined) return transcript;
    }
  } finally {
    effects.close();
    transcription.free();
  }
}

/** The same steps, with a transcript that says which way it came. */
function told(steps: Opened, way: LongTranscript["way"]): Opened<LongTranscript> {
  const next = async (): Promise<Batch<LongTranscript> | undefined> => {
    const batch = await steps.next();
    if (!batch) return undefined;
    const [text, lengths, transcript, more] = batch;
    return [text, lengths, transcript && { ...whole(transcript), way, gaps: [], repetitions: [] }, more];
  };
  return { ...steps, next };
}

function whole(transcript: string | Transcript): Transcript {
  return typeof transcript === "string" ? JSON.parse(transcript) : transcript;
}

/** All at once, at the end. */
function asTask(
  client: Client,
  audio: AudioInput,
  options: CallOptions,
  effects: HostEffects,
  way: LongWay,
): Opened<LongTranscript> {
  let isOver = false;
  const controller = new AbortController();
  const { signal } = options;
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  const next = async (): Promise<Batch | undefined> => {
    if (isOver) return undefined;
    isOver = true;
    effects.progress({ phase: "upload", loaded: 0, way: "task" });
    const all = { ...options, signal: controller.signal };
    const transcript = await transcribeLongAudio(client, audio, all, {}, way === "task");
    return [transcript.text, Int32Array.of(transcript.text.length), transcript];
  };
  const free = () => {
    signal?.removeEventListener("abort", abort);
    controller.abort();
  };
  return told({ next, free, effects }, "task");
}

/** What is to be done where it cannot be read here after all: found out before, as the machine is gone then. */
function unreadably<Way, Result>(choose: () => Way, go: (way: Way) => Result): () => Result {
  try {
    const way = choose();
    return () => go(way);
  } catch (refusal) {
    return () => {
      throw refusal;
    };
  }
}

/** Where the recording turns out to be in a format that is not decoded here, nothing has been sent yet. */
function orOtherwise(
  split: Opened<LongTranscript>,
  hasBegun: () => boolean,
  other: () => Opened<LongTranscript>,
): Opened<LongTranscript> {
  let steps = split;
  const next = async (): Promise<Batch<LongTranscript> | undefined> => {
    try {
      return await steps.next();
    } catch (error) {
      if (steps !== split || hasBegun() || toError(error).code !== "unsupported_format") throw error;
      steps = other();
      return steps.next();
    }
  };
  return { next, free: () => steps.free(), effects: split.effects };
}
