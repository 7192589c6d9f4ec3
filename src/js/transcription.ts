// One transcription on its way into the core: options first, as a stream of audio can be read only once, then the audio.

import type { AudioInput, Glue } from "../../target/js/glue.js";
import { type CallOptions, type Client, callEffects, splitOptions } from "./call.js";
import { json } from "./data.js";
import type { HostEffects } from "./host-effects.js";
import { callCore, runCore } from "./instance.js";
import type { Opened } from "./transcript-stream.js";

type Transcription = InstanceType<Glue["Transcription"]>;

/** What has begun, and not been sent. */
interface Begun {
  transcription: Transcription;
  effects: HostEffects;
}

/** The steps of a transcription in the core. */
export function steps({ transcription, effects }: Begun): Opened {
  const next = () => runCore(() => transcription.next(), effects);
  return { next, free: () => transcription.free(), effects };
}

/** Checks options and audio. */
export function open(client: Client, audio: AudioInput, options: CallOptions, stream: boolean): Promise<Begun> {
  return begin(client, options, async (text, effects) => {
    const source = await effects.open(audio);
    return (glue) => new glue.Transcription(client.settings, text, effects, stream, source);
  });
}

/** Takes a `Response` that somebody else fetched. */
export function openResponse(client: Client, response: Response, options: CallOptions): Promise<Begun> {
  return begin(client, options, async (text, effects) => {
    const answer = await effects.received(response);
    return (glue) => glue.Transcription.reading(client.settings, text, effects, answer);
  });
}

/** Nothing of the core is held while audio is waited for: its instance may die meanwhile, for other reasons. */
async function begin(
  client: Client,
  options: CallOptions,
  prepare: (options: string, effects: HostEffects) => Promise<(glue: Glue) => Transcription>,
): Promise<Begun> {
  const { data, request } = splitOptions(options);
  const text = json(data, "option");
  callCore((glue) => glue.checkOptions(client.settings, text));
  const effects = callEffects(client, request, { turns: client.turns });
  try {
    return { transcription: callCore(await prepare(text, effects)), effects };
  } catch (error) {
    effects.close(); // what could not be opened is let go
    throw error;
  }
}
