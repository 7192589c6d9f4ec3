// Transcription by a model for files, from the audio to the transcript.

import type { TranscribeCallOptions, Transcriber, Transcript } from "../api.js";

/** Bytes go into the service's store first; an address is submitted as it is. */
export async function transcribeByTask(
  asr: Transcriber,
  audio: Uint8Array | URL,
  { mediaType, ...options }: TranscribeCallOptions,
): Promise<Transcript> {
  const { model, signal, headers, timeout } = options;
  const url = audio instanceof URL ? audio : await asr.upload(audio, { model, mediaType, signal, headers, timeout });
  const task = await asr.submit(url, options);
  return task.result({ signal, headers }); // `timeout` is for an answer; here it would be for all of the waiting
}
