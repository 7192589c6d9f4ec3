// The quick way: audio with the request, text while it is recognised.

import type { CallOptions, Transcript } from "dashscope-asr";
import { convertToWav, needsConversion, WORTH_CONVERTING } from "../audio/preparation.ts";
import { loadPackage } from "../package.ts";
import { BASE_URL, type Progress } from "./progress.ts";

/** Sends the audio with the request, and gives the text while it is recognised. */
export async function recogniseDirectly(
  audio: Blob | string,
  options: CallOptions & { signal: AbortSignal },
  progress: Progress,
): Promise<Transcript> {
  const { isAsrError } = await loadPackage();
  if (typeof audio === "string") return stream(audio, options, progress);

  let converted: Blob | undefined;
  if (await needsConversion(audio)) {
    progress.onStep("converting");
    converted = await convertToWav(audio);
  }
  options.signal.throwIfAborted();

  try {
    return await stream(converted ?? audio, options, progress);
  } catch (error) {
    if (converted || !isAsrError(error) || !WORTH_CONVERTING.has(error.code)) throw error;
    progress.onStep("converting");
    converted = await convertToWav(audio);
    options.signal.throwIfAborted();
    if (!converted) throw error;
    return stream(converted, options, progress);
  }
}

async function stream(
  audio: Blob | string,
  options: CallOptions & { signal: AbortSignal },
  progress: Progress,
): Promise<Transcript> {
  const { Transcriber } = await loadPackage();
  const asr = new Transcriber({ baseURL: BASE_URL });
  progress.onStep("sending");
  const events = asr.stream(audio, {
    ...options,
    onProgress: ({ phase }) => progress.onStep(phase === "receive" ? "waiting" : "sending"),
  });
  for await (const event of events) {
    if (event.type === "done") return event.transcript;
    progress.onStep("writing");
    progress.onText(event.text);
  }
  return events.final();
}
