// A live transcription for the AI SDK: its stream of audio goes in, its stream of parts comes out.

import {
  type AsrError,
  isAsrError,
  type LiveOptions,
  type LiveTranscript,
  Transcriber,
  type TranscriberOptions,
} from "../api.js";
import { liveOptions, located, refused } from "./provider-options.js";
import { bytesOf } from "./sdk-audio.js";
import type { StreamCall, StreamPart, StreamResult, TranscriptionWarning } from "./specification.js";
import { partsOf, type StreamFacts } from "./stream-parts.js";

/** As much audio is taken beyond what the connection has: a file would come at once, however slowly it is heard. */
const MOST_AHEAD_MS = 60_000;
const LOOKS_EVERY_MS = 10;

/** Begins to listen. Rejects where options are wrong; what happens later is told by the stream. */
export async function streamTranscription(
  settings: TranscriberOptions,
  modelId: string,
  call: StreamCall,
): Promise<StreamResult> {
  const timestamp = new Date();
  const given = liveOptions(call.providerOptions);
  const audioOptions = formatOf(call.inputAudioFormat);
  const live = new Transcriber(settings).live({ ...given, ...audioOptions, model: modelId, signal: call.abortSignal });
  const events = live[Symbol.asyncIterator]();
  const first = await events.next().catch((error) => {
    throw isAsrError(error) ? located(inSdkWords(error), given) : error;
  });
  const audio = new AudioSender(call.audio, live);
  const facts: StreamFacts = { modelId, timestamp, includeRaw: call.includeRawChunks === true };

  async function* parts(): AsyncGenerator<StreamPart, void, undefined> {
    yield { type: "stream-start", warnings: warnings(call, settings) };
    if (!first.done) yield* partsOf(first.value, facts);
    for await (const event of events) yield* partsOf(event, facts);
    if (audio.failure) throw audio.failure.error;
  }
  const leave = (reason: unknown) => {
    live.close();
    audio.stop(reason);
  };
  return { stream: streamOf(parts(), leave), response: { timestamp, modelId } };
}

/** A stream whose last part is the error, if there is one: a stream that fails forgets what is still in it. */
function streamOf(parts: AsyncGenerator<StreamPart, void, undefined>, leave: (reason: unknown) => void) {
  let failure: { error: unknown } | undefined;
  return new ReadableStream<StreamPart>(
    {
      async pull(controller) {
        if (failure) return controller.error(failure.error);
        try {
          const { done, value } = await parts.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          failure = { error };
          leave(error);
          controller.enqueue({ type: "error", error });
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

/** Reads the SDK's audio into a live transcription, until there is no more, or nobody listens. */
class AudioSender {
  /** Why there is no more audio, if that is not its end. */
  failure: { error: unknown } | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array | string>;

  constructor(audio: ReadableStream<Uint8Array | string>, live: LiveTranscript) {
    this.#reader = audio.getReader();
    void this.#send(live);
  }

  async #send(live: LiveTranscript): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        live.send(bytesOf(value));
        // At least once, because a source that has everything at hand would let nothing else happen.
        do await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
        while (live.bufferedMs > MOST_AHEAD_MS);
      }
    } catch (error) {
      this.failure = { error };
      live.close();
      this.stop(error);
    }
    live.finish().catch(() => {}); // the events tell it
  }

  /** Whoever makes the audio need not go on. */
  stop(reason: unknown): void {
    this.#reader.cancel(reason).catch(() => {});
  }
}

/** What the audio is, as `live` calls it. */
function formatOf({ type, rate }: StreamCall["inputAudioFormat"]): Pick<LiveOptions, "format" | "sampleRate"> {
  if (/^audio\/ogg\b/.test(type)) return { format: "opus" };
  const samples = '{ type: "audio/pcm", rate: 16000 }, 16-bit samples, little-endian, of one channel';
  const expected = `expected ${samples}, or { type: "audio/ogg" }, with Opus`;
  if (type !== "audio/pcm") throw refused("inputAudioFormat.type", `"${type}" is not taken; ${expected}`);
  if (typeof rate !== "number") throw refused("inputAudioFormat.rate", `samples per second are missing; ${expected}`);
  return { sampleRate: rate };
}

/** The client's refusal of what the SDK calls otherwise. */
function inSdkWords(error: AsrError): AsrError {
  if (error.field !== "sampleRate") return error;
  return refused("inputAudioFormat.rate", error.message.replace(/^sampleRate: /, ""));
}

function warnings({ headers }: StreamCall, { defaultHeaders }: TranscriberOptions): TranscriptionWarning[] {
  // The SDK always says who it is.
  const names = Object.keys({ ...defaultHeaders, ...headers }).filter((name) => name.toLowerCase() !== "user-agent");
  if (names.length === 0) return [];
  const details = `a WebSocket takes no headers beside the key's: ${names.join(", ")}`;
  return [{ type: "unsupported", feature: "headers", details }];
}
