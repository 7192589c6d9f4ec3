// One transcription on its way into the core: options first, as a stream of audio can be read only once, then the audio.

import type { AudioInput, Glue } from "../../target/js/glue.js";
import { type CallOptions, type Client, hostCall, splitOptions } from "./call.js";
import { json } from "./data.js";
import type { HostCall } from "./host.js";
import { call } from "./instance.js";
import type { Opened } from "./transcript-stream.js";

/** Checks options and audio. */
export function open(client: Client, audio: AudioInput, options: CallOptions, stream: boolean): Promise<Opened> {
  return begin(client, options, async (text, host) => {
    const facts = audioFacts(await host.open(audio));
    return (glue) => new glue.Transcription(client.settings, text, host, stream, ...facts);
  });
}

/** Takes a `Response` that somebody else fetched. */
export function openResponse(client: Client, response: Response, options: CallOptions): Promise<Opened> {
  return begin(client, options, async (text, host) => {
    const answer = await host.received(response);
    return (glue) => glue.Transcription.reading(client.settings, text, host, answer);
  });
}

/** What the core wants to know of audio: its address, or what is known of its bytes. */
export function audioFacts(audio: Awaited<ReturnType<HostCall["open"]>>) {
  const { url, head, length, declared, replayable } = { url: undefined, ...NO_BYTES, ...audio };
  return [url, head, length, declared, replayable] as const;
}

const NO_BYTES = { head: new Uint8Array(), length: undefined, declared: undefined };

/** Nothing of the core is held while audio is waited for: its instance may die meanwhile, for other reasons. */
async function begin(
  client: Client,
  options: CallOptions,
  prepare: (options: string, host: HostCall) => Promise<(glue: Glue) => Opened["transcription"]>,
): Promise<Opened> {
  const { data, request } = splitOptions(options);
  const text = json(data, "option");
  call((glue) => glue.checkOptions(client.settings, text));
  const host = hostCall(client, request);
  try {
    return { transcription: call(await prepare(text, host)), call: host };
  } catch (error) {
    host.close(); // what could not be opened is let go
    throw error;
  }
}
