// Samples as an Ogg file with Opus in it, by the encoder of the browser, where it has one. How that is set up, and how its packets
// become a file, is decided in Rust (src/sound/opus_file.rs).

import type { SoundTools } from "./tools.js";

/** An encoder that gives nothing for so long stands still. */
const PATIENCE_MS = 5_000;
/** Samples that it gets at a time, a second. Firefox and WebKitGTK give nothing of more before they are done with all of it. */
const SLICE = 16_000;
const MICROSECONDS = 1_000_000;

interface Settings {
  config: AudioEncoderConfig;
  /** Samples of silence that go in behind the sound. */
  silence: number;
}

interface Encoded {
  packets: Uint8Array[];
  /** What the encoder says of itself, where it does. */
  description: Uint8Array;
}

/** The file; nothing where there is no encoder, or where it does not make Opus, fails or stands still. */
export async function asOpus(
  samples: Int16Array<ArrayBuffer>,
  { call, failure }: Pick<SoundTools, "call" | "failure">,
  signal: AbortSignal | undefined,
): Promise<Blob | undefined> {
  if (!("AudioEncoder" in globalThis)) return undefined;
  try {
    const settings: Settings = JSON.parse(call((glue) => glue.opusEncoder()));
    const { packets, description } = await encode(samples, settings, signal);
    const file = call((glue) => glue.opusFile(samples.length, packets, description)) as Uint8Array<ArrayBuffer>;
    return new Blob([file], { type: "audio/ogg" });
  } catch {
    if (signal?.aborted) throw failure("aborted", "the encoding was cancelled", signal.reason);
    return undefined;
  }
}

/** What the encoder makes of it. However it ends, the encoder is closed then. */
function encode(samples: Int16Array<ArrayBuffer>, settings: Settings, signal: AbortSignal | undefined) {
  const { config, silence } = settings;
  const encoded: Encoded = { packets: [], description: new Uint8Array() };
  let encoder: AudioEncoder | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let stop = () => {};
  const ended = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error("the encoder is not needed any more, or stands still"));
  });
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, PATIENCE_MS);
  };
  const output = (chunk: EncodedAudioChunk, metadata?: EncodedAudioChunkMetadata) => {
    if (isOver) return;
    wait();
    const description = metadata?.decoderConfig?.description;
    if (description) encoded.description = bytesOf(description);
    const packet = new Uint8Array(chunk.byteLength);
    chunk.copyTo(packet);
    encoded.packets.push(packet);
  };
  const work = async () => {
    const { supported } = await AudioEncoder.isConfigSupported(config);
    if (!supported || isOver) throw new Error("the encoder makes no Opus of this");
    encoder = new AudioEncoder({ output, error: stop });
    encoder.configure(config);
    for (let at = 0; at < samples.length; at += SLICE) {
      give(encoder, config.sampleRate, samples.subarray(at, at + SLICE), at);
    }
    give(encoder, config.sampleRate, new Int16Array(silence), samples.length);
    await encoder.flush();
    return encoded;
  };
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  wait();
  return Promise.race([ended, work()]).finally(() => {
    isOver = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    if (encoder && encoder.state !== "closed") encoder.close();
  });
}

/** Hands over samples; `at`: how many there were before. */
function give(encoder: AudioEncoder, sampleRate: number, data: Int16Array<ArrayBuffer>, at: number): void {
  const sound = new AudioData({
    format: "s16",
    sampleRate,
    numberOfFrames: data.length,
    numberOfChannels: 1,
    timestamp: Math.round((at * MICROSECONDS) / sampleRate),
    data,
  });
  encoder.encode(sound);
  sound.close();
}

/** A copy: the browser may use its own again. */
function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}
