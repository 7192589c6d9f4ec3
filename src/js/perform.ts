// Everything but transcription itself, by its name in the core.

import type { Glue } from "../../target/js/files-glue.js";
import type { AudioInput, AudioSource, TranscribeOptions, Transcript } from "../../target/js/glue.js";
import type { Actions } from "./actions.js";
import { type CallOptions, type Client, callEffects, type RequestOptions, splitOptions } from "./call.js";
import { json } from "./data.js";
import { loadFiles } from "./files.js";
import type { EffectOptions, HostEffects } from "./host-effects.js";
import { uploadForm } from "./upload-form.js";

type Action = keyof Actions;

/** What waiting has beside the options of a request. */
export type Extras = Pick<EffectOptions, "onStatus" | "onFile" | "refusals">;

const NO_AUDIO: AudioSource = { head: new Uint8Array(), replayable: true };

/**
 * Does something by its name in the core; `given` and `data` are what that takes. Where there is no `data`, the core refuses
 * whatever else is among the options.
 */
export async function perform<Name extends Action>(
  client: Client,
  name: Name,
  given: Actions[Name]["given"],
  options: RequestOptions,
  data?: unknown,
  extras: Extras = {},
): Promise<Actions[Name]["result"]> {
  const { request, data: rest } = splitOptions(options);
  const texts = [json(given, "data"), json(data ?? rest, "option")] as const;
  return send(client, name, texts, callEffects(client, request, extras), async () => NO_AUDIO);
}

/** Puts audio into the temporary store. */
export async function upload(client: Client, audio: AudioInput, options: CallOptions): Promise<string> {
  const { request, data } = splitOptions(options);
  return sendAudio(client, "upload", audio, request, json(data, "option"));
}

/** Transcribes audio directly or by a task, whichever it fits. */
export async function transcribeLongAudio(
  client: Client,
  audio: AudioInput,
  options: CallOptions,
  byTask: TranscribeOptions,
  isTooMuch = false,
): Promise<Transcript> {
  const { request, data } = splitOptions(options);
  // Each by itself, so that what is wrong in one of them is named.
  const ways = `{"direct":${json(data, "option")},"byTask":${json(byTask, "longAudio")},"isTooMuch":${isTooMuch}}`;
  return JSON.parse(await sendAudio(client, "longAudio", audio, request, ways));
}

function sendAudio<Name extends "upload" | "longAudio">(
  client: Client,
  name: Name,
  audio: AudioInput,
  request: RequestOptions,
  options: string,
) {
  const effects = callEffects(client, request, { upload: client.fetch ? undefined : uploadForm() });
  return send(client, name, ["null", options], effects, () => effects.open(audio, true));
}

async function send<Name extends Action>(
  client: Client,
  name: Name,
  [given, options]: readonly [given: string, options: string],
  effects: HostEffects,
  audio: () => Promise<AudioSource>,
): Promise<Actions[Name]["result"]> {
  try {
    const files = await effects.ready(loadFiles);
    const source = await audio(); // only now: a stream can be read only once, and the part may fail to load
    const work = (glue: Glue) => glue.perform(name, client.settings, given, options, effects, source);
    const result = await files.run(work, effects);
    return result as Actions[Name]["result"];
  } finally {
    effects.close();
  }
}
