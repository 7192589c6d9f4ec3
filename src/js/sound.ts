// What people send others to ffmpeg for: what a recording is, a piece of it, a WAV file of it, its pieces between pauses. The work
// is in sound/, which is loaded with the part `sound` when it is first asked for.

import type { AudioInput } from "../../target/js/glue.js";
import type { Glue } from "../../target/js/sound-glue.js";
import { look, readPart } from "./audio-input.js";
import { readBlob } from "./blob-reader.js";
import { callEffects, checkSignal, NO_CLIENT } from "./call.js";
import { json, own, refused } from "./data.js";
import { failure } from "./failure.js";
import type { HostEffects } from "./host-effects.js";
import { Part } from "./instance.js";
import { loadPart } from "./load-part.js";
import type { Recording } from "./sound/recording.js";
import type { SoundTools } from "./sound/tools.js";
import type {
  AudioSegment,
  CropOptions,
  ProbedAudio,
  ProbeOptions,
  SegmentsOptions,
  SoundOptions,
} from "./sound-options.js";

/** Its source is read, so it has nothing else in it. */
const load = () => import("../../target/js/sound-glue.js");

let part: Part<Glue> | undefined;

/** Loads what works with sound: the part, and the scripts that the build has put beside it. */
export async function loadSound(): Promise<{ sound: Part<Glue>; scripts: typeof import("./sound/scripts.js") }> {
  const source = await loadPart(load, "that works with sound");
  part ??= new Part("sound", source);
  return { sound: part, scripts: source as unknown as typeof import("./sound/scripts.js") };
}

/** What those scripts need of the entry. */
export function soundTools(sound: Part<Glue>, effects: HostEffects): SoundTools {
  return { call: (work) => sound.call(work), checkSignal, effects, failure, look, readBlob, readPart };
}

/** Opens a recording. */
async function open(audio: AudioInput, options: SoundOptions): Promise<Recording> {
  const { signal, onProgress } = options;
  if (onProgress && typeof onProgress !== "function") throw refused("onProgress", "expected a function");
  const effects = callEffects(NO_CLIENT, { signal });
  try {
    const { sound, scripts } = await effects.ready(loadSound);
    return await scripts.Recording.open(audio, soundTools(sound, effects), onProgress);
  } catch (error) {
    effects.close();
    throw error;
  }
}

/**
 * What a recording is, by its headers: container, codec, rate, channels, length; and which models take it, and why others do not. Of
 * a long file little is read, and nothing is sent.
 *
 * What headers do not tell is left out. In pages, the package `mediabunny` tells more, where it is installed.
 */
export async function probe(audio: AudioInput, options: ProbeOptions = {}): Promise<ProbedAudio> {
  const { models, ...given } = only(options, ["models"]);
  return (await open(audio, given)).probe(json({ models }, "option"));
}

/**
 * Makes a WAV file that every model takes of any recording: 16 kHz, one channel, 16 bits. Of a video, of its sound.
 *
 * WAV, FLAC and MP3 are read anywhere. In pages, other formats are read by WebCodecs where the package `mediabunny` is installed,
 * else by the browser's own `decodeAudioData`, if the file is small.
 */
export async function toWav(audio: AudioInput, options: SoundOptions = {}): Promise<Blob> {
  const given = only(options, []);
  return (await open(audio, given)).wav();
}

/** Cuts a piece out of a recording: a WAV file of 16 kHz, one channel, 16 bits. What it reads is what `toWav` reads. */
export async function crop(audio: AudioInput, options: CropOptions): Promise<Blob> {
  const { fromMs, toMs, ...given } = only(options, ["fromMs", "toMs"]);
  const [from, to] = [millis("fromMs", fromMs, 0), millis("toMs", toMs, Number.POSITIVE_INFINITY)];
  if (from >= to) throw refused("toMs", "expected a time after fromMs");
  return (await open(audio, given)).wav(from, to);
}

/**
 * Cuts a recording of any length at its pauses, into pieces that a model takes; silence is left out. Nothing is kept in memory but
 * the piece that grows.
 *
 * ```ts
 * for await (const { fromMs, toWav } of segments(file)) console.log(fromMs, await asr.transcribe(toWav()));
 * ```
 */
export async function* segments(
  audio: AudioInput,
  options: SegmentsOptions = {},
): AsyncGenerator<AudioSegment, void, undefined> {
  const { model, maxMs, targetMs, silenceMs, ...given } = only(options, ["model", "maxMs", "targetMs", "silenceMs"]);
  const rules = json({ model, maxMs, targetMs, silenceMs }, "option");
  yield* (await open(audio, given)).segments(rules);
}

/** A caller's own options, if they are known. */
function only<Options extends SoundOptions>(options: Options, names: (keyof Options)[]): Options {
  const given = own(options);
  for (const name of Object.keys(given)) {
    if (name !== "signal" && name !== "onProgress" && !names.includes(name as keyof Options)) {
      throw refused(name, "is no option of this function");
    }
  }
  return given;
}

function millis(name: string, given: number | undefined, otherwise: number): number {
  if (given === undefined || given === null) return otherwise;
  if (!(given >= 0)) throw refused(name, "expected milliseconds, 0 or more");
  return given;
}
