// What a browser decodes: by WebCodecs, where the package mediabunny is installed to take containers apart, else all at once.

import type { AudioBytes } from "../audio-input.js";
import type { ProbedAudio } from "../sound-options.js";
import type { Input, Track } from "./mediabunny.js";
import type { Chunk, SoundTools } from "./tools.js";

/** What `decodeAudioData` is asked for at the most: it gives all of it at once, ten times as large and more. */
const SMALL = 16 * 1024 * 1024;
const RATE = 16_000;
/** A gap in a recording shorter than this is a rounding of its times. */
const GAP_SECONDS = 0.05;

/** Whether there is anything in this runtime that decodes. */
export const mayDecode = () => "AudioDecoder" in globalThis || "OfflineAudioContext" in globalThis;

/** The samples, or nothing where this runtime cannot read them. */
export async function decodedByPage(
  audio: AudioBytes,
  tools: SoundTools,
  fromMs: number,
  toMs: number,
): Promise<AsyncIterable<Chunk> | undefined> {
  const media = await mediabunny();
  const hasDecode = "OfflineAudioContext" in globalThis;
  if (!media && !hasDecode) return undefined;
  const blob = await blobOf(audio);
  const isSmall = hasDecode && blob.size <= SMALL;
  const early = isSmall && isWebKit() ? await decodedAtOnce(blob).catch(() => undefined) : undefined;
  if (early) return samplesIn(early, tools);
  const track = media && (await trackOf(media, blob));
  if (track) return byWebCodecs(media, track, tools, fromMs, toMs);
  return isSmall ? samplesIn(await decodedAtOnce(blob).catch(undecodable(tools)), tools) : undefined;
}

/**
 * Its WebCodecs are young: the decoder of WebKitGTK 2.50 stands still with AAC, and with Opus the page dies, which nobody can
 * catch. What can go another way there does.
 */
function isWebKit(): boolean {
  const { userAgent = "" } = globalThis.navigator ?? {};
  return userAgent.includes("AppleWebKit") && !userAgent.includes("Chrome");
}

type Mediabunny = typeof import("./mediabunny.js");

/** It is not there where nobody installed it. */
async function mediabunny(): Promise<Mediabunny | undefined> {
  try {
    return await import("mediabunny");
  } catch {
    return undefined;
  }
}

/** What its headers and, for the length, its packets tell. */
export async function factsByPage(audio: AudioBytes): Promise<Partial<ProbedAudio> | undefined> {
  const media = await mediabunny();
  if (!media) return undefined;
  const input = new media.Input({ source: new media.BlobSource(await blobOf(audio)), formats: media.ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (!track) return undefined;
    const codec = await track.getCodec();
    return {
      ...(codec && { codec: nameOf(codec) }),
      sampleRate: await track.getSampleRate(),
      channels: await track.getNumberOfChannels(),
      durationMs: Math.round(((await track.computeDuration()) - (await beginningOf(input))) * 1000),
    };
  } catch {
    return undefined;
  } finally {
    input.dispose();
  }
}

/** When the first of its tracks begins: a broadcast counts from elsewhere, and what an encoder puts before 0 is no sound. */
async function beginningOf(input: Input): Promise<number> {
  return Math.max(0, await input.getFirstTimestamp());
}

/** Its names of codecs without one are shorter than ffmpeg's. */
function nameOf(codec: string): string {
  if (codec === "ulaw" || codec === "alaw") return `pcm_${codec === "ulaw" ? "mulaw" : codec}`;
  const name = codec.replaceAll("-", "_");
  return /^pcm_[suf]\d\d$/.test(name) ? `${name}le` : name;
}

/** Containers are read here and there, so a stream is gathered; browsers put large Blobs on the disk. */
async function blobOf({ bytes }: AudioBytes): Promise<Blob> {
  if (!("take" in bytes)) return bytes instanceof Blob ? bytes : new Blob([bytes as BlobPart]);
  const parts: BlobPart[] = [];
  for await (const chunk of bytes.take()) parts.push(chunk.slice() as BlobPart);
  return new Blob(parts);
}

/** The sound of a file, if it can be decoded. */
async function trackOf(media: Mediabunny, blob: Blob): Promise<Track | undefined> {
  const input = new media.Input({ source: new media.BlobSource(blob), formats: media.ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track && (await track.canDecode())) return track;
  } catch {
    // A format that it does not know either.
  }
  input.dispose();
  return undefined;
}

async function* byWebCodecs(
  media: Mediabunny,
  track: Track,
  { call, failure }: SoundTools,
  fromMs: number,
  toMs: number,
): AsyncGenerator<Chunk, void, undefined> {
  const beginning = await beginningOf(track.input);
  const told = await track.getDurationFromMetadata().catch(() => null);
  const end = told ? told - beginning : undefined;
  const converter = call((glue) => new glue.SoundConverter());
  const push = (channels: Float32Array[], rate: number) =>
    call(() => converter.push(channels, rate)) as Int16Array<ArrayBuffer>;
  // Seconds of the recording that were given; those that nobody wants to hear are silence.
  let at = 0;
  try {
    const from = beginning + Math.max(0, fromMs / 1000 - 1);
    const samples = new media.AudioSampleSink(track).samples(from, beginning + toMs / 1000 + 1);
    for await (const sample of samples) {
      try {
        const { sampleRate, numberOfChannels, numberOfFrames } = sample;
        const timestamp = sample.timestamp - beginning;
        while (timestamp - at > GAP_SECONDS) {
          const frames = Math.min(sampleRate, Math.round((timestamp - at) * sampleRate));
          yield { samples: push([new Float32Array(frames)], sampleRate), fraction: end && at / end };
          at += frames / sampleRate;
        }
        // What is before the beginning, an encoder has put there.
        const early = Math.min(numberOfFrames, Math.max(0, Math.round((at - timestamp) * sampleRate)));
        const skipped = timestamp < 0 || early / sampleRate > GAP_SECONDS ? early : 0;
        const frameCount = numberOfFrames - skipped;
        if (frameCount === 0) continue;
        const channels = Array.from({ length: numberOfChannels }, (_, planeIndex) => {
          const channel = new Float32Array(frameCount);
          sample.copyTo(channel, { planeIndex, format: "f32-planar", frameOffset: skipped, frameCount });
          return channel;
        });
        at += frameCount / sampleRate;
        const given = push(channels, sampleRate);
        if (given.length > 0) yield { samples: given, fraction: end && at / end };
      } finally {
        sample.close();
      }
    }
    const rest = call(() => converter.finish()) as Int16Array<ArrayBuffer>;
    if (rest.length > 0) yield { samples: rest, fraction: 1 };
  } catch (thrown) {
    // Those of a browser have a number there.
    const isOurs = typeof (thrown as { code?: unknown }).code === "string";
    throw isOurs ? thrown : failure("invalid_audio", "the audio cannot be decoded", thrown);
  } finally {
    call(() => converter.free());
    track.input.dispose();
  }
}

/** A context of 16 kHz resamples, too. */
async function decodedAtOnce(blob: Blob): Promise<AudioBuffer> {
  return new OfflineAudioContext(1, 1, RATE).decodeAudioData(await blob.arrayBuffer());
}

function undecodable({ failure }: SoundTools): (thrown: unknown) => never {
  return (thrown) => {
    throw failure("unsupported_format", "this browser cannot decode the audio", thrown);
  };
}

async function* samplesIn(buffer: AudioBuffer, { call }: SoundTools): AsyncGenerator<Chunk, void, undefined> {
  const converter = call((glue) => new glue.SoundConverter());
  try {
    const piece = 10 * RATE;
    for (let at = 0; at < buffer.length; at += piece) {
      const channels = Array.from({ length: buffer.numberOfChannels }, (_, index) =>
        buffer.getChannelData(index).subarray(at, at + piece),
      );
      const samples = call(() => converter.push(channels, RATE)) as Int16Array<ArrayBuffer>;
      yield { samples, fraction: Math.min(1, (at + piece) / buffer.length) };
    }
  } finally {
    call(() => converter.free());
  }
}
